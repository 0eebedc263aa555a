"""Files, folders, zips and tars of records; and what tries to be more than it is."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.dependencies.advisories import archive
from seamark.scan.dependencies.advisories.archive import SourceUnreadable
from seamark.scan.dependencies.advisories.decode import MAX_BYTES, Undecodable, decode
from seamark.scan.dependencies.advisories.intake import Tally, digest_of, take
from seamark.scan.dependencies.advisories.osv import Record, Unusable, read_record
from seamark.scan.dependencies.advisories.packed import pack, plain_of, record_of, unpack

ONE: dict[str, Any] = {
    "id": "GHSA-1",
    "modified": "2024-01-02T03:04:05Z",
    "aliases": ["CVE-2024-0001"],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "demo"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.10"}]}],
        }
    ],
}


def _folder(path: Path) -> Path:
    place = path / "advisories" / "github-reviewed" / "2024" / "01" / "GHSA-1"
    place.mkdir(parents=True)
    (place / "GHSA-1.json").write_text(json.dumps(ONE))
    (path / "README.md").write_text("# nothing")
    (path / ".git").mkdir()
    (path / ".git" / "x.json").write_text("{")
    return path


def _yaml(path: Path) -> Path:
    (path / "GHSA-1.yaml").write_text(yaml.safe_dump(ONE))
    return path / "GHSA-1.yaml"


def _zip(path: Path) -> Path:
    with zipfile.ZipFile(path / "all.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("GHSA-1.json", json.dumps(ONE))
    return path / "all.zip"


def _tar(path: Path) -> Path:
    data = yaml.safe_dump(ONE).encode()
    with tarfile.open(path / "a.tar.gz", "w:gz") as file:
        member = tarfile.TarInfo("advisory-database-main/vulns/demo/GHSA-1.yaml")
        member.size = len(data)
        file.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("x/link.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(link)
    return path / "a.tar.gz"


@pytest.mark.parametrize("layout", [_folder, _yaml, _zip, _tar])
def test_every_layout_gives_the_same_record(tmp_path: Path, layout: Callable[[Path], Path]) -> None:
    tally = Tally()
    path = str(layout(tmp_path))
    assert list(take(path, tally)) == [read_record(ONE)]
    assert (tally.usable, tally.unusable, tally.name, tally.newest) == (1, 0, "GHSA", "2024-01-02")
    assert digest_of(path) == digest_of(path) != ""


def _read(path: Path) -> list[object]:
    return list(take(str(path), Tally()))


@pytest.mark.parametrize("layout", [_zip, _tar])
def test_cut_archives_are_refused(tmp_path: Path, layout: Callable[[Path], Path]) -> None:
    whole = layout(tmp_path).read_bytes()
    for length in (0, 1, 20, len(whole) // 2, len(whole) - 30):
        path = tmp_path / "cut"
        path.write_bytes(whole[:length])
        with pytest.raises(SourceUnreadable):
            _read(path)


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_FLOOR", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(8):
            file.writestr(f"{number}.json", b" " * (4 << 20))
    data = b" " * (8 << 20)
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("a.txt")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    for name in ("bomb.zip", "bomb.tar.gz"):
        with pytest.raises(SourceUnreadable, match="unpacks to more than"):
            _read(tmp_path / name)
    monkeypatch.setattr(archive, "MAX_FEED", 1 << 20)
    (tmp_path / "bomb.json.gz").write_bytes(gzip.compress(data))
    with pytest.raises(SourceUnreadable, match="unpacks to more than"):
        _read(tmp_path / "bomb.json.gz")


def test_a_record_that_is_too_large_is_counted(tmp_path: Path) -> None:
    _zip(tmp_path)
    with zipfile.ZipFile(tmp_path / "all.zip", "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("big.json", b" " * (MAX_BYTES + 1))
    tally = Tally()
    assert len(list(take(str(tmp_path / "all.zip"), tally))) == 1
    assert tally.examples == ["big.json: it is larger than 8 MiB"]


def test_special_files_are_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(SourceUnreadable):
        _read(tmp_path / "a.json")
    with pytest.raises(SourceUnreadable):
        _read(tmp_path / "nothing")


@pytest.mark.parametrize(
    "data",
    [
        b"a: &x [1]\nb: *x\n",
        b"a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
        b"[" * 100_000,
        b"- " * 100_000,
        b"{a: 1, a: 2}",
        b"? [1]\n: 2\n",
        b"a: 1\n---\nb: 2\n",
        b"a: [",
        b"\xff\xfe",
    ],
)
def test_yaml_that_is_refused(data: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(data, yaml=True)


def test_yaml_scalars_stay_text() -> None:
    data = b"a: 3.10\nb: 2024-01-01 00:00:00Z\nc: ~\nd: 'null'\ne: yes\nf: \"x\\u00e9\"\n"
    assert decode(data, yaml=True) == {
        "a": "3.10", "b": "2024-01-01 00:00:00Z", "c": None, "d": "null", "e": "yes", "f": "xé",
    }  # fmt: skip


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["0", "1.0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "affected", "package", "ecosystem", "name", "ranges", "events", "type",
                 "introduced", "fixed", "versions", "severity", "score", "database_specific"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[key], (*path, key))


_PLACES = [each for each in _places(ONE) if each]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_PLACES), _JSON)
def test_any_value_at_any_place_is_a_record_or_unusable(place: tuple[Any, ...], value: Any) -> None:
    changed = json.loads(json.dumps(ONE))
    inside = changed
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    with suppress(Unusable):
        found = read_record(changed)
        assert isinstance(found, Record)
        assert record_of(next(iter(unpack(pack([plain_of(found)]))))) == found


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_document_or_undecodable(data: bytes, as_yaml: bool) -> None:
    found: object = None
    with suppress(Undecodable):
        found = decode(data, yaml=as_yaml)
    assert isinstance(found, dict | list | str | int | float | None)
