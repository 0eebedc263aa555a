"""Findings about known vulnerabilities, their order, and what nobody can know."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from seamark.core.checks import Remark
from seamark.core.components import Component
from seamark.core.errors import SeamarkError
from seamark.core.findings import Finding, Location
from seamark.core.rules import Severity
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.advisories.model import Advisory, Match, Provenance, State
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.judges.vulnerabilities import judge
from seamark.scan.dependencies.judges.vulnerability_rules import RULES
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.settings import Settings

TODAY = date(2024, 6, 1)
STATE = State(
    path="/somewhere/a.sqlite",
    digest="sha256:aa",
    newest="2024-05-30",
    imported="2024-05-31T00:00:00Z",
    advisories=3,
    ecosystems={"PyPI": 3, "npm": 1},
    days={"PyPI": "2024-05-30", "npm": "2024-05-30"},
    sources=(
        Provenance(
            name="PYSEC", kind="osv", place="p", digest="sha256:bb", newest="2024-05-30",
            imported="", records=3, licence="CC-BY-4.0",
        ),
    ),
)  # fmt: skip


class Book:
    """Knows what a test says."""

    def __init__(self, known: dict[str, list[Match]], state: State = STATE) -> None:
        self.known = known
        self.state = state

    def covers(self, ecosystem: str) -> bool:
        return ecosystem in self.state.ecosystems

    def affecting(self, component: Component) -> tuple[Match, ...]:
        if component.name == "broken":
            raise SeamarkError("a.sqlite is damaged (row 3)")
        return tuple(self.known.get(component.name, ())) if component.version else ()


def component(
    name: str, *, line: int = 1, ecosystem: str = "PyPI", version: str = "1"
) -> Component:
    return Component(
        ecosystem=ecosystem, name=name, title=name, version=version,
        purl=f"pkg:pypi/{name}@{version}", location=Location(path="requirements.txt", line=line),
    )  # fmt: skip


def match(name: str, *, fixed: tuple[str, ...] = (), doubt: str = "", **more: Any) -> Match:
    return Match(advisory=Advisory(id=name, **more), fixed=fixed, doubt=doubt, evidence=(name,))


def case(
    *components: Component, book: Book | None, root: Path | str = "/nowhere", **more: Any
) -> Case:
    listing = Listing(
        path="requirements.txt", kind="requirements", role=Role.REQUIREMENTS, ecosystem="PyPI",
        components=components,
    )  # fmt: skip
    settings = more.pop("settings", Settings())
    return Case(
        inventory=Inventory(root=str(root), listings=(listing,)),
        settings=settings, book=book, today=TODAY, **more,
    )  # fmt: skip


def findings(given: Case) -> list[Finding]:
    return [each for each in judge(given) if isinstance(each, Finding)]


def rule_ids(given: Case) -> list[str]:
    return [each.rule.id for each in findings(given)]


@pytest.mark.parametrize(
    ("more", "rule", "severity", "verdict"),
    [
        ({"severity": Severity.CRITICAL}, "VUL001", "critical", "review"),
        ({"severity": Severity.HIGH}, "VUL002", "high", "review"),
        ({"severity": Severity.MEDIUM}, "VUL003", "medium", "review"),
        ({"severity": Severity.LOW}, "VUL004", "low", "review"),
        ({"severity": Severity.INFO}, "VUL004", "low", "review"),
        ({}, "VUL005", "high", "review"),
        ({"malicious": True}, "VUL006", "critical", "hostile"),
        ({"severity": Severity.LOW, "exploited": "2024-01-01"}, "VUL007", "critical", "review"),
    ],
)
def test_a_rule_for_each_severity(
    more: dict[str, Any], rule: str, severity: str, verdict: str
) -> None:
    (found,) = findings(case(component("demo"), book=Book({"demo": [match("CVE-1", **more)]})))
    assert (found.rule.id, found.rule.severity, found.rule.verdict) == (rule, severity, verdict)


def test_what_a_finding_says() -> None:
    known = match(
        "CVE-1", fixed=("1.1", "2.0"), aliases=("GHSA-1", "PYSEC-1"), summary="It breaks.",
        score=9.8, epss=0.5, severity=Severity.CRITICAL,
        references=("https://a.example/1", "https://a.example/2", "https://a.example/3"),
    )  # fmt: skip
    (found,) = findings(case(component("demo"), book=Book({"demo": [known]})))
    assert found.message == "demo 1 is affected by CVE-1: It breaks (fixed in 1.1, 2.0)."
    assert found.anchor == "demo CVE-1"
    assert [each.name for each in found.references] == ["CVE-1", "GHSA-1", "PYSEC-1"]
    said = {"id", "aliases", "score", "vector", "epss", "exploited", "fixed", "purl"}
    assert said <= found.evidence.keys()
    assert found.evidence["purl"] == "pkg:pypi/demo@1"


def test_unknown_severity_is_told() -> None:
    (found,) = findings(case(component("demo"), book=Book({"demo": [match("CVE-1")]})))
    assert found.message == (
        "demo 1 is affected by CVE-1 (its severity is not known; no fix is known)."
    )
    assert found.evidence["severity"] == "unknown"


def test_order() -> None:
    known = [
        match("CVE-LOW", severity=Severity.LOW, score=2.0),
        match("CVE-UNKNOWN"),
        match("CVE-HIGH", severity=Severity.HIGH, score=8.0),
        match("CVE-WORD", severity=Severity.MEDIUM),
        match("CVE-EPSS", severity=Severity.LOW, score=1.0, epss=0.2),
        match("CVE-EPSS2", severity=Severity.LOW, score=1.0, epss=0.9),
        match("CVE-KEV", severity=Severity.LOW, score=1.0, exploited="2024-01-01"),
        match("MAL-1", malicious=True),
    ]
    found = findings(case(component("demo"), book=Book({"demo": known})))
    assert [each.evidence["id"] for each in found] == [
        "MAL-1", "CVE-KEV", "CVE-EPSS2", "CVE-EPSS", "CVE-HIGH", "CVE-UNKNOWN", "CVE-WORD",
        "CVE-LOW",
    ]  # fmt: skip


def test_what_the_project_imports_comes_first(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import torch\n")
    known = {
        name: [match(f"CVE-{name}", score=5.0, severity=Severity.MEDIUM)]
        for name in ("aaa", "torch")
    }
    parts = component("aaa"), component("torch", line=2)
    found = findings(case(*parts, book=Book(known), root=tmp_path))
    assert [each.evidence["reachability"] for each in found] == ["imported", "unknown"]
    assert found[0].evidence["imported"] == "app.py:1"


def test_modules_that_a_record_names(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import demo.safe\n")
    known = {
        "demo": [match("CVE-1", modules=("demo.unsafe",)), match("CVE-2", modules=("demo.safe",))]
    }
    found = findings(case(component("demo"), book=Book(known), root=tmp_path))
    assert {str(each.evidence["id"]): each.evidence["reachability"] for each in found} == {
        "CVE-1": "not seen",
        "CVE-2": "imported",
    }


def test_one_finding_for_a_place_and_an_advisory() -> None:
    book = Book({"demo": [match("CVE-1")]})
    assert rule_ids(case(component("demo"), component("demo"), book=book)) == ["VUL005"]
    assert rule_ids(case(component("demo"), component("demo", line=2), book=book)) == ["VUL005"] * 2


def test_an_ecosystem_without_advisories_is_told_once() -> None:
    parts = [component(name, ecosystem="conda") for name in "ab"] + [
        component("c", ecosystem="crates.io")
    ]
    found = findings(case(*parts, book=Book({})))
    assert [each.rule.id for each in found] == ["VUL010", "VUL010"]
    assert found[0].message == (
        "No advisories about conda are at hand, so 2 entries of this list could not be looked up."
    )


def test_an_ecosystem_of_several_lists_is_told_once() -> None:
    listings = tuple(
        Listing(
            path=path, kind="package-json", role=Role.DECLARATION, ecosystem="npm",
            components=(component(path, ecosystem="crates.io"),) * 600,
        )
        for path in ("a/package.json", "b/package.json")
    )  # fmt: skip
    whole = replace(case(book=Book({})), inventory=Inventory(root=".", listings=listings))
    (found,) = findings(whole)
    assert found.message == (
        "No advisories about crates.io are at hand, so 1,200 entries of 2 lists could not be"
        " looked up."
    )
    assert (found.location.path, found.evidence["lists"]) == (
        ".",
        ["a/package.json", "b/package.json"],
    )


def test_a_base_image_is_no_package_that_advisories_could_know() -> None:
    image = component("python", ecosystem="oci")
    (found,) = findings(case(image, book=Book({})))
    assert (found.rule.id, found.rule.verdict) == ("VUL015", Verdict.CLEAN)


def test_doubts_are_told_together() -> None:
    known = {"demo": [match(f"CVE-{n}", doubt="'x' is no PEP 440 version") for n in range(9)]}
    (found,) = findings(case(component("demo", version="x"), book=Book(known)))
    assert found.rule.id == "VUL011"
    assert found.rule.verdict is Verdict.UNCLEAR
    assert "and 5 more" in found.message


def test_no_database() -> None:
    found = findings(case(component("demo"), book=None, book_problem="x.sqlite is damaged"))
    assert [(each.rule.id, each.rule.verdict) for each in found] == [("VUL012", "unclear")]
    assert found[0].message == "No vulnerability could be looked up: x.sqlite is damaged."
    assert findings(case(book=None)) == []


def test_a_database_that_breaks_while_it_is_asked() -> None:
    book = Book({"demo": [match("CVE-1")]})
    parts = component("demo"), component("broken"), component("demo", line=3)
    assert sorted(rule_ids(case(*parts, book=book))) == ["VUL005", "VUL012"]


@pytest.mark.parametrize(
    ("day", "stale"),
    [("2024-05-02", False), ("2024-05-01", True), ("2023-01-01", True), ("2024-06-02", False),
     ("2024-06-05", True), ("", True), ("soon", True)],
)  # fmt: skip
def test_age(day: str, stale: bool) -> None:
    state = replace(STATE, newest=day, days={"PyPI": day, "npm": "2024-05-30"})
    book = Book({"demo": [match("CVE-1")]}, state)
    expected = ["VUL013"] if stale else []
    assert rule_ids(case(component("demo"), book=book)) == [*expected, "VUL005"]
    assert rule_ids(case(component("x", ecosystem="npm"), book=book)) == []


def test_a_project_does_not_bring_the_database_that_judges_it() -> None:
    for root, digest, expected in (
        ("/somewhere", "", ["VUL016"]),
        ("/somewhere", "sha256:aa", []),
        ("/elsewhere", "", []),
    ):
        settings = Settings(database="/somewhere/a.sqlite", database_digest=digest)
        given = case(component("a"), book=Book({}), root=root, settings=settings)
        assert rule_ids(given) == expected


def test_the_pinned_digest() -> None:
    for digest, expected in (("sha256:aa", []), ("sha256:ab", ["VUL014"])):
        given = case(component("a"), book=Book({}), settings=Settings(database_digest=digest))
        assert rule_ids(given) == expected


def test_every_run_says_how_old_the_database_is() -> None:
    (remark,) = [each for each in judge(case(book=Book({}))) if isinstance(each, Remark)]
    assert remark.name == "advisories"
    assert isinstance(remark.value, dict)
    assert remark.value["age_days"] == 2
    assert remark.value["digest"] == "sha256:aa"
    assert "/somewhere" not in str(remark.value)
    (remark,) = [each for each in judge(case(book=None)) if isinstance(each, Remark)]
    assert remark.value == {"problem": "there is none"}


def test_the_shipped_snapshot_says_that_it_is_old() -> None:
    state = replace(STATE, shipped=True, days={"PyPI": "2020-01-01"})
    (found,) = findings(case(component("a"), book=Book({}, state)))
    assert found.message.startswith("The advisory database that ships with Seamark is too old")


def test_rules_are_told_apart() -> None:
    assert len({each.id for each in RULES}) == len(RULES)
