"""What reports for people say of dependencies, and how old the advisories are."""

from dataclasses import replace

import pytest
from render.sample import Case, make_case

from seamark.core.findings import Json
from seamark.render import html, markdown, text
from seamark.render.supply import list_rows, supply_sentences


def listed(path: str, kind: str = "requirements", **numbers: Json) -> dict[str, Json]:
    return {"path": path, "kind": kind, "components": 2, "pinned": 2, "hashed": 1,
            "unassessed": 0, "read": True, **numbers}  # fmt: skip


ADVISORIES: dict[str, Json] = {
    "newest": "2024-10-10", "age_days": 774, "advisories": 2055, "shipped": True
}  # fmt: skip


def with_supply(*lists: Json, advisories: Json = ADVISORIES) -> Case:
    case = make_case()
    report = replace(case.report, attributes={"lists": list(lists), "advisories": [advisories]})
    return replace(case, report=report)


def test_the_age_of_the_advisories_is_in_every_format_for_people() -> None:
    case = with_supply(listed("requirements.txt", pinned=1))
    for renderer in (text, markdown, html):
        page = renderer.render(case.report, case.judgment)
        assert "2 dependencies in 1 list, 1 pinned." in " ".join(page.split())
        assert "2,055 advisories up to 2024-10-10, 774 days old" in " ".join(page.split())


def test_packages_of_one_environment_are_one_row() -> None:
    paths = [f"env/site-packages/{name}-1.dist-info/METADATA" for name in "abc"]
    report = with_supply(*(listed(path, "installed-python") for path in paths)).report
    assert [(row.path, row.entries) for row in list_rows(report)] == [("env/site-packages", 6)]


def test_a_missing_database_and_a_list_that_was_not_read_are_told() -> None:
    case = with_supply(listed("x.lock", read=False), advisories={"problem": "it is damaged"})
    assert "No advisories were at hand: it is damaged." in supply_sentences(case.report)
    assert "not read" in html.render(case.report, case.judgment)


def test_what_vex_clears_is_told() -> None:
    case = with_supply(listed("requirements.txt"))
    cleared: list[Json] = [{"id": f"CVE-2026-{number}"} for number in range(7)]
    report = replace(case.report, attributes={**case.report.attributes, "vex": cleared})
    told = " ".join(supply_sentences(report))
    assert "VEX clears 7 findings (CVE-2026-0, " in told
    assert "CVE-2026-4 …)" in told


@pytest.mark.parametrize("lists", [None, "x", [], [1, None]])
def test_attributes_of_another_shape_are_no_lists(lists: Json) -> None:
    report = replace(make_case().report, attributes={"lists": lists})
    assert supply_sentences(report) == []
