"""Broken locks: one broken entry is told and costs no other; nothing but Unreadable gets out."""

import copy
import datetime
import json
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seamark.scan.dependencies.documents import read_json, read_yaml
from seamark.scan.dependencies.inventory import named_kind, read_listing
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data" / "dependencies"
WRONG: tuple[Any, ...] = (
    5,
    True,
    [],
    {},
    "",
    "\x1b[31m",
    [5],
    {"a": 5},
    [[]],
    {"a": []},
    "x" * 40_000,
)
CASES = (
    ("uv-lock", "app/uv.lock", "package"),
    ("uv-lock", "workspace/uv.lock", "package"),
    ("uv-lock", "script/run.py.lock", "package"),
    ("pylock", "uv/pylock.toml", "packages"),
    ("pylock", "pip/pylock.toml", "packages"),
    ("pdm-lock", "app/pdm.lock", "package"),
    ("pdm-lock", "format-4.1/pdm.lock", "package"),
    ("poetry-lock", "poetry-2.5/poetry.lock", "package"),
    ("poetry-lock", "poetry-1.1/poetry.lock", "package"),
    ("npm-lock", "app/package-lock.json", "packages"),
    ("npm-lock", "version-2/package-lock.json", "packages"),
    ("npm-lock", "version-1/package-lock.json", "dependencies"),
    ("npm-lock", "workspaces/package-lock.json", "packages"),
    ("package-json", "app/package.json", "dependencies"),
    ("conda-lock", "unified/conda-lock.yml", "package"),
    ("pixi-lock", "by-hand/pixi.lock", "packages"),
    ("conda-environment", "rendered/conda-linux-64.lock.yml", "dependencies"),
)


def folder_of(kind: str) -> Path:
    return DATA / ("npm-lock" if kind == "package-json" else kind)


def as_toml(value: Any) -> str:
    """A value as TOML writes it inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return json.dumps(value)


def written(kind: str, document: dict[str, Any]) -> bytes:
    if kind.startswith(("npm", "package", "conda", "pixi")):
        return json.dumps(document).encode()  # YAML reads it too
    return "".join(f"{json.dumps(k)} = {as_toml(v)}\n" for k, v in document.items()).encode()


def small(value: Any) -> Any:
    """The document with at most two files a package: what matters here is shape."""
    if isinstance(value, dict):
        return {
            key: inner[:2]
            if key in ("files", "wheels") and isinstance(inner, list)
            else small(inner)
            for key, inner in value.items()
        }
    return [small(each) for each in value] if isinstance(value, list) else value


def document_of(kind: str, file: str) -> dict[str, Any]:
    path = folder_of(kind) / file
    if kind.startswith(("conda", "pixi")):
        found = read_yaml(Source(path=str(path), shown=file, root=str(path.parent)))
    elif kind.startswith(("npm", "package")):
        found = read_json(Source(path=str(path), shown=file, root=str(path.parent)))
    else:
        found = tomllib.loads(path.read_text())
    kept: dict[str, Any] = small(found)
    return kept


def read_bytes(kind: str, data: bytes, folder: Path) -> Listing:
    file = folder / "lock"
    file.write_bytes(data)
    listing = read_listing(Source(path=str(file), shown="lock", root=str(folder)), named_kind(kind))
    for each in listing.unassessed:
        assert "its reader failed" not in each.reason, each
        assert each.name.isprintable()
        assert each.reason
    return listing


def names_of(listing: Listing) -> Counter[str]:
    return Counter(each.title for each in listing.components)


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths_in(inner, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.copy(document)
    changed[path[0]] = replaced(document[path[0]], path[1:], value) if path[1:] else value
    return changed


@pytest.mark.parametrize(("kind", "file", "key"), CASES)
def test_wrong_types(kind: str, file: str, key: str, tmp_path: Path) -> None:
    document = document_of(kind, file)
    before = names_of(read_bytes(kind, written(kind, document), tmp_path))
    chance = random.Random(f"{kind} {file}")
    paths = list(paths_in(document))
    tried = 0
    for path in chance.sample(paths, min(len(paths), 50)):
        old = value_at(document, path)
        # what is a text or a list in YAML is one in an environment, too
        odd = WRONG[1:3] if kind == "conda-environment" else WRONG
        wrong: object = chance.choice(
            [each for each in odd if not isinstance(old, type(each)) or each == ""]
        )
        listing = read_bytes(kind, written(kind, replaced(document, path, wrong)), tmp_path)
        tried += 1
        if any(each.whole for each in listing.unassessed):
            assert len(path) <= 1 or path[0] != key, path  # never for one entry
            continue
        lost = before - names_of(listing)
        whole = path[0] != key or len(path) == 1
        assert whole or lost.total() <= held(document, path), (path, lost)
        if lost:
            assert listing.unassessed or names_of(listing).total() >= before.total(), path
    assert tried >= min(len(paths), 15)


@pytest.mark.parametrize(("kind", "file", "key"), CASES)
def test_one_entry_that_is_no_table(kind: str, file: str, key: str, tmp_path: Path) -> None:
    document = document_of(kind, file)
    before = names_of(read_bytes(kind, written(kind, document), tmp_path))
    entries = document[key]
    keys = list(entries) if isinstance(entries, dict) else range(len(entries))
    some = [each for each in keys if each != ""]
    for each in (some[0], some[len(some) // 2], some[-1]):
        for wrong in ([], True) if kind == "conda-environment" else (5, [], True):  # 5 is a name
            changed = replaced(document, (key, each), wrong)
            listing = read_bytes(kind, written(kind, changed), tmp_path)
            assert not any(problem.whole for problem in listing.unassessed)
            assert len(listing.unassessed) == 1, (each, listing.unassessed)
            # an entry may hold others: nested ones of npm, those for pip
            lost = (before - names_of(listing)).total()
            assert lost <= (held(entries, (each,)) if holds_others(kind, file) else 1), each


def holds_others(kind: str, file: str) -> bool:
    return kind == "conda-environment" or file.startswith("version-1")


def held(document: Any, path: tuple[Any, ...]) -> int:
    """How many components the value at a path may stand for, nested ones among them."""
    value = value_at(document, path)
    return nested(value) if isinstance(value, dict | list) else 1


def value_at(document: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        document = document[part]
    return document


def nested(value: Any) -> int:
    inner = value if isinstance(value, list) else list(value.values())
    return 1 + sum(nested(each) if isinstance(each, dict | list) else 1 for each in inner)


@pytest.mark.parametrize(("kind", "file", "key"), CASES)
def test_truncated_and_flipped(kind: str, file: str, key: str, tmp_path: Path) -> None:
    data = (folder_of(kind) / file).read_bytes()[:30_000].rstrip()
    chance = random.Random(f"{kind} {file}")
    silent = 0
    for _ in range(20):
        cut = data[: chance.randrange(len(data))]
        silent += not read_bytes(kind, cut, tmp_path).unassessed
        flipped = bytearray(data)
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        read_bytes(kind, bytes(flipped), tmp_path)
    if kind.startswith(("npm", "package")):
        assert not silent  # no prefix of a JSON document is one


ODD = [
    b"", b"\xff\xfe\x00", b"\x00", b"[]", b"5", b"null", b"{}", b"[[[", b"\xef\xbb\xbf",
    b"a" * 100_000,
    b"[" * 100_000, b'{"a":' * 100_000, b"x = " + b"9" * 5000, b'{"version": ' + b"9" * 5000 + b"}",
    b"a: &a [x]\nb: *a\n", b'{"dependencies": 5}', b"package = 5\n", b"packages = [5]\n",
]  # fmt: skip


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in CASES}))
@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
def test_odd_files(kind: str, data: bytes, tmp_path: Path) -> None:
    listing = read_bytes(kind, data, tmp_path)
    assert listing.components == ()
    quiet = kind == "package-json" and (data == b"{}" or data.startswith(b'{"version'))
    if not quiet:  # a package.json without dependencies has none
        assert listing.unassessed, data[:20]


@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
def test_odd_explicit_lists(data: bytes, tmp_path: Path) -> None:
    """Nearly every word is a name to conda: it is told as one, or as unassessed."""
    listing = read_bytes("conda-explicit", data, tmp_path)
    blank = not data.strip() or data == b"\xef\xbb\xbf"
    assert bool(listing.components or listing.unassessed) != blank
