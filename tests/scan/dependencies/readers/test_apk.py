import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.components import Component
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.names import source_package
from seamark.scan.dependencies.readers.system import apk
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data/dependencies/apk/alpine"
PLACE = "lib/apk/db/installed"


def items(root: Path, place: str = PLACE) -> list[Item]:
    return list(apk.read(Source(path=str(root / place), shown=place, root=str(root))))


def a_root(folder: Path, text: str | bytes, place: str = PLACE) -> Path:
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / "etc").mkdir(exist_ok=True)
    (folder / place).write_bytes(text.encode() if isinstance(text, str) else text)
    (folder / "etc/os-release").write_text("ID=alpine\nVERSION_ID=3.22.0\n")
    return folder


def test_equals_what_was_written() -> None:
    told = json.loads((DATA / "from.json").read_text())["packages"]
    found = {each.name: each for each in items(DATA) if isinstance(each, Component)}
    assert {name: each.version for name, each in found.items()} == {
        name: each["version"] for name, each in told.items()
    }
    assert {name: source_package(each.purl)[0] or name for name, each in found.items()} == {
        name: each["source"][0] for name, each in told.items()
    }


def test_a_component_has_what_the_record_says() -> None:
    found = {each.name: each for each in items(DATA) if isinstance(each, Component)}
    client = found["ssl_client"]
    assert client.ecosystem == "Alpine:v3.19"
    assert client.purl == (
        "pkg:apk/alpine/ssl_client@1.36.1-r15?arch=x86_64&distro=alpine-3.19.1&upstream=busybox"
    )
    assert client.licenses == ("GPL-2.0-only",)
    assert client.requires == ("musl", "libcrypto3", "libssl3")
    assert client.hashes[0].startswith("sha1:")
    assert found["libssl3"].requires == ("musl", "libcrypto3")  # a conflict is no need


def test_newer_releases_have_it_below_usr(tmp_path: Path) -> None:
    place = "usr/lib/apk/db/installed"
    (found,) = items(a_root(tmp_path, "P:a\nV:1-r0\n", place), place)
    assert isinstance(found, Component)
    assert found.ecosystem == "Alpine:v3.22"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("V:1-r0\n", "names no package"),
        ("P:a\n", "no version"),
        ("P:a\nV:one\n", "no Alpine version"),
        ("P:a b\nV:1\n", "name can be none"),
        ("P:a\nV:1\nP:b\n", "twice"),
        ("P:a\nV:1\nnonsense\n", "no field"),
    ],
)
def test_malformed_records_are_told_and_the_rest_is_read(
    tmp_path: Path, record: str, reason: str
) -> None:
    bad, good = items(a_root(tmp_path, f"{record}\nP:good\nV:1-r0\n\n"))
    assert isinstance(bad, Unassessed)
    assert reason in bad.reason
    assert isinstance(good, Component)


@pytest.mark.parametrize("checksum", ["Q1", "Q1AAAA", "Q1!!!!", "XX", "Q2" + "A" * 8])
def test_malformed_checksums_are_none(tmp_path: Path, checksum: str) -> None:
    (found,) = items(a_root(tmp_path, f"C:{checksum}\nP:a\nV:1-r0\n"))
    assert isinstance(found, Component)
    assert found.hashes == ()


@given(data=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_every_record_is_an_item(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    root = a_root(tmp_path_factory.mktemp("root"), data)
    groups = 0
    inside = False
    for line in data.split(b"\n"):
        groups += bool(line.strip()) and not inside
        inside = bool(line.strip())
    assert len(items(root)) == groups
