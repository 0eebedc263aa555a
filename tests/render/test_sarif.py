"""SARIF: valid by the committee's schema, and what consumers ask beyond it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator
from render.sample import HOSTILE_NAME, Case, clean_case, make_case

from seamark.core.findings import Location
from seamark.core.policy import Standing
from seamark.core.verdicts import ExitCode
from seamark.render import View, render
from seamark.render.sarif import message
from seamark.render.uris import relative_uri

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"
SCHEMA = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))


def run_of(case: Case, view: View = View()) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render("sarif", case.report, case.judgment, view=view))[
        "runs"
    ][0]
    return run


@pytest.mark.parametrize("case", [make_case(), clean_case(0), clean_case(2)])
def test_validates(case: Case) -> None:
    text = render("sarif", case.report, case.judgment, view=View(command="seamark scan ."))
    Draft4Validator(SCHEMA).validate(json.loads(text))


def test_schema_can_fail(case: Case) -> None:
    log = json.loads(render("sarif", case.report, case.judgment))
    log["runs"][0]["results"][0]["levle"] = "error"
    assert not Draft4Validator(SCHEMA).is_valid(log)


def test_rules_are_those_used_and_indexed(case: Case) -> None:
    run = run_of(case)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["CFG003", "FIL005", "PKL001", "PKL020"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    pickle = rules[2]
    assert pickle["properties"]["security-severity"] == "9.5"
    assert "external/cwe/cwe-502" in pickle["properties"]["tags"]
    assert "What to do" in pickle["help"]["markdown"]
    assert pickle["helpUri"].startswith("https://")


def test_places(case: Case) -> None:
    run = run_of(case)
    cut, gate, _, template, hostile, loose = run["results"]

    def region(result: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = result["locations"][0]["physicalLocation"]["region"]
        return found

    assert region(cut) == {"startLine": 1, "byteOffset": 8, "byteLength": 0}
    assert region(template) == {"startLine": 3, "startColumn": 17}
    assert region(gate) == {"startLine": 1}  # the offset is the member's, not the file's
    assert gate["locations"][0]["properties"]["insideMember"] == {"offset": 7}
    logical = hostile["locations"][0]["logicalLocations"][0]
    assert logical["fullyQualifiedName"].endswith("!archive/</td>data.pkl")
    assert region(loose) == {"startLine": 1}


def test_uris_lead_back_to_the_name(case: Case) -> None:
    run = run_of(case)
    for artifact, file in zip(run["artifacts"], case.report.files, strict=True):
        uri = artifact["location"]["uri"]
        assert uri.isascii()
        assert not set(uri) & set(' <>"{}|\\^`\x1b\n')
        assert unquote(uri) == file.path
        if file.digest:
            assert artifact["hashes"] == {"sha-256": file.digest[7:]}
    hostile = run["results"][4]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert unquote(run["artifacts"][hostile["index"]]["location"]["uri"]) == HOSTILE_NAME


@pytest.mark.parametrize(
    ("path", "uri", "base"),
    [
        ("./a b.pkl", "a%20b.pkl", True),
        ("/srv/x.pt", "file:///srv/x.pt", False),
        ("//server/x.pt", "file:///server/x.pt", False),
        ("c:evil", "c%3Aevil", True),
        ("n\udcff", "n%FF", True),
        ("n\ud800", "n%5Cud800", True),
        (".", ".", True),
        ("", ".", True),
    ],
)
def test_uri(path: str, uri: str, base: bool) -> None:
    made = relative_uri(path)
    assert made["uri"] == uri
    assert ("uriBaseId" in made) is base


def test_fingerprints_are_where_consumers_look(case: Case) -> None:
    for result, finding in zip(run_of(case)["results"], case.report.all_findings(), strict=True):
        prints = result["partialFingerprints"]
        assert prints["primaryLocationLineHash"] == f"{finding.fingerprint}:1"
        assert prints["seamarkFingerprint/v1"] == finding.fingerprint


def test_standings(case: Case) -> None:
    results = run_of(case)["results"]
    baseline, reopened, waived, new, *_ = results
    assert baseline["baselineState"] == "unchanged"
    assert baseline["suppressions"][0]["status"] == "accepted"
    assert waived["suppressions"][0]["justification"].startswith("Waived until 2027-01-31 (bo)")
    assert reopened["suppressions"][0]["status"] == "rejected"
    assert new["suppressions"] == []
    assert new["baselineState"] == "new"


def test_no_baseline_state_without_a_baseline(clean: Case, case: Case) -> None:
    opened = tuple(replace(each, standing=Standing.NEW) for each in case.judgment.assessed)
    run = run_of(Case(case.report, replace(case.judgment, assessed=opened)))
    assert not [result for result in run["results"] if "baselineState" in result]
    assert run_of(clean)["results"] == []


def test_invocation_says_what_was_missing(case: Case) -> None:
    invocation = run_of(case, View(command="seamark scan models"))["invocations"][0]
    assert invocation["exitCode"] == 1
    assert invocation["exitCodeDescription"].startswith("Failed: 3 findings")
    assert invocation["executionSuccessful"] is True
    assert invocation["commandLine"] == "seamark scan models"
    told = [(each["level"], each["message"]["text"]) for each in invocation[
        "toolExecutionNotifications"]]  # fmt: skip
    assert ("error", "Not examined: a.zst: zstandard is absent") in told
    assert any(level == "note" and "sample of 100" in text for level, text in told)
    incomplete = replace(case.judgment, exit_code=ExitCode.INCOMPLETE)
    assert not run_of(Case(case.report, incomplete))["invocations"][0]["executionSuccessful"]


def test_messages_hold_no_placeholders_and_no_links() -> None:
    assert message("{0} [a](1)") == "{{0}} [a]\\(1)"
    assert message("plain [x] (y)") == "plain [x] (y)"


def test_location_without_a_position(case: Case) -> None:
    first = case.judgment.assessed[0]
    bare = replace(first, finding=replace(first.finding, location=Location(path="x")))
    judgment = replace(case.judgment, assessed=(bare,))
    place = run_of(Case(case.report, judgment))["results"][0]["locations"][0]
    assert place["physicalLocation"]["region"] == {"startLine": 1}
