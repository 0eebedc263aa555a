"""uv.lock: roots, edges, forks, groups, sources."""

from pathlib import Path

import pytest

from seamark.core.components import OriginKind
from seamark.scan.dependencies.inventory import named_kind, read_listing
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.readers.locks import uv_graph
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data" / "dependencies" / "uv-lock"
HEAD = 'version = 1\nrequires-python = ">=3.11"\n'
FILE = (
    'wheels = [{ url = "https://files.pythonhosted.org/packages/a/b.whl", hash = "sha256:%s" }]\n'
    % ("a" * 64)
)
PYPI = 'source = { registry = "https://pypi.org/simple" }\n'


def read(text: str, folder: Path) -> Listing:
    (folder / "uv.lock").write_text(text)
    source = Source(path=str(folder / "uv.lock"), shown="uv.lock", root=str(folder))
    return read_listing(source, named_kind("uv-lock"))


def fixture(name: str, file: str = "uv.lock") -> Listing:
    source = Source(path=str(DATA / name / file), shown=file, root=str(DATA))
    return read_listing(source, named_kind("uv-lock"))


def package(name: str, more: str = FILE, source: str = PYPI) -> str:
    return f'[[package]]\nname = "{name}"\nversion = "1.0"\n{source}{more}'


def test_app() -> None:
    found = {(each.name, each.version): each for each in fixture("app").components}
    assert ("app", "0.1.0") not in found
    assert found["flask", "3.1.3"].direct is True
    assert found["jinja2", "3.1.6"].direct is False
    assert found["jinja2", "3.1.6"].requires == ("markupsafe",)
    assert found["numpy", "1.26.4"].marker == "python_full_version < '3.12'"
    assert found["numpy", "2.5.5"].marker == "python_full_version >= '3.12'"
    assert found["asgiref", "3.13.0"].groups == ()  # of flask[async], which the project asks for
    assert found["ruff", "0.9.0"].groups == ("dev", "lint")
    assert found["rich", "15.0.0"].groups == ("extra:cli", "extra:viz")
    git = found["gitdep", "0.4.0"].origin
    assert git is not None
    assert (git.kind, git.url) == (OriginKind.VCS, "git+https://git.example/gitdep.git")
    assert git.revision == "f9b8f5f8982dca0ca7f4b93bf7c6dbbc04a99476"
    index = found["seamark-internal", "0.2.0"].origin
    assert index is not None
    assert (index.kind, index.url) == (OriginKind.INDEX, "https://packages.example/simple")
    assert {each.url for each in fixture("app").indexes} == {
        "https://pypi.org/simple",
        "https://packages.example/simple",
    }


def test_members_and_scripts_are_roots() -> None:
    workspace = {each.name: each for each in fixture("workspace").components}
    assert {"one", "two"}.isdisjoint(workspace)
    assert workspace["httpx"].direct is True
    assert workspace["h2"].groups == ()  # of httpx[http2]
    assert (workspace["iniconfig"].direct, workspace["iniconfig"].groups) == (True, ("dev",))
    script = {each.name: each.direct for each in fixture("script", "run.py.lock").components}
    assert script["rich"] is True
    assert script["pygments"] is False


def test_a_member_from_an_index_is_a_dependency(tmp_path: Path) -> None:
    """Nobody hides a package by naming it among the members."""
    text = HEAD + '[manifest]\nmembers = ["torch"]\n' + package("torch")
    assert [each.name for each in read(text, tmp_path).components] == ["torch"]


def test_files_from_elsewhere_than_the_index(tmp_path: Path) -> None:
    stray = FILE.replace("files.pythonhosted.org", "files.example")
    (found,) = read(HEAD + package("torch", stray), tmp_path).components
    assert found.origin is not None
    assert found.origin.kind is OriginKind.URL
    assert found.origin.url == "https://files.example/packages/a/b.whl"


def test_one_file_without_a_hash_leaves_none(tmp_path: Path) -> None:
    more = FILE.replace("]", ', { url = "https://files.pythonhosted.org/packages/c.whl" }]')
    (found,) = read(HEAD + package("torch", more), tmp_path).components
    assert found.hashes == ()


@pytest.mark.parametrize(
    ("source", "kind", "url", "revision"),
    [
        (
            '{ git = "https://u:hunter2@h.example/x?rev=v1&subdirectory=s#%s" }' % ("c" * 40),
            OriginKind.VCS,
            "git+https://h.example/x#subdirectory=s",
            "c" * 40,
        ),
        (
            '{ git = "https://h.example/x?branch=main" }',
            OriginKind.VCS,
            "git+https://h.example/x",
            "main",
        ),
        (
            '{ url = "https://u:hunter2@h.example/x.whl" }',
            OriginKind.URL,
            "https://h.example/x.whl",
            "",
        ),
        ('{ path = "x/y.whl" }', OriginKind.PATH, "x/y.whl", ""),
        ('{ directory = "../lib" }', OriginKind.PATH, "../lib", ""),
        ('{ editable = "lib" }', OriginKind.PATH, "lib", ""),
        (
            '{ registry = "https://u:hunter2@h.example/simple" }',
            OriginKind.INDEX,
            "https://h.example/simple",
            "",
        ),
    ],
)
def test_sources(source: str, kind: OriginKind, url: str, revision: str, tmp_path: Path) -> None:
    listing = read(HEAD + package("torch", "", f"source = {source}\n"), tmp_path)
    (found,) = listing.components
    assert found.origin is not None
    assert (found.origin.kind, found.origin.url, found.origin.revision) == (kind, url, revision)
    assert "hunter2" not in repr(listing)


@pytest.mark.parametrize(
    "broken",
    [
        "source = { registry = 5 }\n",
        "source = {}\n",
        'source = { svn = "x" }\n',
        "",
        'source = { path = "a", url = "b" }\n',
        PYPI + 'sdist = { url = "x", hash = "sha256:abc" }\n',
        PYPI + 'sdist = { url = "x", hash = 5 }\n',
        PYPI + "dependencies = [{ name = 5 }]\n",
        PYPI + 'resolution-markers = "x"\n',
        PYPI + "[package.optional-dependencies]\nx = 5\n",
    ],
)
def test_broken_entries(broken: str, tmp_path: Path) -> None:
    listing = read(HEAD + package("good") + package("bad", "", broken) + package("fine"), tmp_path)
    assert [each.name for each in listing.components] == ["good", "fine"]
    (problem,) = listing.unassessed
    assert (problem.name, problem.location.line, problem.whole) == ("bad", 8, False)


def test_an_unknown_format_is_told_and_read(tmp_path: Path) -> None:
    listing = read(HEAD.replace("1", "7", 1) + package("torch"), tmp_path)
    assert len(listing.components) == 1
    assert "'7'" in listing.unassessed[0].reason


def test_too_many_groups_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uv_graph, "MAX_STEPS", 20)
    root = '[[package]]\nname = "app"\nsource = { virtual = "." }\n[package.dev-dependencies]\n'
    groups = "".join(f'g{number} = [{{ name = "torch" }}]\n' for number in range(50))
    listing = read(HEAD + package("torch") + root + groups, tmp_path)
    (found,) = listing.components
    assert (found.direct, found.groups) == (None, ())
    assert "too many" in listing.unassessed[0].reason


def test_loops_end(tmp_path: Path) -> None:
    edge = 'dependencies = [{ name = "b" }, { name = "a" }]\n'
    listing = read(HEAD + package("a", edge) + package("b", edge), tmp_path)
    assert [each.requires for each in listing.components] == [("a", "b")] * 2
