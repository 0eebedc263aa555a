"""Locks that their own tools wrote: what we read is what the tools say is in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from seamark.core.components import OriginKind
from seamark.scan.dependencies.inventory import named_kind, read_listing
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data" / "dependencies"
KINDS = (
    "uv-lock",
    "pylock",
    "pdm-lock",
    "poetry-lock",
    "npm-lock",
    "conda-lock",
    "conda-explicit",
    "conda-environment",
    "pixi-lock",
)
CASES = sorted(
    (kind, each.parent.name) for kind in KINDS for each in (DATA / kind).glob("*/from.json")
)


def listing_of(kind: str, name: str) -> tuple[Listing, dict[str, Any]]:
    """The fixture as we read it, and what its ``from.json`` says."""
    folder = DATA / kind / name
    story = json.loads((folder / "from.json").read_text())
    file = story["file"]
    source = Source(path=str(folder / file), shown=file, root=str(folder))
    return read_listing(source, named_kind(kind)), story


def test_every_format_has_fixtures() -> None:
    assert {kind for kind, _ in CASES} == set(KINDS)
    assert len(CASES) >= 20


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_truth(kind: str, name: str) -> None:
    listing, story = listing_of(kind, name)
    assert listing.unassessed == ()
    found: dict[str, set[str]] = {}
    unversioned = set()
    for each in listing.components:
        called = each.title if kind == "npm-lock" else each.name
        found.setdefault(called, set()).add(each.version)
        if not each.version:
            assert each.origin is not None
            assert each.origin.kind is not OriginKind.INDEX
            unversioned.add(called)
    truth = {called: set(versions) for called, versions in story["truth"].items()}
    assert set(found) == set(truth) | set(story["beyond"])
    for called, versions in truth.items():
        if called in unversioned or versions == {""}:
            continue  # a folder, URL or repository: one of both does not tell
        assert found[called] >= versions, called


@pytest.mark.parametrize(("kind", "name"), [case for case in CASES if "conda" not in case[0]])
def test_versions_are_the_tools_own(kind: str, name: str) -> None:
    """Nothing more than the truth either, but for other platforms (told in ``beyond``)."""
    listing, story = listing_of(kind, name)
    truth = story["truth"]
    for each in listing.components:
        called = each.title if kind == "npm-lock" else each.name
        others = name.startswith(("poetry", "format-4.1"))  # shown for one platform only
        if each.version and called in truth and truth[called] != [""] and not others:
            assert each.version in truth[called], called


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_hashes_and_lines(kind: str, name: str) -> None:
    listing, _ = listing_of(kind, name)
    for each in listing.components:
        if each.origin is None and kind not in ("conda-environment",) and name != "bundled":
            assert each.hashes, each.name
        for digest in each.hashes:
            algorithm, _, value = digest.partition(":")
            assert (
                len(bytes.fromhex(value))
                == {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}[algorithm]
            )
    if name not in ("version-1",):
        lines = [each.location.line for each in listing.components]
        assert sum(line is None for line in lines) <= 1
