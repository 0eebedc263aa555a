"""poetry.lock, pdm.lock and pylock.toml: groups, markers, origins, old forms."""

from pathlib import Path

import pytest
from scan.dependencies.readers.lock_reading import by_name, read_fixture, read_text

from seamark.core.components import OriginKind

HEX = "a" * 64
COMMIT = "c" * 40
POETRY = '[metadata]\nlock-version = "2.1"\n'
PDM = '[metadata]\nlock_version = "4.5.0"\n'
PYLOCK = 'lock-version = "1.0"\ncreated-by = "x"\n'
PYPI = "https://files.pythonhosted.org/packages/a/x-1.0.tar.gz"


def poetry(more: str) -> str:
    return f'[[package]]\nname = "torch"\nversion = "1.0"\noptional = false\n{more}\n{POETRY}'


def test_poetry() -> None:
    for release in ("1.4", "1.8", "2.5"):
        listing = read_fixture("poetry-lock", f"poetry-lock/poetry-{release}/poetry.lock")
        found = {(each.name, each.version): each for each in listing.components}
        assert found["rich", "13.9.4"].groups == ("extra:viz",)
        assert found["mdurl", "0.1.2"].groups == ("extra:viz",)
        assert found["requests", "2.31.0"].groups == ()
        assert "pysocks" in (found["requests", "2.31.0"].requires or ())
        assert {version for name, version in found if name == "numpy"} == {"1.24.4", "1.26.4"}
        git = found["gitdep", "0.4.0"].origin
        assert git is not None
        assert (git.url, len(git.revision)) == ("git+https://git.example/gitdep.git", 40)
        origins = {each.name: each.origin for each in listing.components if each.origin}
        assert {name: each.kind for name, each in origins.items()} == {
            "gitdep": OriginKind.VCS,
            "idna": OriginKind.URL,
            "pathdep": OriginKind.PATH,
            "seamark-internal": OriginKind.INDEX,
        }
    assert found["pytest", "7.4.4"].groups == ("dev",)
    assert found["numpy", "1.24.4"].marker == 'python_version == "3.9"'


def test_poetry_before_groups() -> None:
    found = by_name(read_fixture("poetry-lock", "poetry-lock/poetry-1.1/poetry.lock"))
    assert found["iniconfig"].groups == ("dev",)
    assert found["rich"].groups == ("extra:viz",)
    assert found["jinja2"].groups == ()
    assert len(found["jinja2"].hashes) == 2  # from metadata.files


def test_poetry_of_the_first_form(tmp_path: Path) -> None:
    text = (
        '[[package]]\nname = "Torch"\nversion = "1.0"\ncategory = "main"\noptional = false\n'
        f'[metadata]\ncontent-hash = "x"\n[metadata.hashes]\ntorch = ["{HEX}"]\n'
    )
    listing = read_text("poetry-lock", text, tmp_path)
    assert listing.unassessed == ()
    assert listing.components[0].hashes == (f"sha256:{HEX}",)


@pytest.mark.parametrize(
    ("needs", "requires"),
    [
        ('a = ">=1"', ("a",)),
        ('a = {version = "*", markers = "x"}', ("a",)),
        ('a = [{version = "1", python = "<3"}, {version = "2", python = ">=3"}]', ("a",)),
        ('a = {version = "*", optional = true}', ()),
        ('torch = {version = "*", optional = true}', ("torch",)),
        ('a = [{version = "1", optional = true}, ">=2"]', ("a",)),
    ],
)
def test_poetry_edges(needs: str, requires: tuple[str, ...], tmp_path: Path) -> None:
    listing = read_text("poetry-lock", poetry(f"[package.dependencies]\n{needs}"), tmp_path)
    assert listing.components[0].requires == requires


@pytest.mark.parametrize(
    ("more", "marker"),
    [
        ('groups = ["main", "dev"]\nmarkers = "x == 1"', "x == 1"),
        ('groups = ["main", "dev"]\nmarkers = {main = "a", dev = "b"}', "(a) or (b)"),
        ('groups = ["main", "dev"]\nmarkers = {main = "a", dev = "a"}', "a"),
        ('groups = ["main", "dev"]\nmarkers = {dev = "b"}', ""),
        ('marker = "old"', "old"),
    ],
)
def test_poetry_markers(more: str, marker: str, tmp_path: Path) -> None:
    assert read_text("poetry-lock", poetry(more), tmp_path).components[0].marker == marker


@pytest.mark.parametrize(
    "more",
    [
        "files = [5]",
        'files = [{file = "x", hash = "sha256:abc"}]',
        'groups = "main"',
        "markers = 5",
        "[package.dependencies]\na = 5",
        '[package.dependencies]\n"-" = "1"',
        'source = {type = "git"}',
        'source = {type = "ftp", url = "x"}',
        "category = 5",
    ],
)
def test_broken_poetry_entries(more: str, tmp_path: Path) -> None:
    listing = read_text("poetry-lock", poetry(more), tmp_path)
    assert listing.components == ()
    assert [each.name for each in listing.unassessed] == ["torch"]


def test_pdm() -> None:
    found = by_name(read_fixture("pdm-lock", "pdm-lock/app/pdm.lock"))
    assert "asgiref" in (found["flask"].requires or ())  # of the entry flask[async]
    assert "pysocks" in (found["requests"].requires or ())
    assert found["requests"].marker == 'sys_platform != "win32"'
    assert found["pytest"].groups == ("dev",)
    assert found["click"].groups == ()
    assert found["pathdep"].origin is not None
    assert found["pathdep"].origin.kind is OriginKind.PATH


def test_pdm_for_two_platforms() -> None:
    listing = read_fixture("pdm-lock", "pdm-lock/platforms/pdm.lock")
    assert {(each.version, each.marker) for each in listing.components if each.name == "numpy"} == {
        ("2.0.2", 'python_version == "3.9"'),
        ("2.4.6", 'python_version >= "3.11"'),
    }


def test_pdm_extras_without_their_package(tmp_path: Path) -> None:
    text = (
        PDM
        + '[[package]]\nname = "a"\nversion = "1"\nextras = ["x"]\ndependencies = ["a==1", "b"]\n'
    )
    (found,) = read_text("pdm-lock", text, tmp_path).components
    assert (found.name, found.requires) == ("a", ("b",))


def test_pdm_sources(tmp_path: Path) -> None:
    entry = '[[package]]\nname = "p{0}"\nversion = "1"\n{1}\n'
    sources = (
        f'git = "https://u:hunter2@h.example/x.git"\nref = "main"\nrevision = "{COMMIT}"',
        'url = "https://h.example/x-1.tar.gz"',
        'path = "./x"\neditable = true',
        f'files = [{{url = "https://evil.example/x.whl", hash = "sha256:{HEX}"}}]',
    )
    text = PDM + "".join(entry.format(*each) for each in enumerate(sources))
    listing = read_text("pdm-lock", text, tmp_path)
    kinds = [each.origin.kind for each in listing.components if each.origin]
    assert kinds == [OriginKind.VCS, OriginKind.URL, OriginKind.PATH, OriginKind.URL]
    assert listing.components[0].origin is not None
    assert listing.components[0].origin.revision == COMMIT
    assert "hunter2" not in repr(listing)


def test_tables_beside_the_packages(tmp_path: Path) -> None:
    """A broken table of files costs hashes, which is told, and no package."""
    entry = '[[package]]\nname = "a"\nversion = "1"\n'
    for kind, text in (
        ("pdm-lock", '[metadata]\nlock_version = "4.1"\nfiles = 5\n' + entry),
        ("poetry-lock", entry + '[metadata]\nlock-version = "1.1"\nfiles = 5\n'),
    ):
        listing = read_text(kind, text, tmp_path)
        assert [each.name for each in listing.components] == ["a"]
        assert len(listing.unassessed) == 1


@pytest.mark.parametrize(
    ("marker", "groups"),
    [
        ("'dev' in dependency_groups", ("dev",)),
        ("'gpu' in extras", ("extra:gpu",)),
        ("'gpu' in extras or 'dev' in dependency_groups", ("dev", "extra:gpu")),
        ("('gpu' in extras) or ('dev' in dependency_groups)", ("dev", "extra:gpu")),
        (
            "sys_platform == 'win32' and ('gpu' in extras or 'dev' in dependency_groups)",
            ("dev", "extra:gpu"),
        ),
        ("sys_platform == 'win32' or 'gpu' in extras", ()),
        ("'gpu' not in extras", ()),
        ("'default' in dependency_groups or 'dev' in dependency_groups", ()),
        ("sys_platform == 'win32'", ()),
    ],
)
def test_pylock_groups(marker: str, groups: tuple[str, ...], tmp_path: Path) -> None:
    head = f'{PYLOCK}default-groups = ["default"]\n'
    text = f'{head}[[packages]]\nname = "a"\nversion = "1"\nmarker = "{marker}"\n'
    (found,) = read_text("pylock", text, tmp_path).components
    assert found.groups == groups
    assert found.marker == marker


@pytest.mark.parametrize(
    ("more", "kind", "url"),
    [
        (
            f'vcs = {{type = "git", url = "https://h.example/x", commit-id = "{COMMIT}"}}',
            OriginKind.VCS,
            "git+https://h.example/x",
        ),
        ('vcs = {type = "hg", path = "x", commit-id = "c"}', OriginKind.VCS, "hg+file:"),
        ('directory = {path = "lib", editable = true}', OriginKind.PATH, "lib"),
        (
            f'archive = {{url = "https://h.example/a-1.tar.gz", hashes = {{sha256 = "{HEX}"}}}}',
            OriginKind.URL,
            "https://h.example/a-1.tar.gz",
        ),
        (
            f'archive = {{path = "a-1.tar.gz", hashes = {{sha256 = "{HEX}"}}}}',
            OriginKind.PATH,
            "a-1.tar.gz",
        ),
        ('index = "https://h.example/simple"', OriginKind.INDEX, "https://h.example/simple"),
        ('index = "https://pypi.org/simple/"', None, ""),
        (
            f'sdist = {{url = "https://h.example/a-1.tar.gz", hashes = {{sha256 = "{HEX}"}}}}',
            OriginKind.URL,
            "https://h.example/a-1.tar.gz",
        ),
        (
            f'sdist = {{path = "a-1.tar.gz", hashes = {{sha256 = "{HEX}"}}}}',
            OriginKind.PATH,
            "a-1.tar.gz",
        ),
    ],
)
def test_pylock_sources(more: str, kind: OriginKind | None, url: str, tmp_path: Path) -> None:
    (found,) = read_text(
        "pylock", f'{PYLOCK}[[packages]]\nname = "a"\n{more}\n', tmp_path
    ).components
    assert (found.origin.kind if found.origin else None) == kind
    assert (found.origin.url if found.origin else "").startswith(url)


@pytest.mark.parametrize(
    "more",
    [
        'vcs = {type = "git", url = "x"}\ndirectory = {path = "x"}',
        "vcs = {}",
        "vcs = 5",
        'directory = {path = "x"}\nwheels = [{url = "x"}]',
        'vcs = {type = "cvs", url = "x"}',
        f'wheels = [{{url = "{PYPI}", hashes = {{sha256 = "abc"}}}}]',
        "wheels = {}",
        "dependencies = [{}]",
        f'wheels = [{{url = "{PYPI}", hashes = 5}}]',
        "marker = 5",
        "index = 5",
        "version = 1",
    ],
)
def test_broken_pylock_entries(more: str, tmp_path: Path) -> None:
    text = f'{PYLOCK}[[packages]]\nname = "a"\n{more}\n[[packages]]\nname = "b"\nversion = "1"\n'
    listing = read_text("pylock", text, tmp_path)
    assert [each.name for each in listing.components] == ["b"]
    assert [(each.name, each.location.line) for each in listing.unassessed] == [("a", 3)]


def test_names_that_imitate_headers_cost_only_lines(tmp_path: Path) -> None:
    text = (
        PYLOCK
        + '[[packages]]\nname = "a"\nversion = "1"\ntool = {x = {y = """\n[[packages]]\n"""}}\n'
    )
    (found,) = read_text("pylock", text, tmp_path).components
    assert (found.name, found.location.line) == ("a", None)


def test_markers_nested_without_end_are_the_main_set(tmp_path: Path) -> None:
    marker = "(" * 3000 + "'a' in extras" + " or 'a' in extras)" * 1500 + ")" * 1500
    text = f'{PYLOCK}[[packages]]\nname = "a"\nversion = "1"\nmarker = "{marker}"\n'
    (found,) = read_text("pylock", text, tmp_path).components
    assert found.groups in ((), ("extra:a",))
    assert found.marker == marker
