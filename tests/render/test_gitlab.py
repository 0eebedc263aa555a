"""GitLab code quality: the documented fields, and nothing that is held."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from render.sample import HOSTILE_NAME, Case, clean_case, make_case

from seamark.render import render

PATH = Path(__file__).parents[1] / "data" / "schemas" / "gitlab-code-quality.json"
SCHEMA = json.loads(PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [make_case(), clean_case(0), clean_case(2)])
def test_validates(case: Case) -> None:
    issues = json.loads(render("gitlab", case.report, case.judgment))
    Draft202012Validator(SCHEMA).validate(issues)


def test_open_findings_and_gaps_only(case: Case) -> None:
    issues = json.loads(render("gitlab", case.report, case.judgment))
    told = [(each["check_name"], each["location"]["path"], each["severity"]) for each in issues]
    assert told == [
        ("PKL020", "models/gate.pt", "major"),
        ("PKL001", "chat/tokenizer_config.json", "blocker"),
        ("PKL001", HOSTILE_NAME, "blocker"),
        ("CFG003", "seamark.yaml", "info"),
        ("not-examined", "models/big.tar", "major"),
    ]  # fmt: skip
    assert issues[1]["location"]["lines"]["begin"] == 3
    assert len({each["fingerprint"] for each in issues}) == len(issues)
