import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.components import Component
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.names import source_package
from seamark.scan.dependencies.readers.system import dpkg
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data/dependencies/dpkg"


def items(root: Path, relative: str = "var/lib/dpkg/status") -> list[Item]:
    return list(dpkg.read(Source(path=str(root / relative), shown=relative, root=str(root))))


def a_root(folder: Path, status: str, release: str = "ID=debian\nVERSION_ID=12\n") -> Path:
    (folder / "var/lib/dpkg").mkdir(parents=True, exist_ok=True)
    (folder / "etc").mkdir(exist_ok=True)
    (folder / "var/lib/dpkg/status").write_text(status)
    (folder / "etc/os-release").write_text(release)
    return folder


def a_package(**fields: str) -> str:
    known = {"Package": "curl", "Status": "install ok installed", "Version": "1.0-1"} | fields
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in known.items()) + "\n"


def as_truth(found: list[Item]) -> dict[str, dict[str, object]]:
    assert all(isinstance(each, Component) for each in found)
    return {
        each.name: {
            "version": each.version,
            "source": [
                source_package(each.purl)[0] or each.name,
                source_package(each.purl)[1] or each.version,
            ],
        }
        for each in found
        if isinstance(each, Component)
    }


def test_equals_what_dpkg_query_says() -> None:
    told = json.loads((DATA / "installed/from.json").read_text())
    found = items(DATA / "installed")
    assert as_truth(found) == told["packages"]
    assert "wget" in told["absent"]
    assert "wget" not in as_truth(found)


def test_a_component_is_the_binary_package_of_its_release() -> None:
    found = {each.name: each for each in items(DATA / "installed") if isinstance(each, Component)}
    library = found["libcurl4"]
    assert library.ecosystem == "Debian:12"
    assert library.purl == (
        "pkg:deb/debian/libcurl4@7.88.1-10%2Bdeb12u15?arch=amd64&distro=debian-12&upstream=curl"
    )
    assert found["gcc-12-base"].purl.endswith("upstream=gcc-12")
    assert found["curl"].licenses[0] == "curl"
    assert "libcurl4" in (found["curl"].requires or ())
    assert found["zlib1g"].licenses == ("Zlib",)
    assert found["libyaml-0-2"].licenses == ()
    assert found["libcurl4"].location.line is not None


def test_distroless_images_have_a_file_a_package() -> None:
    told = json.loads((DATA / "distroless/from.json").read_text())["packages"]
    folder = DATA / "distroless"
    names = sorted(path.name for path in (folder / "var/lib/dpkg/status.d").iterdir())
    found = [each for name in names for each in items(folder, f"var/lib/dpkg/status.d/{name}")]
    assert as_truth(found) == told


@pytest.mark.parametrize("state", ["installed", "unpacked", "half-configured", "triggers-pending"])
def test_what_is_there_counts_whatever_is_wished(tmp_path: Path, state: str) -> None:
    found = items(a_root(tmp_path, a_package(Status=f"deinstall ok {state}")))
    assert [each.name for each in found] == ["curl"]


@pytest.mark.parametrize("state", ["config-files", "not-installed"])
def test_what_is_gone_is_none(tmp_path: Path, state: str) -> None:
    assert items(a_root(tmp_path, a_package(Status=f"deinstall ok {state}"))) == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (a_package(Package=""), "names no package"),
        (a_package(Package="../x"), "name can be none"),
        (a_package(Version=""), "no version"),
        (a_package(Version="one"), "no Debian version"),
        (a_package(Status="install ok odd"), "status"),
        (a_package(Source="a b c"), "source package"),
        ("Package: a\nPackage: b\nStatus: install ok installed\nVersion: 1\n", "twice"),
        (" goes on\nPackage: a\n", "continues nothing"),
        ("Package: a\nnonsense\n", "no field"),
        ("Description: of nothing\n", "names no package"),
        ("Package: cut", "status"),
    ],
)
def test_malformed_paragraphs_are_told_and_the_rest_is_read(
    tmp_path: Path, status: str, reason: str
) -> None:
    found = items(a_root(tmp_path, f"{status.rstrip()}\n\n{a_package(Package='good')}"))
    bad, good = found
    assert isinstance(bad, Unassessed)
    assert reason in bad.reason
    assert isinstance(good, Component)


def test_a_root_without_a_release_is_told(tmp_path: Path) -> None:
    root = a_root(tmp_path, a_package(), release="nonsense")
    told, component = items(root)
    assert isinstance(told, Unassessed)
    assert "which release" in told.reason
    assert isinstance(component, Component)
    assert component.ecosystem == "Debian"


def test_needs_are_names_of_what_is_there(tmp_path: Path) -> None:
    status = a_package(Depends="libx (>= 1) | liby, mta, curl, libz:any") + a_package(
        Package="liby"
    )
    status += a_package(Package="exim4", Provides="mta (= 1), other")
    first, *_ = items(a_root(tmp_path, status))
    assert isinstance(first, Component)
    assert first.requires == ("liby", "exim4", "libz")


@given(st.integers(0, 6000), st.binary(max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_damage_loses_a_package_silently(at: int, put: bytes) -> None:
    data = (DATA / "installed/var/lib/dpkg/status").read_bytes()
    damaged = data[:at] + put + data[at + len(put) :]
    whole = [each for each in dpkg.parse(data) if each.fields.get("package")]
    parts = list(dpkg.parse(damaged))
    assert len(parts) >= len(whole) - 2  # one byte can join two paragraphs, or end none


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read(data: bytes) -> None:
    for paragraph in dpkg.parse(data):
        assert paragraph.line >= 1


def test_many_packages(tmp_path: Path) -> None:
    status = "".join(
        a_package(Package=f"p{number}", Version=f"1.{number}") for number in range(3000)
    )
    assert len(items(a_root(tmp_path, status))) == 3000


def test_licenses_only_of_machine_readable_files() -> None:
    text = (
        b"Format: x\nLicense: MIT\n\nFiles: *\nLicense: GPL-2+ or Artistic\n\nLicense: MIT\n text\n"
    )
    assert dpkg.licenses_of(text) == ("MIT", "GPL-2+ or Artistic")
    assert dpkg.licenses_of(b"License: MIT\n") == ()
