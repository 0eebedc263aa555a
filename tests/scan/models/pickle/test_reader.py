"""Pickle files through the scanner: what becomes a finding, of which rule, where."""

import collections
import functools
import os
import pickle
from pathlib import Path

import pytest
from scan.models.pickle.assembling import SYSTEM, text

from seamark.core.reports import FileReport
from seamark.scan.models import Limits, Options, Scanner, scan_bytes
from seamark.scan.models.pickle.rules import RULES


class Evil:
    """Pickles as a call of os.system; never loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("echo seamark",)


def scan(data: bytes, name: str = "model.pkl") -> FileReport:
    return scan_bytes(data, name=name)


def ids(report: FileReport) -> list[str]:
    return [finding.rule.id for finding in report.findings]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "value",
    [
        {"weights": [0.1, 0.2], "names": ("a", "b"), "raw": b"bytes", "set": {1, 2}},
        collections.OrderedDict(a=1),
        [None] * 5000,
        {"nested": {"deeper": [{"k": i} for i in range(100)]}},
        bytearray(b"mutable"),
        2**200,
    ],
    ids=["dict", "ordered", "long", "nested", "bytearray", "number"],
)
def test_plain_data_is_clean(value: object, protocol: int) -> None:
    report = scan(pickle.dumps(value, protocol))
    assert (report.verdict, ids(report)) == ("clean", [])
    assert report.coverage.opcodes > 0


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["m.pkl", "m.bin", "readme.txt", "m.safetensors", "m"])
def test_a_call_of_the_shell_is_hostile_in_any_protocol_under_any_name(
    protocol: int, name: str
) -> None:
    report = scan(pickle.dumps(Evil(), protocol), name)
    assert report.verdict == "hostile"
    finding = next(f for f in report.findings if f.rule.id == "PKL001")
    assert finding.evidence["call"] == f"{os.system.__module__}.system('echo seamark')"
    assert finding.location.offset is not None
    assert finding.rule.remedy


@pytest.mark.parametrize(
    ("data", "rule", "verdict"),
    [
        (b"cos\nsystem\n.", "PKL001", "hostile"),
        (b"\x80\x04" + text("os") + text("path.join") + b"\x93.", "PKL002", "hostile"),
        (b"\x80\x03cmylib.models\nScorer\n)\x81.", "PKL003", "review"),
        (b"\x80\x03ccollections\nOrderedDict\n)R(K\x01te.", None, None),
        (b"\x80\x03cmylib\nname\n)R2\x93.", "PKL005", "hostile"),
        (b"\x80\x02\x82\x05.", "PKL006", "review"),
        (b"\x80\x03K\x05Q.", "PKL007", "review"),
        (b"\x80\x03ccollections\nOrderedDict\n}b.", "PKL008", "hostile"),
        (b"\x80\x03ccollections\nOrderedDict\nK\x01K\x02s.", "PKL008", "hostile"),
        (b"\x80\x04\x95\x03\0\0\0\0\0\0\0K\x01K\x02\x86.", "PKL009", "review"),
        (b"\x80\x04N\x80\x020N.", "PKL010", "review"),
        (b"\x80\x03cmylib\nname\n2)RR.", "PKL011", "review"),
        (b"\x80\x03N.something else \x01", "PKL012", "review"),
        (b"\x80\x02" + SYSTEM + b"\xff", "PKL013", "hostile"),
        (b"\x80\x03ccollections\nOrderedDict\n)R\xff", "PKL014", "unclear"),
        (b"\x80\x04K\x01K", "PKL014", "unclear"),
        (b"\x80\x03Nr\xff\xff\xff\x7f.", "PKL015", "review"),
        (b"\x80\x03" + b"]" * 2000 + b"a" * 1999 + b".", "PKL016", "review"),
        (b"\x80\x03})" + b"2\x86" * 40 + b"Ns.", "PKL017", "review"),
    ],
)
def test_each_rule_finds_its_case(data: bytes, rule: str | None, verdict: str | None) -> None:
    report = scan(data)
    if rule is None:
        assert "PKL001" not in ids(report)
        return
    assert rule in ids(report)
    assert report.verdict == verdict


def test_one_finding_for_each_reference_in_the_order_of_offsets() -> None:
    data = b"\x80\x02(" + SYSTEM + b"cos\npopen\n" + SYSTEM + b"l."
    report = scan(data)
    assert [(f.anchor, f.location.offset) for f in report.findings] == [
        ("os.system", 3),
        ("os.popen", 3 + len(SYSTEM)),
    ]


def test_known_attacks_are_named() -> None:
    finding = scan(b"\x80\x02cpip\nmain\n]\x85R.").findings[0]
    assert any("CVE-2025-1716" in reference.name for reference in finding.references)


def test_the_user_can_allow_a_name() -> None:
    data = b"\x80\x03cmylib.models\nScorer\n)\x81}b."
    allowed = Scanner(options=Options(allow=frozenset({"mylib.models:Scorer"})))
    assert allowed.scan_bytes(data, name="m.pkl").verdict == "clean"
    assert scan(data).verdict == "review"


def test_further_streams_are_examined() -> None:
    benign = pickle.dumps({"a": 1}, 4)
    assert scan(benign * 3).verdict == "clean"
    report = scan(benign * 2 + pickle.dumps(Evil(), 4))
    assert report.verdict == "hostile"
    assert (report.findings[0].location.offset or 0) > 2 * len(benign)


def test_padding_after_the_stream_is_nothing() -> None:
    assert scan(pickle.dumps(1, 4) + b"\0" * 512).verdict == "clean"


@pytest.mark.parametrize("outer", range(6))
@pytest.mark.parametrize("inner", range(6))
def test_pickles_in_constants_are_examined(outer: int, inner: int) -> None:
    report = scan(pickle.dumps({"blob": pickle.dumps(Evil(), inner)}, outer))
    assert report.verdict == "hostile"
    assert "constant" in report.findings[0].location.member


def test_a_long_constant_is_examined_where_it_lies() -> None:
    padded = pickle.dumps([b"x" * 200_000, Evil()], 4)
    report = scan(pickle.dumps([padded, "end"], 4))
    assert report.verdict == "hostile"


def test_bytes_that_a_known_loader_is_given_are_examined_whatever_they_look_like() -> None:
    inner = b"N0" + SYSTEM + b"."
    body = b"C" + bytes([len(inner)]) + inner
    data = b"\x80\x03ctorch.storage\n_load_from_bytes\n" + body + b"\x85R."
    assert scan(data).verdict == "hostile"


def test_deep_nesting_of_pickles_ends_in_a_limit() -> None:
    data = pickle.dumps(Evil(), 4)
    for _ in range(20):
        data = pickle.dumps(data, 4)
    assert "FIL004" in ids(scan(data))


def test_a_limit_keeps_the_findings_so_far() -> None:
    scanner = Scanner(limits=Limits(opcodes=1000))
    report = scanner.scan_bytes(b"\x80\x02" + SYSTEM + b"N0" * 600_000 + b".", name="m.pkl")
    assert {"PKL001", "FIL004"} <= set(ids(report))
    assert report.verdict == "hostile"


def test_a_frame_beyond_the_data_hides_nothing_from_the_python_unpickler() -> None:
    whole = pickle.dumps(Evil(), 4)
    assert "PKL001" in ids(scan(whole[:-1]))
    lie = whole[:3] + (1 << 40).to_bytes(8, "little") + whole[11:]
    assert {"PKL001", "PKL009"} <= set(ids(scan(lie)))


def test_a_truncated_harmless_file_is_unclear() -> None:
    whole = pickle.dumps({"w": list(range(1000))}, 4)
    report = scan(whole[:-40])
    assert (report.verdict, ids(report)) == ("unclear", ["PKL014"])


def test_persistent_objects_and_chains_of_calls_keep_their_origin() -> None:
    report = scan(b"\x80\x02cfunctools\npartial\ncos\nsystem\n\x85RX\x02\0\0\0id\x85R.")
    assert report.verdict == "hostile"
    assert functools.partial.__name__ in str([f.evidence for f in report.findings])


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"country\nNorway\nIceland\n", "a.csv"),
        (b"can\nNever\ncat\ndog\n" * 50, "vocab.txt"),
        (b"N. Bourbaki wrote.\n" * 10, "a.txt"),
        (b"(a, b) = (1, 2)\n", "a.py"),
        (b"I was there.\nSo was he.\n", "a.txt"),
        (b'{"a": 1}', "a.json"),
        (b"]]>\n", "a.txt"),
        (b"Version: 1\nName: x\n", "METADATA"),
        (Path(os.__file__).read_bytes(), "os.py"),
    ],
)
def test_text_is_not_taken_for_a_pickle(data: bytes, name: str) -> None:
    assert scan(data, name).format != "pickle"


@pytest.mark.parametrize(
    "data",
    [
        SYSTEM + b"garbage after the call",
        b"N0" + SYSTEM + b".",
        b"(S'echo seamark'\nios\nsystem\n.",
        b"}" + SYSTEM + b"0.",
        b"X\x04\0\0\0echo0" + SYSTEM + b".",
        b"K\x010" + SYSTEM,
        b"F1.5\n0" + SYSTEM + b".",
        b"\x95\x05\0\0\0\0\0\0\0K\x010N." + b"cos\nsystem\n.",
        b"N.",
    ],
)
def test_pickles_without_protocol_mark_are_recognized(data: bytes) -> None:
    report = scan(data, "model.bin")
    assert report.format == "pickle"
    assert report.verdict == ("hostile" if b"os" in data else "clean")


def test_random_bytes_never_crash_the_reader() -> None:
    import random

    chance = random.Random(5)
    for _ in range(300):
        data = b"\x80\x04" + chance.randbytes(chance.randrange(1, 200))
        assert "FIL008" not in ids(scan(data))


def test_rules_have_distinct_ids_of_the_family() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.id.startswith("PKL") for rule in RULES)
