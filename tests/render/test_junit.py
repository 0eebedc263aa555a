"""JUnit XML: valid by Jenkins' schema, and outcomes that a test page counts rightly."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from render.sample import HOSTILE_NAME, Case, clean_case, make_case

from seamark.core.policy import GateResult
from seamark.render import render
from seamark.render.visible import visible

XSD = etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "data" / "schemas" / "junit-10.xsd"))


def tree(case: Case) -> etree._Element:
    return etree.fromstring(render("junit", case.report, case.judgment).encode())


def outcome(case: Case, name: str) -> list[str]:
    [found] = [each for each in tree(case).iter("testcase") if each.get("name") == name]
    return [child.tag for child in found]


@pytest.mark.parametrize("case", [make_case(), clean_case(0), clean_case(2)])
def test_validates(case: Case) -> None:
    XSD.assertValid(tree(case))


def test_schema_can_fail(case: Case) -> None:
    root = tree(case)
    del root[0].attrib["tests"]
    assert not XSD.validate(root)


def test_outcomes_of_files(case: Case) -> None:
    assert outcome(case, "README.md") == []
    assert outcome(case, "models/gate.pt") == ["failure", "system-out"]
    assert outcome(case, visible(HOSTILE_NAME)) == ["failure"]
    assert outcome(case, "models/big.tar") == ["error"]  # a skipped part is never a pass
    assert outcome(case, "models/cut.safetensors") == ["skipped", "system-out"]
    assert outcome(case, "seamark.yaml") == ["system-out"]


def test_unclear_is_an_error_and_hostile_outranks_it(case: Case) -> None:
    assessed = case.judgment.assessed
    opened = replace(case.judgment, assessed=tuple(
        replace(each, standing=assessed[3].standing) for each in assessed))  # fmt: skip
    assert outcome(Case(case.report, opened), "models/cut.safetensors") == ["error"]


def test_checks_and_gates(case: Case) -> None:
    assert outcome(case, "deps") == ["error"]
    assert outcome(case, "models") == ["system-out"]
    assert outcome(case, "no-hostile") == ["failure"]
    assert outcome(case, "has-digest") == ["system-out"]
    unknown = GateResult(name="coverage", passed=False, reason="No fact.", evaluated=False)
    judged = replace(case.judgment, gates=(unknown,))
    assert outcome(Case(case.report, judged), "coverage") == ["error"]


def test_interrupted_run_has_an_error(clean: Case) -> None:
    case = Case(replace(clean.report, interrupted=True), clean.judgment)
    assert outcome(case, "completeness 1") == ["error"]


def test_counts_are_those_of_the_elements(case: Case) -> None:
    root = tree(case)
    for suite in root:
        for attribute, tag in (
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(suite.get(attribute, "")) == len(suite.findall(f"testcase/{tag}"))
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    for attribute in ("tests", "failures", "errors"):
        total = sum(int(suite.get(attribute, "")) for suite in root)
        assert int(root.get(attribute, "")) == total
