"""The JSON report: its shape, its schema, its order, and values that JSON cannot carry."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from render.sample import HOSTILE_NAME, Case, clean_case, make_case

from seamark.core.policy import Standing
from seamark.render import render, report_schema
from seamark.render.wellformed import encode, wellformed

SCHEMA = json.loads(report_schema())


def load(case: Case) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render("json", case.report, case.judgment))
    return loaded


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", [make_case(), clean_case(0), clean_case(1)])
def test_output_validates(case: Case) -> None:
    Draft202012Validator(SCHEMA).validate(load(case))


@pytest.mark.parametrize(
    "path", [(), ("files", 0), ("files", 1, "findings", 0), ("files", 0, "coverage"), ("actor",)]
)
def test_schema_refuses_what_it_does_not_know(path: tuple[Any, ...], case: Case) -> None:
    document = load(case)
    place = document
    for step in path:
        place = place[step]
    place["surprise"] = 1
    assert not Draft202012Validator(SCHEMA).is_valid(document)


def test_shape_of_the_conventions(case: Case) -> None:
    document = load(case)
    assert document["schema"] == "seamark.report/1"
    assert document["exit_reason"]
    for file in document["files"]:
        assert list(file) == [
            "path", "digest", "size", "format", "verdict", "findings", "coverage",
            "metadata",
        ]  # fmt: skip
        for finding in file["findings"]:
            assert list(finding)[:9] == [
                "rule", "severity", "confidence", "message", "location", "evidence", "remedy",
                "references", "fingerprint",
            ]  # fmt: skip
    assert document["files"][4]["path"] == HOSTILE_NAME


def test_standing_is_there_only_where_it_is_not_new(case: Case) -> None:
    findings = [each for file in load(case)["files"] for each in file["findings"]]
    by_standing = [each.get("standing", {}).get("status") for each in findings]
    assert by_standing == ["baseline", "reopened", "waived", None, None]


def test_one_line_a_file(case: Case) -> None:
    lines = render("json", case.report, case.judgment).splitlines()
    count = len(case.report.files) + len(case.report.models)
    assert sum(line.startswith('{"path"') for line in lines) == count


def test_times_are_in_three_places_and_nowhere_else(case: Case) -> None:
    later = replace(
        case.report,
        started="2027-01-01T00:00:00Z",
        finished="2027-01-01T00:00:09Z",
        checks=tuple(replace(check, seconds=9.9) for check in case.report.checks),
    )
    one, other = load(case), load(Case(later, case.judgment))
    assert one != other
    for document in (one, other):
        document["started"] = document["finished"] = ""
        for check in document["checks"]:
            check["seconds"] = 0
    assert json.dumps(one) == json.dumps(other)


def test_order_of_seeds_does_not_matter(case: Case) -> None:
    turned = replace(case.report, seeds=dict(reversed(case.report.seeds.items())))
    assert render("json", turned, case.judgment) == render("json", case.report, case.judgment)


def test_counts_of_the_summary(case: Case) -> None:
    summary = load(case)["summary"]
    assert summary["verdicts"] == {"hostile": 2, "review": 1, "unclear": 2, "clean": 2}
    assert sum(summary["standings"].values()) == summary["findings"] == 6
    assert set(summary["standings"]) == {standing.value for standing in Standing}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.nan, '"nan"'),
        ([math.inf, -math.inf], '["inf", "-inf"]'),
        ("\udcff\ud800", '"\\\\udcff\\\\ud800"'),
        ("\U0001f600", '"\\ud83d\\ude00"'),
        ({"a\udc80": 1}, '{"a\\\\udc80": 1}'),
        ({1: (b"x",)}, '{"1": ["b\'x\'"]}'),
    ],
)
def test_values_that_json_cannot_carry(value: Any, text: str) -> None:
    assert encode(value) == text


def test_numbers_beyond_64_bits_are_strings_once_rewritten() -> None:
    assert encode(10**5000) == f'"{hex(10**5000)}"'
    assert wellformed(2**63 - 1) == 2**63 - 1


def test_nesting_ends() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    text = encode(deep)
    assert "nested too deeply" in text
    assert len(text) < 200
