"""pixi.lock: environments, both forms of packages. Written by hand: pixi cannot be had here."""

from pathlib import Path

import pytest
from scan.dependencies.readers.lock_reading import by_name, read_text

from seamark.core.components import OriginKind

SHA = "a" * 64
CONDA = "https://conda.anaconda.org/conda-forge/linux-64/python-3.12.4-h194c7f8_0.conda"
WHEEL = "https://files.pythonhosted.org/packages/aa/click-8.1.7-py3-none-any.whl"
NEW = f"""\
version: 6
environments:
  default:
    channels:
    - url: https://u:hunter2@conda.anaconda.org/conda-forge/
    indexes:
    - https://pypi.org/simple
    packages:
      linux-64:
      - conda: {CONDA}
  dev:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: {CONDA}
      - pypi: {WHEEL}
      - pypi: ./lib
packages:
- conda: {CONDA}
  sha256: {SHA}
  depends:
  - libzlib >=1.3
  - __glibc >=2.17
  license: Python-2.0
- pypi: {WHEEL}
  name: click
  version: 8.1.7
  sha256: {SHA}
  requires_dist:
  - colorama ; sys_platform == 'win32'
- pypi: ./lib
  name: lib
  version: 0.1.0
  editable: true
"""


def test_packages_and_environments(tmp_path: Path) -> None:
    listing = read_text("pixi-lock", NEW, tmp_path)
    assert listing.unassessed == ()
    found = by_name(listing)
    python = found["python"]
    assert (
        python.purl
        == "pkg:conda/python@3.12.4?build=h194c7f8_0&channel=conda-forge&subdir=linux-64"
    )
    assert (python.groups, python.requires, python.origin) == ((), ("libzlib",), None)
    assert (python.hashes, python.licenses) == ((f"sha256:{SHA}",), ("Python-2.0",))
    assert python.location.line == 20
    click = found["click"]
    assert (click.purl, click.groups, click.requires) == (
        "pkg:pypi/click@8.1.7",
        ("dev",),
        ("colorama",),
    )
    assert click.origin is None
    assert found["lib"].origin is not None
    assert found["lib"].origin.kind is OriginKind.PATH
    assert [each.url for each in listing.indexes] == [
        "https://conda.anaconda.org/conda-forge",
        "https://conda.anaconda.org/conda-forge",
        "https://pypi.org/simple",
    ]
    assert "hunter2" not in repr(listing)


def test_the_form_until_version_5(tmp_path: Path) -> None:
    text = (
        f"version: 5\npackages:\n- kind: conda\n  name: python\n  version: 3.12.4\n  url: {CONDA}\n"
        f"- kind: pypi\n  name: click\n  version: 8.1.7\n  url: {WHEEL}\n  sha256: {SHA}\n"
    )
    listing = read_text("pixi-lock", text, tmp_path)
    assert [(each.name, each.version) for each in listing.components] == [
        ("python", "3.12.4"),
        ("click", "8.1.7"),
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("cargo: x", "neither of conda"),
        (f"conda: {CONDA}\n  pypi: {WHEEL}", "several ways"),
        (f"conda: {CONDA}\n  name: evil", "another package"),
        (f"conda: {CONDA}\n  sha256: abc", "digest"),
        ("conda: https://h.example/linux-64/x.conda", "no archive"),
        (f"pypi: {WHEEL}", "no name"),
        (f"pypi: {WHEEL}\n  name: [x]", "no text"),
        ("conda:", "neither a URL"),
        (f"conda: {CONDA}\n  depends: 5", "no list"),
    ],
)
def test_broken_entries(entry: str, reason: str, tmp_path: Path) -> None:
    text = f"version: 6\npackages:\n- {entry}\n- conda: {CONDA}\n"
    listing = read_text("pixi-lock", text, tmp_path)
    assert [each.name for each in listing.components] == ["python"]
    assert [reason in each.reason for each in listing.unassessed] == [True], listing.unassessed
    assert listing.unassessed[0].location.line == 3


def test_environments_that_cannot_be_read_cost_no_package(tmp_path: Path) -> None:
    listing = read_text(
        "pixi-lock", f"version: 6\nenvironments: 5\npackages:\n- conda: {CONDA}\n", tmp_path
    )
    assert len(listing.components) == 1
    assert [each.name for each in listing.unassessed] == ["environments"]


NIGHTLY = "https://pypi.example.org/nightly/simple"
SEVEN = f"""\
version: 7
platforms:
- name: linux-64
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda_source: own[01e1d6de] @ recipes/own
packages:
- conda_source: own[01e1d6de] @ recipes/own
  depends:
  - python >=3.10
  license: BSD-3-Clause
  source:
    path: ''
- conda_source: distributed[8dd45b28] @ git+https://github.com/dask/distributed#{"7" * 40}
  source:
    path: ''
- conda_source: fsspec[6fde9f4f] @ recipes/fsspec
  source:
    git: https://github.com/fsspec/filesystem_spec
    rev: {"0" * 40}
- conda_source: blob[6fde9f4f] @ recipes/blob
  version: '2.0'
  source:
    url: https://example.org/blob-2.0.tar.gz
    sha256: {SHA}
- pypi: {NIGHTLY}/h5py/3.16.0/h5py-3.16.0-py3-none-any.whl
  name: h5py
  version: 3.16.0
  index: {NIGHTLY}
- conda_source: nothing
"""


def test_what_version_7_builds(tmp_path: Path) -> None:
    listing = read_text("pixi-lock", SEVEN, tmp_path, "pixi.lock")
    found = {
        each.name: (each.origin.kind.value, each.origin.url, each.origin.revision, each.version)
        for each in listing.components
        if each.origin
    }
    assert found == {
        "own": ("path", "recipes/own", "", ""),
        "distributed": ("vcs", "git+https://github.com/dask/distributed", "7" * 40, ""),
        "fsspec": ("vcs", "git+https://github.com/fsspec/filesystem_spec", "0" * 40, ""),
        "blob": ("url", "https://example.org/blob-2.0.tar.gz", "", "2.0"),
        "h5py": ("url", f"{NIGHTLY}/h5py/3.16.0/h5py-3.16.0-py3-none-any.whl", "", "3.16.0"),
    }
    own = by_name(listing)["own"]
    assert (own.licenses, own.requires, own.groups) == (("BSD-3-Clause",), ("python",), ())
    assert by_name(listing)["blob"].hashes == (f"sha256:{SHA}",)
    assert [each.reason for each in listing.unassessed] == [
        "it does not say what is built from where"
    ]


@pytest.mark.parametrize("manifest", ["pixi.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("said", "kind"), [(NIGHTLY, "index"), (f"{NIGHTLY}/", "index"), (f"{NIGHTLY}2", "url")]
)
def test_another_index_counts_where_the_manifest_names_it(
    manifest: str, said: str, kind: str, tmp_path: Path
) -> None:
    (tmp_path / manifest).write_text(f'h5py = {{ index = "{said}" }}\n')
    origin = by_name(read_text("pixi-lock", SEVEN, tmp_path, "pixi.lock"))["h5py"].origin
    assert origin is not None
    assert origin.kind.value == kind


def test_a_file_elsewhere_is_not_of_the_index_it_names(tmp_path: Path) -> None:
    (tmp_path / "pixi.toml").write_text(f'h5py = {{ index = "{NIGHTLY}" }}\n')
    text = SEVEN.replace(f"- pypi: {NIGHTLY}", "- pypi: https://evil.example/simple")
    origin = by_name(read_text("pixi-lock", text, tmp_path, "pixi.lock"))["h5py"].origin
    assert origin is not None
    assert origin.kind is OriginKind.URL


def test_the_commit_of_a_repository(tmp_path: Path) -> None:
    place = f"git+https://u:hunter2@github.com/bokeh/bokeh?rev=main&subdirectory=x#{'7' * 40}"
    text = f"version: 7\npackages:\n- pypi: {place}\n  name: bokeh\n  version: 3.10.0\n"
    origin = by_name(read_text("pixi-lock", text, tmp_path, "pixi.lock"))["bokeh"].origin
    assert origin is not None
    assert (origin.kind.value, origin.revision, origin.secret) == ("vcs", "7" * 40, True)
    assert origin.url == "git+https://github.com/bokeh/bokeh#subdirectory=x"
