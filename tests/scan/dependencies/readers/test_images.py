import gzip
import io
import json
import os
import tarfile
from collections import defaultdict
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.dependencies.readers import image_builder as build

from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import read_listing
from seamark.scan.dependencies.kinds import kind_of
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.readers.images import tar_streams
from seamark.scan.dependencies.readers.images.image_marks import is_archive
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data/dependencies/images"
STATUS = "var/lib/dpkg/status"
BASE: dict[str, build.Content] = {
    "etc/os-release": build.OS_RELEASE,
    STATUS: build.status("a", "b"),
}


def listing(path: Path) -> Listing:
    kind = kind_of(str(path))
    assert kind is not None
    return read_listing(Source(path=str(path), shown=path.name, root=str(path.parent)), kind)


def of_layout(folder: Path, layers: list[bytes], **more: list[str]) -> Listing:
    return listing(build.write(folder, build.layout(layers, **more)) / "oci-layout")


def names(found: Listing) -> list[str]:
    return sorted(each.name for each in found.components)


def reasons(found: Listing) -> str:
    return "\n".join(f"{each.name}: {each.reason}" for each in found.unassessed)


@pytest.mark.parametrize(
    "place", ["layout/oci-layout", "zstd/oci-layout", "docker.tar.gz", "archive.tar"]
)
def test_really_built_images_hold_what_dpkg_pip_and_npm_say(place: str) -> None:
    told = json.loads((DATA / "from.json").read_text())
    found = listing(DATA / "demo" / place)
    by_ecosystem: dict[str, dict[str, str]] = defaultdict(dict)
    for each in found.components:
        by_ecosystem[each.ecosystem][each.name] = each.version
    assert found.unassessed == ()
    assert by_ecosystem == {key: told[key] for key in ("Debian:12", "PyPI", "npm")}
    assert all(each.location.member for each in found.components)
    curl = next(each for each in found.components if each.name == "curl")
    assert curl.licenses[0] == "curl"


def test_archives_are_told_from_their_members(tmp_path: Path) -> None:
    plain = tmp_path / "plain.tar"
    plain.write_bytes(build.tar({"a/manifest.json": b"[]", "b": b"x"}))
    packed = tmp_path / "data.tar.gz"
    packed.write_bytes(gzip.compress(build.tar({"data/x.json": b"[]"})))
    saved = tmp_path / "saved.tar"
    saved.write_bytes(build.tar(build.saved([build.tar(BASE)])))
    found = [
        source.shown for each in find_sources(str(tmp_path)) if not isinstance(each, str)
        for source in [each[0]]
    ]  # fmt: skip
    assert found == ["saved.tar"]
    assert not is_archive(str(tmp_path))
    assert not is_archive(str(tmp_path / "absent.tar"))


def test_a_manifest_of_something_else_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "extension.tar"
    path.write_bytes(build.tar({"manifest.json": b'{"manifest_version": 3}'}))
    assert is_archive(str(path))
    assert listing(path).unassessed == ()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_layers_lie_on_top_of_each_other(tmp_path: Path, pack: object) -> None:
    upper = build.tar({STATUS: build.status("b", "c=2-1")})
    found = of_layout(tmp_path, [pack(build.tar(BASE)), pack(upper)])  # type: ignore[operator]
    assert names(found) == ["b", "c"]
    assert found.unassessed == ()


def test_several_gzip_members_and_zstd_frames_are_one_layer(tmp_path: Path) -> None:
    data = build.tar(BASE)
    for number, pack in enumerate((gzip.compress, zstandard.compress)):
        layer = pack(data[:700]) + pack(data[700:])
        found = of_layout(tmp_path / str(number), [layer])
        assert names(found) == ["a", "b"]


@pytest.mark.parametrize(
    "mark", ["var/lib/dpkg/.wh.status", "var/lib/.wh.dpkg", "var/lib/dpkg/.wh..wh..opq", ".wh.var"]
)
def test_whiteouts_hide_what_is_below(tmp_path: Path, mark: str) -> None:
    keep: dict[str, build.Content] = {**BASE, "lib/apk/db/installed": b"P:x\nV:1-r0\n"}
    found = of_layout(tmp_path, [build.tar(keep), build.tar({mark: b""})])
    assert names(found) == ["x"]


@pytest.mark.parametrize("mark", ["var/lib/dpkg/.wh.status", "var/lib/dpkg/.wh..wh..opq"])
@pytest.mark.parametrize("first", [True, False])
def test_whiteouts_do_not_concern_their_own_layer(tmp_path: Path, mark: str, first: bool) -> None:
    members: list[tuple[str, build.Content]] = [(mark, b""), (STATUS, build.status("new"))]
    upper = build.tar(members if first else members[::-1])
    assert names(of_layout(tmp_path, [build.tar(BASE), upper])) == ["new"]


def test_links_of_directories_are_followed(tmp_path: Path) -> None:
    lower = build.tar({"etc/os-release": build.OS_RELEASE, "lib": "-> usr/lib",
                       "usr/lib/apk/db/installed": b"P:old\nV:1-r0\n"})  # fmt: skip
    upper = build.tar({"lib/apk/db/installed": b"P:new\nV:1-r0\n"})
    found = of_layout(tmp_path, [lower, upper])
    assert names(found) == ["new"]
    assert {each.ecosystem for each in found.components} == {"Debian:12"}


def test_a_directory_takes_the_place_of_a_link(tmp_path: Path) -> None:
    lower = build.tar({**BASE, "lib": "-> usr/lib"})
    upper = build.tar({"lib": None, "lib/apk/db/installed": b"P:new\nV:1-r0\n"})
    assert names(of_layout(tmp_path, [lower, upper])) == ["a", "b", "new"]


def test_hard_links_share_content(tmp_path: Path) -> None:
    metadata = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
    cache, site = "c/demo-1.0.dist-info/METADATA", "s/demo-1.0.dist-info/METADATA"
    found = of_layout(tmp_path, [build.tar([(cache, metadata), (site, f"=> {cache}")])])
    assert [each.location.member for each in found.components] == [cache, site]
    lost = of_layout(tmp_path / "lost", [build.tar([(site, "=> elsewhere")])])
    assert "was not kept" in reasons(lost)


def test_what_lies_beside_metadata_counts_in_images_too(tmp_path: Path) -> None:
    folder = "s/demo-1.0.dist-info"
    metadata = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
    url = b'{"url": "https://example.org/demo.git", "vcs_info": {"vcs": "git", "commit_id": "%s"}}'
    members: dict[str, build.Content] = {
        f"{folder}/METADATA": metadata,
        f"{folder}/RECORD": b"x,,\n",
        f"{folder}/direct_url.json": url % (b"ab" * 20),
    }
    found = of_layout(tmp_path / "a", [build.tar(members)])
    (only,) = found.components
    assert only.origin is not None
    assert only.origin.revision == "ab" * 20
    del members[f"{folder}/METADATA"]
    assert "metadata is missing" in reasons(of_layout(tmp_path / "b", [build.tar(members)]))


def test_an_image_may_be_called_like_a_source_archive(tmp_path: Path) -> None:
    (tmp_path / "demo-1.0.tar.gz").write_bytes(
        gzip.compress(build.tar(build.saved([build.tar(BASE)])))
    )
    (found,) = [each for each in find_sources(str(tmp_path)) if not isinstance(each, str)]
    assert found[1].name == "image-archive"


def test_nothing_is_silent_about_an_image_without_lists(tmp_path: Path) -> None:
    found = of_layout(tmp_path, [build.tar({"bin/program": b"\x7fELF"})])
    assert "no list of packages" in reasons(found)


def test_rpm_databases_are_known_and_not_read(tmp_path: Path) -> None:
    found = of_layout(tmp_path, [build.tar({"var/lib/rpm/rpmdb.sqlite": b"SQLite"})])
    assert "no reader for lists of this kind" in reasons(found)


def test_a_database_behind_a_link_is_told(tmp_path: Path) -> None:
    layer = build.tar({"var/lib/dpkg": "-> /data/dpkg", "data/dpkg/status": build.status("a")})
    assert "which was not read" in reasons(of_layout(tmp_path, [layer]))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("../etc/passwd", b"x")], "leads out"),
        ([(STATUS, "=> ../../etc/shadow")], "which was not kept"),
        ([(STATUS, build.status("a")), (STATUS, build.status("b"))], "twice"),
        ([(STATUS, None), (STATUS, "-> status")], "no list of packages"),
    ],
)
def test_hostile_members_are_told(
    tmp_path: Path, members: list[tuple[str, build.Content]], reason: str
) -> None:
    assert reason in reasons(of_layout(tmp_path, [build.tar(members)]))


def test_device_nodes_are_no_files(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(STATUS)
        info.type = tarfile.CHRTYPE
        archive.addfile(info)
    assert "no regular file" in reasons(of_layout(tmp_path, [out.getvalue()]))


def test_absurd_sizes_break_off(tmp_path: Path) -> None:
    info = tarfile.TarInfo(STATUS)
    info.size = 1 << 60
    found = of_layout(tmp_path, [info.tobuf(tarfile.GNU_FORMAT) + b"Package: a\n"])
    assert "cut off" in reasons(found) or "larger than" in reasons(found)


def test_bombs_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_streams, "_FREE", 1 << 20)
    layer = gzip.compress(build.tar({"zeros": bytes(20 << 20)}))
    assert "times its size" in reasons(of_layout(tmp_path, [layer]))


@pytest.mark.parametrize("damage", ["flipped", "missing", "cut", "garbage"])
@pytest.mark.parametrize("saved", [True, False])
def test_damaged_blobs_are_told(tmp_path: Path, damage: str, saved: bool) -> None:
    layer = gzip.compress(build.tar(BASE), mtime=0)
    files = build.saved([layer]) if saved else build.layout([layer])
    name = next(key for key, value in files.items() if value == layer)
    other = gzip.compress(build.tar({**BASE, "x": b"y"}), mtime=0)
    changed = {"flipped": other, "cut": layer[:-20], "garbage": b"\x1f\x8b garbage"}
    if damage == "missing":
        del files[name]
    else:
        files[name] = changed[damage]
    if saved:
        path = tmp_path / "image.tar"
        path.write_bytes(build.tar(dict(files)))
    else:
        path = build.write(tmp_path, files) / "oci-layout"
    found = listing(path)
    wanted = {"flipped": "not that of its name", "missing": "not there"}
    assert wanted.get(damage, "damaged") in reasons(found)


def test_blobs_outside_of_the_layout_are_not_read(tmp_path: Path) -> None:
    layer = build.tar(BASE)
    files = build.layout([layer])
    name = next(key for key, value in files.items() if value == layer)
    build.write(tmp_path / "outside", {"layer": files.pop(name)})
    folder = build.write(tmp_path / "image", files)
    os.symlink(tmp_path / "outside/layer", folder / name)
    assert "not there" in reasons(listing(folder / "oci-layout"))


@pytest.mark.parametrize("name", ["oci-layout", "index.json", "manifest"])
@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"null", b'{"manifests": 1}', b"\xff", b"[" * 5000]
)
def test_odd_documents_are_told(tmp_path: Path, name: str, content: bytes) -> None:
    files = build.layout([build.tar(BASE)])
    if name == "manifest":
        entry = {"mediaType": build.MANIFEST, "digest": build.digest(content), "size": len(content)}
        files["index.json"] = json.dumps({"manifests": [entry]}).encode()
        files[f"blobs/sha256/{build.digest(content)[7:]}"] = content
    else:
        files[name] = content
    found = listing(build.write(tmp_path, files) / "oci-layout")
    assert found.unassessed
    assert found.components == ()


def test_unknown_layer_types_are_told_and_models_are_none(tmp_path: Path) -> None:
    layers = [build.tar(BASE), build.tar({"x": b""})]
    found = of_layout(tmp_path / "a", layers, types=[build.LAYER, "application/x-odd"])
    assert "media type" in reasons(found)
    assert names(found) == ["a", "b"]
    files = build.layout([b"weights"], types=["application/vnd.kitops.modelkit.model.v1.tar"])
    manifest = next(
        key for key, value in files.items() if b"schemaVersion" in value and "blobs" in key
    )
    document = json.loads(files.pop(manifest))
    document["config"]["mediaType"] = "application/vnd.kitops.modelkit.config.v1+json"
    data = json.dumps(document).encode()
    files[f"blobs/sha256/{build.digest(data)[7:]}"] = data
    files["index.json"] = json.dumps({"manifests": [{"digest": build.digest(data)}]}).encode()
    assert listing(build.write(tmp_path / "b", files) / "oci-layout").unassessed == ()


def test_members_that_are_there_twice_are_told(tmp_path: Path) -> None:
    files = list(build.saved([build.tar(BASE)]).items())
    path = tmp_path / "image.tar"
    path.write_bytes(build.tar([*files, files[-1]]))
    assert "twice" in reasons(listing(path))


def test_links_between_layers_of_an_archive(tmp_path: Path) -> None:
    files: dict[str, build.Content] = dict(build.saved([build.tar(BASE)]))
    layer = next(name for name in files if name.endswith("layer.tar"))
    entry = json.loads(files["manifest.json"])  # type: ignore[arg-type]
    entry[0]["Layers"] = ["copy/layer.tar"]
    files["manifest.json"] = json.dumps(entry).encode()
    path = tmp_path / "image.tar"
    path.write_bytes(build.tar({**files, "copy/layer.tar": f"-> ../{layer}"}))
    found = listing(path)
    assert names(found) == ["a", "b"]
    assert found.unassessed == ()


@given(at=st.integers(0, 9000), put=st.binary(min_size=1, max_size=4), packed=st.booleans())
@settings(max_examples=80, deadline=None)
def test_no_damage_ends_in_silence(
    tmp_path_factory: pytest.TempPathFactory, at: int, put: bytes, packed: bool
) -> None:
    data = build.tar(build.saved([build.tar(BASE)]))
    at %= len(data)
    data = data[:at] + put + data[at + len(put) :]
    path = tmp_path_factory.mktemp("image") / "image.tar"
    path.write_bytes(gzip.compress(data, 1) if packed else data)
    kind = kind_of(str(path))
    assert kind is not None
    if not kind.recognizes(str(path)):
        return  # its first header is damaged: no tar reader opens it
    found = listing(path)
    assert not any("reader failed" in each.reason for each in found.unassessed)
    assert names(found) == ["a", "b"] or found.unassessed


@given(cut=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_no_cut_ends_in_silence(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    data = build.tar(build.layout([build.tar(BASE)]))
    path = tmp_path_factory.mktemp("image") / "image.tar"
    path.write_bytes(data[: cut % len(data)])
    if cut % len(data) < 512:
        return  # no header is left
    assert is_archive(str(path))
    found = listing(path)
    assert names(found) == ["a", "b"] or found.unassessed
