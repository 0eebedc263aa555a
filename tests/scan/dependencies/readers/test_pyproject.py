"""``pyproject.toml`` in its standard tables and in those of tools."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from seamark.core.components import Component, OriginKind
from seamark.scan.dependencies.inventory import Inventory, named_kind, take_inventory
from seamark.scan.dependencies.listings import IndexUse, Listing
from seamark.scan.dependencies.readers.locks.poetry_constraints import split_constraint
from seamark.scan.dependencies.source import Source


def inventory(folder: Path, text: str) -> Inventory:
    (folder / "pyproject.toml").write_text(text)
    source = Source(path=str(folder / "pyproject.toml"), shown="pyproject.toml", root=str(folder))
    return take_inventory([(source, named_kind("pyproject"))], root=str(folder))


def read(folder: Path, text: str) -> Listing:
    found = {each.path: each for each in inventory(folder, text).listings}
    return found["pyproject.toml"]


def by_name(listing: Listing) -> dict[str, Component]:
    assert len({each.name for each in listing.components}) == len(listing.components)
    return {each.name: each for each in listing.components}


def test_standard_tables(tmp_path: Path) -> None:
    listing = read(
        tmp_path,
        """
[build-system]
requires = ["hatchling==1.27"]
[project]
dependencies = [
    "a==1",
    'b>=2; python_version < "3.12"',
]
[project.optional-dependencies]
gpu = ["c[x]~=3.0"]
[dependency-groups]
dev = [{include-group = "Test_All"}, "e"]
test-all = ["d==4"]
""",
    )
    found = by_name(listing)
    assert not listing.unassessed
    assert found["hatchling"].groups == ("build",)
    assert (found["a"].version, found["a"].groups, found["a"].direct) == ("1", (), True)
    assert found["a"].location.line == 6
    assert found["b"].location.line == 7
    assert found["b"].marker == 'python_version < "3.12"'
    assert found["c"].groups == ("extra:gpu",)
    assert found["d"].groups == ("dev", "test-all")
    assert found["e"].groups == ("dev",)


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ('a = [{include-group = "b"}]\nb = [{include-group = "a"}]', "includes itself"),
        ('a = [{include-group = "none"}]', "no group of this name"),
        ("a = [{include = 'b'}]", "none that is known"),
        ("a = 5", "no list"),
        ("a = [5]", "none that is known"),
    ],
)
def test_groups_that_cannot_be_told(groups: str, reason: str, tmp_path: Path) -> None:
    listing = read(tmp_path, f"[dependency-groups]\n{groups}\n")
    assert any(reason in each.reason for each in listing.unassessed)


def test_poetry(tmp_path: Path) -> None:
    listing = read(
        tmp_path,
        """
[tool.poetry.dependencies]
python = "^3.11"
a = "^1.2.3"
b = "1.2.3"
c = {git = "https://token@example.org/c.git", rev = "abc", subdirectory = "x"}
d = {url = "https://example.org/d-4-py3-none-any.whl"}
e = {path = "../e", develop = true}
f = {version = "~2.3", source = "private", optional = true, python = "^3.9", markers = "os_name == 'nt'"}
h = {version = "*", source = "nowhere"}
[tool.poetry.extras]
more = ["F"]
[tool.poetry.group.test.dependencies]
g = ">=1,<2"
[[tool.poetry.source]]
name = "private"
url = "https://u:p@packages.example/simple"
priority = "supplemental"
[[tool.poetry.source]]
name = "PyPI"
priority = "primary"
""",  # noqa: E501
    )
    found = by_name(listing)
    assert (found["a"].version, found["a"].constraint) == ("", ">=1.2.3,<2")
    assert found["a"].location.line == 4
    assert found["b"].version == "1.2.3"
    assert found["c"].origin is not None
    assert found["c"].origin.url == "git+https://example.org/c.git#subdirectory=x"
    assert found["c"].origin.revision == "abc"
    assert found["d"].version == "4"
    assert found["e"].origin is not None
    assert found["e"].origin.kind is OriginKind.PATH
    assert found["f"].groups == ("extra:more",)
    assert found["f"].constraint == ">=2.3,<2.4"
    assert found["f"].origin is not None
    assert found["f"].origin.url == "https://packages.example/simple"
    assert "os_name" in found["f"].marker
    assert "python_version >= " in found["f"].marker
    assert found["g"].groups == ("test",)
    assert [each.name for each in listing.unassessed] == ["h"]
    assert [(each.name, each.use, each.secret) for each in listing.indexes] == [
        ("private", IndexUse.EXTRA, True),
        ("PyPI", IndexUse.MAIN, False),
    ]


@pytest.mark.parametrize(
    ("text", "version", "constraint"),
    [
        ("1.2", "1.2", ""),
        ("=1.2", "1.2", ""),
        ("==1.2", "1.2", ""),
        ("*", "", ""),
        ("1.*", "", "==1.*"),
        ("^1.2.3", "", ">=1.2.3,<2"),
        ("^0.2.3", "", ">=0.2.3,<0.3"),
        ("^0.0.3", "", ">=0.0.3,<0.0.4"),
        ("^0.0", "", ">=0.0,<0.1"),
        ("^0", "", ">=0,<1"),
        ("~1.2.3", "", ">=1.2.3,<1.3"),
        ("~1.2", "", ">=1.2,<1.3"),
        ("~1", "", ">=1,<2"),
        (">=1.2, <2.0 !=1.5", "", ">=1.2,<2.0,!=1.5"),
        ("^1 || ^2", "", "^1 || ^2"),
    ],
)
def test_constraints_of_poetry(text: str, version: str, constraint: str) -> None:
    assert split_constraint(text) == (version, constraint)


@given(
    st.sampled_from(("^", "~", ">=", "==", "")),
    st.lists(st.integers(0, 20), min_size=1, max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_constraints_are_pep_440_and_hold_their_own_version(sign: str, numbers: list[int]) -> None:
    version = ".".join(map(str, numbers))
    pinned, constraint = split_constraint(f"{sign}{version}")
    assert pinned == version or SpecifierSet(constraint).contains(version)


@pytest.mark.parametrize("text", ["^", "1.2 ||", "?", "^^1", "1,,;2"])
def test_constraints_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):
        split_constraint(text)


def test_uv_sources_and_indexes(tmp_path: Path) -> None:
    text = """
[project]
dependencies = ["a", "b==2", "c"]
[tool.uv]
constraint-dependencies = ["x<2"]
[tool.uv.sources]
A = {git = "https://example.org/a", tag = "v1"}
b = {index = "internal"}
c = [{path = "libs/c", marker = "os_name == 'nt'"}, {url = "https://example.org/c-1.tar.gz"}]
[[tool.uv.index]]
name = "internal"
url = "https://packages.example/simple"
"""
    listing = read(tmp_path, text)
    assert not listing.unassessed
    origins = [(each.name, each.version, each.origin) for each in listing.components]
    assert [(name, version, origin and origin.kind) for name, version, origin in origins] == [
        ("a", "", OriginKind.VCS),
        ("b", "2", OriginKind.INDEX),
        ("c", "", OriginKind.PATH),
        ("c", "1", OriginKind.URL),
        ("x", "", None),
    ]
    # uv asks its own index first and stops there, unless told to compare
    assert [each.use for each in listing.indexes] == [IndexUse.EXPLICIT]
    unsafe = text.replace("[tool.uv]\n", '[tool.uv]\nindex-strategy = "unsafe-best-match"\n')
    assert [each.use for each in read(tmp_path, unsafe).indexes] == [IndexUse.EXTRA]


def test_dynamic_dependencies_are_read_or_told(tmp_path: Path) -> None:
    dynamic = '[project]\nname = "x"\ndynamic = ["dependencies"]\n'
    listing = read(tmp_path, dynamic)
    assert [each.name for each in listing.unassessed] == ["project.dependencies"]
    listed = (
        dynamic + '[tool.setuptools.dynamic]\ndependencies = {file = ["needs.txt", "gone.txt"]}\n'
    )
    (tmp_path / "needs.txt").write_text("a==1\n# comment\nb\n")
    listing = read(tmp_path, listed)
    assert [(each.name, each.location.path) for each in listing.components] == [
        ("a", "needs.txt"),
        ("b", "needs.txt"),
    ]
    assert [each.name for each in listing.unassessed] == ["gone.txt"]
    (tmp_path / "requirements.txt").write_text("c==1\n")
    whole = inventory(tmp_path, listed.replace("needs.txt", "requirements.txt"))
    assert [each.path for each in whole.listings] == ["pyproject.toml", "requirements.txt"]
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup\nsetup(install_requires=['d'])"
    )
    whole = inventory(tmp_path, dynamic)
    assert [each.name for each in whole.components] == ["d"]
    assert not any(each.unassessed for each in whole.listings)


def test_other_tools(tmp_path: Path) -> None:
    listing = read(
        tmp_path,
        """
[tool.pdm.dev-dependencies]
test = ["a==1"]
[[tool.pdm.source]]
name = "pypi"
url = "https://mirror.example/simple"
verify_ssl = false
[tool.flit.metadata]
requires = ["b"]
[tool.hatch.envs.docs]
dependencies = ["c"]
""",
    )
    assert {name: each.groups for name, each in by_name(listing).items()} == {
        "a": ("test",),
        "b": (),
        "c": ("hatch:docs",),
    }
    assert [each.use for each in listing.indexes] == [IndexUse.MAIN, IndexUse.TRUSTED]
