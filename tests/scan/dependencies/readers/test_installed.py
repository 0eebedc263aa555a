"""Installed packages: what their metadata and the installer's notes say, and what is missing."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from seamark.core.components import OriginKind
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import Inventory, take_inventory

METADATA = "Metadata-Version: 2.1\nName: My.Pkg\nVersion: 1.0\n"


def install(folder: Path, name: str, **files: str) -> None:
    (folder / name).mkdir(parents=True)
    for file, text in files.items():
        (folder / name / file.replace("__", ".")).write_text(text)


def inventory(folder: Path) -> Inventory:
    found = [each for each in find_sources(str(folder)) if not isinstance(each, str)]
    return take_inventory(found, root=str(folder))


def reasons(folder: Path) -> list[str]:
    return [each.reason for listing in inventory(folder).listings for each in listing.unassessed]


def test_licenses_of_headers_and_files(tmp_path: Path) -> None:
    install(tmp_path, "a-1.dist-info", METADATA="Name: a\nVersion: 1\nLicense-Expression: MIT\n"
            "License: ignored\n")  # fmt: skip
    install(tmp_path, "b-1.dist-info", METADATA="Name: b\nVersion: 1\nLicense: UNKNOWN\n"
            "Classifier: License :: OSI Approved :: MIT License\n")  # fmt: skip
    install(tmp_path, "c-1.dist-info", METADATA="Name: c\nVersion: 1\nLicense-File: COPYING\n",
            COPYING="Permission to use, copy\n")  # fmt: skip
    assert [each.licenses for each in inventory(tmp_path).components] == [
        ("MIT",),
        ("License :: OSI Approved :: MIT License",),
        ("Permission to use, copy",),
    ]
    assert reasons(tmp_path) == []


def test_a_description_may_hold_blank_looking_lines(tmp_path: Path) -> None:
    text = (
        "Name: a\nVersion: 1\nDescription: x\n        \n        y\nRequires-Dist: b>=1\n\nName: z\n"
    )
    install(tmp_path, "a.egg-info", **{"PKG-INFO": text})
    component = inventory(tmp_path).components[0]
    assert (component.name, component.requires) == ("a", ("b",))


def test_origins_from_the_installer(tmp_path: Path) -> None:
    notes = {
        "a": {"url": "https://u:secret@example.org/a.git",
              "vcs_info": {"vcs": "git", "commit_id": "c" * 40}},
        "b": {"url": "https://example.org/b-1.zip",
              "archive_info": {"hash": f"sha256={'0' * 64}"}},
        "c": {"url": "file:///home/x/c", "dir_info": {"editable": True}},
    }  # fmt: skip
    for name, note in notes.items():
        install(
            tmp_path,
            f"{name}-1.dist-info",
            METADATA=f"Name: {name}\nVersion: 1\n",
            direct_url__json=json.dumps(note),
        )
    a, b, c = inventory(tmp_path).components
    assert a.origin is not None
    assert (a.origin.url, a.origin.revision) == ("git+https://example.org/a.git", "c" * 40)
    assert b.origin is not None
    assert (b.origin.kind, b.hashes) == (OriginKind.URL, (f"sha256:{'0' * 64}",))
    assert c.origin is not None
    assert c.origin.kind is OriginKind.PATH
    assert {each.version for each in (a, b, c)} == {"1"}


@pytest.mark.parametrize(
    ("folder", "files", "reason"),
    [
        ("a-1.dist-info", {"RECORD": "a.py,,\n"}, "metadata is missing"),
        ("a-1.dist-info", {"METADATA": ""}, "no headers"),
        ("a-1.dist-info", {"METADATA": "Name: a\n"}, "no version"),
        ("a-1.dist-info", {"METADATA": "Version: 1\n"}, "no name"),
        ("a-1.dist-info", {"METADATA": "Name: a\nName: b\nVersion: 1\n"}, "several values"),
        ("a-1.dist-info", {"METADATA": "Name: a\nVersion: 1\nVersion: 2\n"}, "several values"),
        ("a-1.dist-info", {"METADATA": "Name: a\nVersion: 1 2\n"}, "version is none"),
        ("a-1.dist-info", {"METADATA": "Name: a b\nVersion: 1\n"}, "no name of a Python package"),
        ("a-1.dist-info", {"METADATA": "Name: b\nVersion: 1\n"}, "its metadata says 'b'"),
        ("a-1.dist-info", {"METADATA": "Name: a\nVersion: 2\n"}, "its folder says version '1'"),
        ("a-1.dist-info", {"METADATA": "Name: a\nVersion: 1\nbroken\nX: y\n"}, "is no header"),
        ("a-1.dist-info", {"METADATA": "Name: a\nVersion: 1\nRequires-Dist: ?\n"}, "requires '?'"),
        ("a-1.dist-info", {"METADATA": "Name: a\0\nVersion: 1\n"}, "zero bytes"),
        (
            "a-1.dist-info",
            {"METADATA": "Name: a\nVersion: 1\n", "direct_url__json": "{"},
            "direct_url.json",
        ),
        (
            "a-1.dist-info",
            {"METADATA": "Name: a\nVersion: 1\n", "direct_url__json": "[]"},
            "direct_url.json",
        ),
    ],
)
def test_what_is_broken_is_told(
    folder: str, files: dict[str, str], reason: str, tmp_path: Path
) -> None:
    install(tmp_path, folder, **files)
    found = reasons(tmp_path)
    assert reason in found[0]
    assert len(found) == (2 if "no name of" in reason else 1)  # a folder's name contradicts too


def test_a_record_beside_metadata_is_no_list(tmp_path: Path) -> None:
    install(tmp_path, "my_pkg-1.0.dist-info", METADATA=METADATA, RECORD="x,,\n")
    assert len(inventory(tmp_path).listings) == 1


def test_eggs(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a-1.egg", "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", "Name: a\nVersion: 1\n")
    with ZipFile(tmp_path / "b-1.egg", "w") as archive:
        archive.writestr("b.py", "")
    (tmp_path / "c-1.egg").write_text("no zip")
    found = inventory(tmp_path)
    assert [each.name for each in found.components] == ["a"]
    assert len(reasons(tmp_path)) == 2


def test_a_vendored_copy_without_a_name_contradicts_nothing(tmp_path: Path) -> None:
    install(tmp_path, "certifi/.dist-info", METADATA="Name: certifi\nVersion: 2019.7.1\n")
    assert [each.version for each in inventory(tmp_path).components] == ["2019.7.1"]
    assert reasons(tmp_path) == []
