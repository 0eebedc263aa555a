"""What differs between two documents, and what is vulnerable since."""

import json
from collections.abc import Callable
from dataclasses import replace

from govern.documents.bom.conftest import digest, inventory, listing, package

from seamark.core.components import Component
from seamark.core.rules import Severity
from seamark.govern.documents.bom import compare_views
from seamark.govern.documents.bom.compare import compare
from seamark.govern.documents.bom.model import Bom
from seamark.scan.dependencies.advisories.model import Advisory, Match, State


class Book:
    """Knows of one package and one version."""

    def __init__(self, name: str, version: str) -> None:
        self.name, self.version = name, version

    @property
    def state(self) -> State:
        raise NotImplementedError

    def covers(self, ecosystem: str) -> bool:
        return ecosystem == "PyPI"

    def affecting(self, component: Component) -> tuple[Match, ...]:
        if (component.name, component.version) != (self.name, self.version):
            return ()
        found = Advisory(id="CVE-1", aliases=("GHSA-1",), severity=Severity.HIGH)
        return (Match(advisory=found, fixed=("9",)),)


def packages(make: Callable[..., Bom], *components: Component, origin: str = "new") -> Bom:
    made = make(
        inventory=inventory(listing(*components)), models=(), files={}, datasets=(), prompts=(),
        services=(), declared_models=(),
    )  # fmt: skip
    return replace(made, origin=origin)


def test_added_removed_changed(make: Callable[..., Bom]) -> None:
    old = packages(make, package("a", "1"), package("b", "1"), package("same", "1"), origin="old")
    new = packages(make, package("b", "2"), package("c", "1"), package("same", "1"))
    found = compare(old, new, book=Book("b", "2"))
    assert [each.what for each in found.added] == ["pkg:pypi/c"]
    assert [each.what for each in found.removed] == ["pkg:pypi/a"]
    assert [(each.what, each.old, each.new) for each in found.changed] == [
        ("pkg:pypi/b", ("1",), ("2",))
    ]
    assert [(each.what, each.version, each.id) for each in found.vulnerable] == [
        ("pkg:pypi/b", "2", "CVE-1")
    ]
    assert found.gaps == ()


def test_what_was_vulnerable_before_is_not_new(make: Callable[..., Bom]) -> None:
    old = packages(make, package("a", "1"))
    assert compare(old, old, book=Book("a", "1")).vulnerable == ()
    assert compare(old, old, book=Book("a", "1")).same


def test_other_bytes_under_the_same_version_are_a_change(make: Callable[..., Bom]) -> None:
    old = packages(make, package("a", "1", hashes=(digest("a"),)))
    new = packages(make, package("a", "1", hashes=(digest("b"),)))
    both = packages(make, package("a", "1", hashes=(digest("a"), digest("b"))))
    assert [each.details for each in compare(old, new, book=Book("", "")).changed] == [("hash",)]
    assert compare(old, both, book=Book("", "")).same
    unknown = packages(make, package("a", "1"))
    assert compare(old, unknown, book=Book("", "")).same


def test_another_license_is_a_change(make: Callable[..., Bom]) -> None:
    old = packages(make, package("a", "1", licenses=("MIT",)))
    new = packages(make, package("a", "1", licenses=("AGPL-3.0-only",)))
    assert [each.details for each in compare(old, new, book=Book("", "")).changed] == [("license",)]


def test_silence_is_never_taken_for_an_answer(make: Callable[..., Bom]) -> None:
    odd = Component(
        ecosystem="npm", name="x", title="x", purl="pkg:npm/x@1", version="1",
        location=package("x").location,
    )  # fmt: skip
    new = packages(make, package("open"), odd)
    gaps = compare(packages(make), new, book=Book("", "")).gaps
    assert "A document lists nothing." not in gaps
    assert any("lists nothing" in each for each in gaps)
    assert "open: its version is open, so no advisory can be matched." in gaps
    assert "The advisory database does not cover 1 packages of npm." in gaps
    without = compare(new, new, book=None, book_problem="it is damaged").gaps
    assert "Nothing is said of vulnerabilities: it is damaged." in without


def test_views_say_all_of_it(make: Callable[..., Bom]) -> None:
    old = packages(make, package("a", "1"), origin="old|.json")
    new = packages(make, package("a", "2"), package("b", "1"), origin="<new>")
    found = compare(old, new, book=Book("a", "2"))
    tree = json.loads(compare_views.as_json(found))
    assert tree["newly_vulnerable"][0]["id"] == "CVE-1"
    assert tree["changed"][0]["old"] == ["1"]
    text = compare_views.as_text(found)
    assert "pkg:pypi/a 2: CVE-1 (high), repaired in 9" in text
    assert "pkg:pypi/a 1 -> 2" in text
    markdown = compare_views.as_markdown(found)
    assert "<new>" not in markdown
    assert "## Newly vulnerable (1)" in markdown
    assert "Nothing differs." in compare_views.as_text(compare(old, old, book=Book("", "")))
