"""The judge of licenses: what a policy makes of the packages of a project."""

from collections.abc import Iterable
from datetime import date

import pytest

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.errors import ConfigurationError
from seamark.core.findings import Finding, Location
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.judges.licenses import RULES, judge
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.settings import Settings


def package(name: str, *licenses: str, version: str = "1.0", path: str = "env") -> Component:
    return Component(
        ecosystem="PyPI",
        name=name,
        title=name,
        purl=f"pkg:pypi/{name}@{version}",
        location=Location(path=path),
        version=version,
        licenses=licenses,
    )


def listing(path: str, role: Role, components: Iterable[Component]) -> Listing:
    return Listing(path=path, kind="any", role=role, ecosystem="PyPI", components=tuple(components))


def found(
    *listings: Listing, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    return [(each.rule.id, each.anchor) for each in findings(*listings, allow=allow, deny=deny)]


def findings(
    *listings: Listing, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()
) -> list[Finding]:
    case = Case(
        inventory=Inventory(root=".", listings=listings),
        settings=Settings(licenses_allow=allow, licenses_deny=deny),
        book=None,
        today=date(2026, 1, 1),
    )
    results = list(judge(case))
    assert all(isinstance(each, Finding) for each in results)
    return [each for each in results if isinstance(each, Finding)]


def installed(*components: Component) -> Listing:
    return listing("env", Role.INSTALLED, components)


def test_without_a_policy_there_is_nothing_to_say() -> None:
    assert found(installed(package("a", "AGPL-3.0-only"), package("b"))) == []


def test_denied_and_allowed() -> None:
    env = installed(package("a", "AGPL-3.0-only"), package("b", "MIT"), package("c", "MIT OR GPL"))
    assert found(env, deny=("AGPL-*",)) == [("LCN001", "a")]
    assert found(env, allow=("MIT",)) == [("LCN001", "a")]
    assert findings(env, deny=("AGPL-*",))[0].rule.verdict is Verdict.REVIEW


def test_ambiguity_is_told_only_where_it_matters() -> None:
    env = installed(package("a", "BSD"))
    assert found(env, allow=("BSD-3-Clause",)) == [("LCN004", "a")]
    assert found(env, allow=("BSD-*",)) == []
    assert found(env, deny=("BSD-*",)) == [("LCN001", "a")]
    assert found(env, deny=("AGPL-*",)) == []
    message = findings(env, allow=("BSD-3-Clause",))[0].message
    assert "BSD-2-Clause or BSD-4-Clause" in message


def test_unknown_licenses_are_unclear_once_a_package() -> None:
    env = installed(package("a"), package("b", "Evil Corp License"), package("a", version="2"))
    results = findings(env, deny=("AGPL-*",))
    assert [(each.rule.id, each.anchor) for each in results] == [("LCN002", "a"), ("LCN002", "b")]
    assert {each.rule.verdict for each in results} == {Verdict.UNCLEAR}


def test_a_list_without_licenses_is_told_once() -> None:
    lock = listing("r.txt", Role.REQUIREMENTS, [package("a"), package("b"), package("c")])
    results = findings(lock, allow=("MIT",))
    assert [each.rule.id for each in results] == ["LCN003"]
    assert results[0].evidence == {"packages": ["a", "b", "c"], "count": 3}


def test_a_list_learns_from_the_environment() -> None:
    lock = listing(
        "r.txt",
        Role.REQUIREMENTS,
        [package("a"), package("b"), package("c", version="2"), package("d", version="")],
    )
    env = installed(
        package("a", "MIT"), package("b", "GPL-3.0-only"), package("c", "MIT"), package("d", "MIT")
    )
    assert found(lock, env, allow=("MIT",)) == [
        ("LCN001", "b"),
        ("LCN003", "licenses"),  # c is there in another version
        ("LCN001", "b"),
    ]
    assert findings(lock, env, allow=("MIT",))[1].evidence["packages"] == ["c"]


def test_a_declaration_is_silent_where_its_lock_speaks() -> None:
    declared = listing("pyproject.toml", Role.DECLARATION, [package("a", version="")])
    lock = listing("uv.lock", Role.LOCK, [package("a")])
    assert found(declared, lock, allow=("MIT",)) == [("LCN003", "licenses")]
    assert [each.location.path for each in findings(declared, lock, allow=("MIT",))] == ["uv.lock"]


def test_code_of_the_project_needs_no_license() -> None:
    own = Component(
        ecosystem="PyPI",
        name="own",
        title="own",
        purl="pkg:pypi/own",
        location=Location(path="r.txt"),
        origin=Origin(kind=OriginKind.PATH, url="./own"),
    )
    assert found(listing("r.txt", Role.REQUIREMENTS, [own]), allow=("MIT",)) == []


def test_a_policy_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="licenses_allow"):
        found(installed(), allow=("no license at all",))


def test_rules_are_of_one_family() -> None:
    assert [rule.id for rule in RULES] == ["LCN001", "LCN002", "LCN003", "LCN004"]
