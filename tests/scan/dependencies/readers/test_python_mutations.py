"""Broken Python lists: nothing but Unreadable leaves a reader, and no entry gets lost silently."""

import copy
import json
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamark.scan.dependencies.inventory import named_kind, read_listing
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data" / "dependencies"
WRONG = (5, True, [], {}, "", "\x1b[31m\x00", [5], {"a": 5}, [[]], {"a": []}, "x" * 9000, 1.5)

PYPROJECT = """
[build-system]
requires = ["setuptools>=61", "wheel==0.40"]
build-backend = "setuptools.build_meta"

[project]
name = "example"
dynamic = ["dependencies", "optional-dependencies"]
dependencies = ["a==1", "b>=2; python_version < '3.12'"]

[project.optional-dependencies]
gpu = ["c==3"]

[dependency-groups]
test = ["d==4", {include-group = "lint"}]
lint = ["e==5"]

[tool.setuptools.dynamic]
dependencies = {file = ["wanted.txt"]}

[tool.setuptools.dynamic.optional-dependencies]
more = {file = "more.txt"}

[tool.poetry.dependencies]
python = "^3.11"
f = "^1.2"
g = {version = "~2.3", extras = ["x"], markers = "os_name == 'nt'", python = ">=3.11"}
h = {git = "https://example.org/h.git", tag = "v1", subdirectory = "lib"}
i = [{version = "1.0", python = "<3.12"}, {version = "2.0", source = "private"}]

[tool.poetry.extras]
extra = ["f"]

[tool.poetry.group.dev.dependencies]
j = {path = "../j", develop = true}

[[tool.poetry.source]]
name = "private"
url = "https://user:secret@packages.example/simple"
priority = "supplemental"

[tool.pdm.dev-dependencies]
test = ["k==1", "-e file:///work/x#egg=l"]

[tool.pdm.resolution.overrides]
m = "1.2"

[[tool.pdm.source]]
name = "other"
url = "https://packages.example/simple"
verify_ssl = false

[tool.uv]
dev-dependencies = ["n==1"]
constraint-dependencies = ["o<2"]
index-strategy = "unsafe-best-match"
extra-index-url = ["https://packages.example/simple"]

[tool.uv.sources]
a = {git = "https://example.org/a.git", rev = "main"}
d = [{index = "internal", marker = "os_name == 'nt'"}, {workspace = true}]

[[tool.uv.index]]
name = "internal"
url = "https://packages.example/simple"
explicit = true

[tool.flit.metadata]
requires = ["p==1"]
dev-requires = ["q==1"]

[tool.flit.metadata.requires-extra]
doc = ["r==1"]

[tool.hatch.envs.default]
dependencies = ["s==1"]

[tool.hatch.build.targets.wheel.hooks]
custom = 1

[tool.hatch.build.hooks.custom]
dependencies = ["t==1"]
"""
SETUP_PY = """
from setuptools import setup
REQUIRED = ["a==1", "b>=2"]
setup(
    name="example", version="1",
    install_requires=REQUIRED + ["c"], setup_requires="d\\ne",
    tests_require=("f",), extras_require={"gpu": ["g==1"], ":os_name == 'nt'": ["h"]},
)
"""
SETUP_CFG = """
[metadata]
name = example
[options]
install_requires =
    a==1
    b>=2; python_version < "3.12"
setup_requires = c; d
[options.extras_require]
gpu = e==1
"""


def read(kind: str, data: bytes, folder: Path) -> Listing:
    file = folder / "list"
    file.write_bytes(data)
    listing = read_listing(Source(path=str(file), shown="list", root=str(folder)), named_kind(kind))
    for each in listing.unassessed:
        assert "its reader failed" not in each.reason, each
        assert each.name.isprintable(), each
        assert each.reason
        assert each.reason.isprintable(), each
    for index in listing.indexes:
        assert "secret" not in index.url
    return listing


def contents(listing: Listing) -> set[str]:
    return {each.name for each in listing.components}


def as_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value)


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths_in(inner, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.copy(document)
    changed[path[0]] = replaced(document[path[0]], path[1:], value) if path[1:] else value
    return changed


def value_at(document: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        document = document[part]
    return document


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "pyproject", tomllib.loads(PYPROJECT)
    lock = json.loads((DATA / "pipfile-lock/git-and-indexes/Pipfile.lock").read_text())
    yield "pipfile-lock", lock
    yield "pipfile", tomllib.loads((DATA / "pipfile-lock/app/Pipfile").read_text())


DOCUMENTS = dict(documents())


def written(kind: str, document: dict[str, Any]) -> bytes:
    if kind == "pipfile-lock":
        return json.dumps(document).encode()
    return "".join(f"{json.dumps(k)} = {as_toml(v)}\n" for k, v in document.items()).encode()


def test_everything_in_the_example_is_read(tmp_path: Path) -> None:
    (tmp_path / "wanted.txt").write_text("u==1\n")
    (tmp_path / "more.txt").write_text("v==1\n")
    listing = read("pyproject", PYPROJECT.encode(), tmp_path)
    assert not listing.unassessed
    expected = set("abcdefghijklmnopqrstuv") | {"setuptools", "wheel"}
    assert contents(listing) == expected


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_wrong_types(kind: str, tmp_path: Path) -> None:
    document = DOCUMENTS[kind]
    before = contents(read(kind, written(kind, document), tmp_path))
    chance = random.Random(kind)
    for path in paths_in(document):
        old = value_at(document, path)
        wrong = chance.choice([each for each in WRONG if not isinstance(old, type(each))])
        listing = read(kind, written(kind, replaced(document, path, wrong)), tmp_path)
        lost = before - contents(listing)
        if lost and wrong not in ([], {}, ""):
            assert listing.unassessed or contents(listing) - before, (path, wrong, lost)
        # what was damaged costs what is in it, and nothing beside it
        if isinstance(old, str):
            assert len(lost) <= 1 or path[:2] == ("tool", "poetry") or path[-1] == "name", path


SAMPLES = {
    "pyproject": PYPROJECT.encode(),
    "setup-py": SETUP_PY.encode(),
    "setup-cfg": SETUP_CFG.encode(),
    "pipfile-lock": (DATA / "pipfile-lock/app/Pipfile.lock").read_bytes()[:6000],
    "pipfile": (DATA / "pipfile-lock/app/Pipfile").read_bytes(),
    "requirements": (DATA / "requirements/pip-compile-hashed/requirements.txt").read_bytes()[:4000],
    "installed-python": next((DATA / "installed-python").rglob("requests*/METADATA")).read_bytes(),
    "installed-egg": next((DATA / "installed-python").rglob("*.egg")).read_bytes(),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_truncated_anywhere(kind: str, tmp_path: Path) -> None:
    data = SAMPLES[kind]
    whole = contents(read(kind, data, tmp_path))
    chance = random.Random(kind)
    for at in sorted(chance.sample(range(len(data)), 60)):
        listing = read(kind, data[:at], tmp_path)
        if kind in ("pipfile-lock", "installed-egg"):
            assert listing.unassessed, at
        # half a name may be another name; nothing else may appear
        assert len(contents(listing) - whole) <= 1


@pytest.mark.parametrize("kind", SAMPLES)
def test_flipped_bytes(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    for _ in range(60):
        data = bytearray(SAMPLES[kind])
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        listing = read(kind, bytes(data), tmp_path)
        assert listing.components or listing.unassessed or kind in ("pyproject", "setup-cfg")


@pytest.mark.parametrize("kind", SAMPLES)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_anything(kind: str, data: bytes, tmp_path: Path) -> None:
    listing = read(kind, data, tmp_path)
    assert listing.digest


@pytest.mark.parametrize(
    ("coding", "mark"),
    [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
def test_marked_encodings(coding: str, mark: bytes, tmp_path: Path) -> None:
    data = mark + "torch==1.0\nnumpy==2\n".encode(coding)
    assert contents(read("requirements", data, tmp_path)) == {"torch", "numpy"}


def test_declared_encoding_and_undeclared(tmp_path: Path) -> None:
    declared = "# -*- coding: latin-1 -*-\ntorch==1.0 # für\n".encode("latin-1")
    assert contents(read("requirements", declared, tmp_path)) == {"torch"}
    undeclared = "torch==1.0 # für\n".encode("latin-1")
    assert [each.whole for each in read("requirements", undeclared, tmp_path).unassessed] == [True]
    unknown = b"# coding: no-such\ntorch==1.0\n"
    assert [each.whole for each in read("requirements", unknown, tmp_path).unassessed] == [True]


def test_a_hundred_thousand_packages(tmp_path: Path) -> None:
    lines = "".join(f"package-{number}==1.{number}\n" for number in range(100_000))
    listing = read("requirements", lines.encode(), tmp_path)
    assert len(contents(listing)) == 100_000
    assert listing.components[-1].location.line == 100_000


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("pyproject", "[project]\ndependencies = [" + "[" * 100_000),
        ("pipfile-lock", '{"_meta": ' + '{"a":' * 100_000),
        ("setup-py", "setup(install_requires=" + "(" * 50_000),
        ("setup-py", "a=['x']\n" + "setup(install_requires=" + "+".join(["a"] * 20_000) + ")"),
        ("requirements", "a==1; " + "(" * 8000),
        ("requirements", "torch" + " " * 200_000 + "#\n" + "-" * 100_000),
        ("requirements", "a \\\n" * 50_000),
        ("installed-python", "Name: a\n" + " b\n" * 100_000 + "Version: 1\n"),
    ],
)
def test_shapes_that_cost(kind: str, text: str, tmp_path: Path) -> None:
    listing = read(kind, text.encode(), tmp_path)
    assert listing.unassessed


def test_names_that_double_themselves_are_not_followed(tmp_path: Path) -> None:
    lines = ["a0 = ['x', 'y']"] + [f"a{n} = [*a{n - 1}, *a{n - 1}]" for n in range(1, 45)]
    text = "\n".join([*lines, "setup(install_requires=a44)"])
    listing = read("setup-py", text.encode(), tmp_path)
    assert [each.name for each in listing.unassessed] == ["install_requires"]
