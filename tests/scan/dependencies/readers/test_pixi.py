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
