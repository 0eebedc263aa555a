"""Wheels and source archives that lie in a project, good and damaged."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamark.core.components import OriginKind
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import Inventory, take_inventory

METADATA = (
    "Metadata-Version: 2.4\nName: Some.Pack\nVersion: 1.0\nLicense-Expression: MIT\n"
    "Requires-Dist: numpy>=1\nRequires-Dist: pytest; extra == 'test'\n\nText\n"
)
WHEEL = "some_pack-1.0-py3-none-any.whl"


def wheel(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members or {"some_pack-1.0.dist-info/METADATA": METADATA}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def source_archive(top: str = "some_pack-1.0", text: str = METADATA) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in (f"{top}/setup.cfg", f"{top}/PKG-INFO", f"{top}/x.egg-info/PKG-INFO"):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def read(root: Path, name: str, data: bytes) -> Inventory:
    (root / name).write_bytes(data)
    sources = [each for each in find_sources(str(root)) if not isinstance(each, str)]
    return take_inventory(sources, root=str(root))


@pytest.mark.parametrize(
    ("name", "data"), [(WHEEL, wheel()), ("some_pack-1.0.tar.gz", source_archive())]
)
def test_the_package_is_read(tmp_path: Path, name: str, data: bytes) -> None:
    (component,) = read(tmp_path, name, data).components
    assert (component.name, component.version, component.title) == ("some-pack", "1.0", "Some.Pack")
    assert (component.licenses, component.requires) == (("MIT",), ("numpy",))
    assert component.origin is not None
    assert component.origin.kind is OriginKind.PATH


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (WHEEL, b""),
        (WHEEL, b"PK\5\6" + b"\0" * 18),
        (WHEEL, wheel()[:-30]),
        (WHEEL, wheel(**{"some_pack/__init__.py": ""})),
        (WHEEL, wheel(**{"a-1.dist-info/METADATA": METADATA, "b-1.dist-info/METADATA": METADATA})),
        (WHEEL, wheel(**{"some_pack-1.0.dist-info/METADATA": "\0"})),
        (WHEEL, wheel(**{"some_pack-1.0.dist-info/METADATA": "Name: x y\nVersion: 1\n"})),
        ("no-wheel.whl", wheel()),
        ("other-1.0-py3-none-any.whl", wheel()),
        ("some_pack-1.0.tar.gz", source_archive()[:200]),
        (WHEEL, wheel(**{"some_pack-1.0.dist-info/METADATA": "A" * (5 << 20)})),
    ],
)
def test_damage_is_told(tmp_path: Path, name: str, data: bytes) -> None:
    (listing,) = read(tmp_path, name, data).listings
    assert listing.unassessed


def test_two_members_of_one_name(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("some_pack-1.0.dist-info/METADATA", METADATA)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("some_pack-1.0.dist-info/METADATA", METADATA)
    (listing,) = read(tmp_path, WHEEL, buffer.getvalue()).listings
    assert [each.reason for each in listing.unassessed] == ["it has two members of one name"]


@pytest.mark.parametrize("name", ["data-1.0.tar.gz", "some_pack-2.0.tar.gz"])
def test_archives_of_other_things_are_left_alone(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, source_archive()).listings == ()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), source=st.booleans())
def test_no_changed_byte_escapes_or_is_lost(
    tmp_path: Path, at: int, byte: int, source: bool
) -> None:
    data = bytearray(source_archive() if source else wheel())
    data[at % len(data)] = byte
    name = "some_pack-1.0.tar.gz" if source else WHEEL
    for listing in read(tmp_path, name, bytes(data)).listings:
        assert listing.components or listing.unassessed
        assert not any("its reader failed" in each.reason for each in listing.unassessed)
    (tmp_path / name).unlink()
