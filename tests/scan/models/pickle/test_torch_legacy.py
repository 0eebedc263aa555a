"""Legacy torch checkpoints put together by hand: five pickles, then the storages."""

import pickle
import struct

import pytest
from scan.models.pickle.assembling import SYSTEM

from seamark.core.reports import FileReport
from seamark.scan.models import scan_bytes

MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
VERSION = pickle.dumps(1001, 2)
SYSTEM_INFO = pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2)


def key(name: str) -> bytes:
    return b"X" + len(name).to_bytes(4, "little") + name.encode()


def storage(number: str, count: int, kind: str = "FloatStorage") -> bytes:
    """A persistent id as torch.save writes it."""
    parts = b"(" + key("storage") + b"ctorch\n" + kind.encode() + b"\n" + key(number) + key("cpu")
    return parts + b"K" + bytes([count]) + b"NtQ"


def checkpoint(
    objects: bytes, keys: list[str], storages: bytes, *, tail: bytes = b""
) -> FileReport:
    data = MAGIC + VERSION + SYSTEM_INFO + b"\x80\x02" + objects + b"."
    return scan_bytes(data + pickle.dumps(keys, 2) + storages + tail, name="model.pt")


def floats(count: int) -> bytes:
    return struct.pack("<q", count) + bytes(4 * count)


def ids(report: FileReport) -> list[str]:
    return [finding.rule.id for finding in report.findings]


def test_an_honest_checkpoint_is_clean() -> None:
    report = checkpoint(
        storage("1", 3) + storage("2", 5) + b"\x86", ["1", "2"], floats(3) + floats(5)
    )
    assert (report.verdict, ids(report), report.format) == ("clean", [], "torch-legacy")


def test_every_element_type_has_its_width() -> None:
    body = struct.pack("<q", 3) + bytes(24)
    report = checkpoint(storage("1", 3, "DoubleStorage"), ["1"], body)
    assert report.verdict == "clean"


@pytest.mark.parametrize(
    ("keys", "storages", "tail", "rule", "verdict"),
    [
        (["1"], floats(3), b"more", "PKL023", "review"),
        (["1"], floats(3)[:-2], b"", "PKL014", "unclear"),
        (["1"], floats(4), b"", "PKL023", "review"),
        (["2"], floats(3), b"", "PKL023", "review"),
        ([], floats(3), b"", "PKL023", "review"),
        ({"1": 1}, floats(3), b"", "PKL023", "review"),
    ],
    ids=["trailing", "truncated", "count", "key", "none", "no list"],
)
def test_storages_that_do_not_add_up(
    keys: list[str], storages: bytes, tail: bytes, rule: str, verdict: str
) -> None:
    report = checkpoint(storage("1", 3), keys, storages, tail=tail)
    assert (ids(report), report.verdict) == ([rule], verdict)


@pytest.mark.parametrize("place", range(5))
def test_a_payload_in_any_of_the_five_pickles_is_hostile(place: int) -> None:
    streams = [MAGIC, VERSION, SYSTEM_INFO, b"\x80\x02" + storage("1", 1) + b".", b"\x80\x02]."]
    evil = streams[place][:-1] + SYSTEM + b"0."
    data = b"".join([*streams[:place], evil, *streams[place + 1 :]])
    assert scan_bytes(data, name="model.pt").verdict == "hostile"


def test_a_persistent_id_of_another_form_is_a_finding() -> None:
    assert "PKL007" in ids(checkpoint(key("evil") + b"Q", [], b""))
    assert "PKL007" in ids(scan_bytes(b"\x80\x02" + storage("1", 1) + b".", name="m.pkl"))


def test_a_class_that_was_saved_with_its_source_may_be_made() -> None:
    module = (
        b"(" + key("module") + b"ctorch.nn.modules.linear\nLinear\n" + key("f") + key("s") + b"tQ"
    )
    assert checkpoint(module + b")\x81}b", [], b"").verdict == "clean"
