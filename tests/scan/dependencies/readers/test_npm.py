"""npm's locks and package.json: names, trees, integrity, origins."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.dependencies.readers.lock_reading import by_name, read_fixture, read_text

from seamark.core.components import OriginKind
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.npm import npm_names
from seamark.scan.dependencies.readers.npm.npm_tree import Tree, flatten

DIGEST = hashlib.sha512(b"seamark").digest()
SRI = "sha512-" + base64.b64encode(DIGEST).decode()
REGISTRY = "https://registry.npmjs.org"


def lock(packages: dict[str, Any], **more: Any) -> str:
    return json.dumps({"lockfileVersion": 3, "packages": {"": {"name": "app"}, **packages}, **more})


def test_app() -> None:
    listing = read_fixture("npm-lock", "npm-lock/app/package-lock.json")
    paths = {(each.title, each.version): each for each in listing.components}
    alias = paths["lodash-old", "4.17.20"]
    assert (alias.name, alias.purl, alias.direct) == ("lodash", "pkg:npm/lodash@4.17.20", True)
    scoped = paths["@babel/code-frame", "7.24.7"]
    assert scoped.purl == "pkg:npm/%40babel/code-frame@7.24.7"
    assert scoped.requires == ("@babel/highlight", "picocolors")
    assert paths["esbuild", "0.21.5"].install_script
    assert paths["esbuild", "0.21.5"].groups == ("dev",)
    assert not paths["express", "4.22.3"].install_script
    assert paths["fsevents", "2.3.3"].groups == ("optional",)
    assert paths["react", "18.3.1"].groups == ("peer",)
    assert paths["use-sync-external-store", "1.2.0"].requires == ("react",)
    local = paths["@seamark/lib-local", "0.9.0"]
    assert local.origin is not None
    assert (local.origin.kind, local.origin.url, local.direct) == (
        OriginKind.PATH,
        "lib-local",
        True,
    )
    git = paths["npmgit", "7.0.0"].origin
    assert git is not None
    assert (git.kind, len(git.revision)) == (OriginKind.VCS, 40)
    assert {each.version for each in listing.components if each.name == "ms"} == {"2.0.0", "2.1.3"}


def test_versions_of_the_format_agree() -> None:
    new = read_fixture("npm-lock", "npm-lock/app/package-lock.json")
    both = read_fixture("npm-lock", "npm-lock/version-2/package-lock.json")
    assert {(each.purl, each.groups) for each in new.components} == {
        (each.purl, each.groups) for each in both.components
    }
    assert both.unassessed == ()


def test_members_of_a_workspace_are_roots() -> None:
    listing = read_fixture("npm-lock", "npm-lock/workspaces/package-lock.json")
    assert {each.name for each in listing.components} == {"debug", "ms", "semver"}
    assert {each.version: each.direct for each in listing.components if each.name == "ms"} == {
        "2.0.0": True,
        "2.1.2": False,
        "2.1.3": True,
    }


def test_old_and_new_npm_must_not_read_different_things(tmp_path: Path) -> None:
    packages = {f"node_modules/{name}": {"version": "1.0.0"} for name in ("same", "other")}
    old = {
        "same": {"version": "1.0.0"},
        "other": {"version": "6.6.6"},
        "hidden": {"version": "2.0.0"},
    }
    listing = read_text("npm-lock", lock(packages, lockfileVersion=2, dependencies=old), tmp_path)
    assert [each.title for each in listing.components] == ["same", "other", "hidden"]
    assert [each.name for each in listing.unassessed] == ["other"]


@pytest.mark.parametrize(
    ("resolved", "kind", "url"),
    [
        (f"{REGISTRY}/@s/a/-/a-1.0.0.tgz", None, ""),
        (f"{REGISTRY}/@s%2fa/-/a-1.0.0.tgz", None, ""),
        (f"{REGISTRY}/evil/-/evil-1.0.0.tgz", OriginKind.URL, f"{REGISTRY}/evil/-/evil-1.0.0.tgz"),
        (
            "http://registry.npmjs.org/@s/a/-/a-1.0.0.tgz",
            OriginKind.INDEX,
            "http://registry.npmjs.org",
        ),
        (
            "https://u:hunter2@h.example/npm/@s/a/-/a-1.0.0.tgz",
            OriginKind.INDEX,
            "https://h.example/npm",
        ),
        ("https://h.example/a.tgz?token=hunter2", OriginKind.URL, "https://h.example/a.tgz"),
        (
            "git+ssh://git@github.com/u/a.git#" + "a" * 40,
            OriginKind.VCS,
            "git+ssh://git@github.com/u/a.git",
        ),
        ("file:../a.tgz", OriginKind.PATH, "../a.tgz"),
    ],
)
def test_resolved(resolved: str, kind: OriginKind | None, url: str, tmp_path: Path) -> None:
    entry = {"version": "1.0.0", "resolved": resolved, "integrity": SRI}
    listing = read_text("npm-lock", lock({"node_modules/@s/a": entry}), tmp_path)
    (found,) = listing.components
    assert found.hashes == (f"sha512:{DIGEST.hex()}",)
    assert (found.origin.kind if found.origin else None) == kind
    assert (found.origin.url if found.origin else "") == url
    assert "hunter2" not in repr(listing)


@pytest.mark.parametrize(
    "broken",
    [
        5,
        {"version": 5},
        {"version": "1", "integrity": "sha512-abc"},
        {"version": "1", "integrity": "x"},
        {"version": "1", "dev": "yes"},
        {"version": "1", "dependencies": []},
        {"version": "1", "resolved": 5},
        {"version": "1", "dependencies": {"a": 5}},
        {"version": "1 2"},
        {"name": "a b", "version": "1"},
    ],
)
def test_broken_entries(broken: Any, tmp_path: Path) -> None:
    packages = {"node_modules/good": {"version": "1.0.0"}, "node_modules/bad": broken}
    listing = read_text(
        "npm-lock", lock({**packages, "node_modules/fine": {"version": "2.0.0"}}), tmp_path
    )
    assert [each.title for each in listing.components] == ["good", "fine"]
    assert [each.name for each in listing.unassessed] == ["bad"]


def test_uninstalled_peers_have_no_version(tmp_path: Path) -> None:
    entry = {"optional": True, "peer": True}
    (found,) = read_text("npm-lock", lock({"node_modules/a": entry}), tmp_path).components
    assert (found.name, found.version, found.groups) == ("a", "", ("optional", "peer"))


def test_links_to_folders_that_the_lock_lacks(tmp_path: Path) -> None:
    entry = {"link": True, "resolved": "../elsewhere"}
    (found,) = read_text("npm-lock", lock({"node_modules/a": entry}), tmp_path).components
    assert found.origin is not None
    assert found.origin.url == "../elsewhere"


@pytest.mark.parametrize(
    ("spec", "version", "constraint", "kind"),
    [
        ("1.2.3", "1.2.3", "", None),
        ("=1.2.3-rc.1", "1.2.3-rc.1", "", None),
        ("v1.2.3", "1.2.3", "", None),
        ("^1.2.3", "", "^1.2.3", None),
        ("", "", "*", None),
        ("latest", "", "latest", None),
        (">=1 <2 || 3", "", ">=1 <2 || 3", None),
        ("npm:real@^2", "", "^2", None),
        ("npm:@s/real@2.0.0", "2.0.0", "", None),
        ("npm:real", "", "", None),
        ("u/r", "", "", OriginKind.VCS),
        ("github:u/r#v1", "", "", OriginKind.VCS),
        ("gist:11081aaa281", "", "", OriginKind.VCS),
        ("git@h.example:u/r.git#x", "", "", OriginKind.VCS),
        ("git+https://u:hunter2@h.example/r.git", "", "", OriginKind.VCS),
        ("https://github.com/u/r.git#abc", "", "", OriginKind.VCS),
        ("https://h.example/a.tgz", "", "", OriginKind.URL),
        ("file:../a", "", "", OriginKind.PATH),
        ("workspace:*", "", "", OriginKind.PATH),
        ("link:./a", "", "", OriginKind.PATH),
        ("../a", "", "", OriginKind.PATH),
    ],
)
def test_specifications(
    spec: str, version: str, constraint: str, kind: OriginKind | None, tmp_path: Path
) -> None:
    text = json.dumps({"name": "x", "dependencies": {"a": spec}}, indent=2)
    listing = read_text("package-json", text, tmp_path)
    (found,) = listing.components
    assert (found.version, found.constraint) == (version, constraint)
    assert (found.origin.kind if found.origin else None) == kind
    assert found.title == "a"
    assert found.direct is True
    assert found.location.line == 4
    assert "hunter2" not in repr(listing)


def test_sets_of_package_json() -> None:
    found = by_name(read_fixture("package-json", "npm-lock/app/package.json"))
    assert found["esbuild"].groups == ("dev",)
    assert found["react"].groups == ("peer",)
    assert found["lodash-old"].purl == "pkg:npm/lodash@4.17.20"


def test_an_entry_of_no_type_is_told(tmp_path: Path) -> None:
    text = json.dumps({"dependencies": {"a": 5, "b": "1.0.0"}, "devDependencies": []})
    listing = read_text("package-json", text, tmp_path)
    assert [each.name for each in listing.components] == ["b"]
    assert [each.name for each in listing.unassessed] == ["a", "devDependencies"]


@given(st.text(max_size=30), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_specification_raises(name: str, spec: str) -> None:
    wanted = npm_names.wanted(name, spec)
    assert wanted.version or wanted.constraint or wanted.origin or spec.strip().startswith("npm:")


@given(st.binary(min_size=64, max_size=64))
@settings(max_examples=50, deadline=None)
def test_integrity_is_hex_of_base64(digest: bytes) -> None:
    text = "sha512-" + base64.b64encode(digest).decode()
    assert npm_names.integrity(text) == (f"sha512:{digest.hex()}",)
    with pytest.raises(Broken):
        npm_names.integrity(text[:-3])


def test_node_finds_the_nearest() -> None:
    entries: dict[str, Any] = dict.fromkeys(
        [
            "node_modules/a",
            "node_modules/b",
            "node_modules/b/node_modules/a",
            "packages/w",
            "packages/w/node_modules/a",
        ]
    )
    tree = Tree(entries)
    assert tree.resolve("node_modules/b", "a") == "node_modules/b/node_modules/a"
    assert tree.resolve("packages/w", "a") == "packages/w/node_modules/a"
    assert tree.resolve("packages/w/node_modules/a", "b") == "node_modules/b"
    assert tree.resolve("", "c") is None


@pytest.mark.parametrize(
    ("globs", "members"),
    [
        (["packages/*"], {"packages/a", "packages/b"}),
        (["packages/**"], {"packages/a", "packages/b", "packages/x/y"}),
        (["./packages/a/"], {"packages/a"}),
        (["packages/*", "!packages/b"], {"packages/a"}),
        (["x"], set()),
    ],
)
def test_globs_of_workspaces(globs: list[str], members: set[str]) -> None:
    folders: dict[str, Any] = {
        path: {} for path in ("packages/a", "packages/b", "packages/x/y", "lib")
    }
    for spaces in (globs, {"packages": globs}):
        assert Tree({"": {"workspaces": spaces}, **folders}).own == {"", *members}


def test_nested_entries_come_in_the_order_of_the_file() -> None:
    nested: dict[str, Any] = {
        "a": {"dependencies": {"b": {"dependencies": {"c": {}}}, "d": {}}},
        "e": {},
    }
    assert [path.rpartition("/")[2] for path, _ in flatten(nested, {})] == ["a", "b", "c", "d", "e"]


def test_too_many_globs_are_told_and_hide_nothing(tmp_path: Path) -> None:
    packages = {"": {"workspaces": ["lib"] * 501}, "lib": {"name": "lib", "version": "1.0.0"}}
    listing = read_text(
        "npm-lock", json.dumps({"lockfileVersion": 3, "packages": packages}), tmp_path
    )
    assert [each.name for each in listing.components] == ["lib"]
    assert "more than 500" in listing.unassessed[0].reason
