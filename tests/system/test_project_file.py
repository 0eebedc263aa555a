"""``seamark.yaml``: what is accepted, and how a mistake is told."""

import json

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.errors import ConfigurationError
from seamark.system.project import Project, project_schema
from seamark.system.project_file import parse_project

FULL = """
system: {name: support, owner: ana, purpose: answers, acceptable_use: customers only}
models:
  - models/intent.joblib
  - {name: reranker, path: "models/*.onnx", owner: bo}
datasets: [{name: questions, path: data/questions.csv}]
services: [{name: api, url: "https://example.org/answer"}]
scan:
  include: ["models/**"]
  exclude: ["*.tmp"]
  allow: ["support.features:Tokens"]
  limits: {seconds: 30}
checks:
  models: {required: true, cadence: daily, seconds: 600}
fail_on: hostile
gates:
  - {name: small, require: files.total < 100}
  - {name: bad, fail_on: high}
waivers:
  - rule: PKL0*
    path: models/old/**
    owner: ana
    reason: Read by hand.
    expires: 2026-12-31
"""


def test_all_of_it() -> None:
    project = parse_project(FULL)
    assert project.models[0].path == "models/intent.joblib"
    assert str(project.policy().fail_on) == "hostile"
    assert [gate.name for gate in project.policy().gates] == ["small", "bad"]
    assert project.accepted()[0].expires.year == 2026


def test_the_schema_accepts_what_we_accept() -> None:
    schema = project_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(json.dumps(yaml.safe_load(FULL), default=str))
    jsonschema.Draft202012Validator(schema).validate(data)
    assert set(schema["properties"]) == set(Project.model_fields)
    assert schema["additionalProperties"] is False


_ACCEPT = "system: {name: a}\nwaivers:\n- {rule: X, path: a, owner: b, reason: c,\n   expires: "


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("system: {name: a, ownr: x}", "seamark.yaml:1: there is no 'ownr'", "'owner'"),
        ("system: {name: a}\nwaiver: []", "seamark.yaml:2: there is no 'waiver'", "'waivers'"),
        (
            "system: {name: a}\nchecks:\n  models:\n    enabeld: true",
            "seamark.yaml:4: there is no 'enabeld'",
            "'enabled'",
        ),
        ("models: []", "system is missing", ""),
        ("system: {name: ''}", "system.name", ""),
        ("system: {name: a}\nwaivers: [{rule: X}]", "waivers.0.owner is missing", ""),
        ("system: {name: a}\ngates: [{name: g}]", "needs 'require' or 'fail_on'", ""),
        ("system: {name: a}\ngates: [{name: g, require: verdikt == 1}]", "verdikt", "'verdict'"),
        ("system: {name: a}\nfail_on: never", "fail_on", ""),
        ("system: {name: a}\nscan: {allow: ['os.system']}", "allowlist entry", "module:name"),
        (f"{_ACCEPT}2027-13-01}}", "seamark.yaml:4: waivers.0.expires: '2027-13-01' is no day", ""),
        (f"{_ACCEPT}next year}}", "seamark.yaml:4: waivers.0.expires: 'next year' is no day", ""),
        (f"{_ACCEPT}2027}}", "seamark.yaml:4: waivers.0.expires: '2027' is no day", ""),
        ("a: &x [1]\nb: *x", "seamark.yaml:2: aliases", ""),
        ("system: {name: a}\nsystem: {name: b}", "seamark.yaml:2: the key 'system' is there", ""),
        ("system: {name: a}\n  b: c", "no valid YAML", ""),
        ("system: !!python/object/apply:os.getcwd []", "no valid YAML", ""),
        ("", "holds no settings", "seamark init"),
        ("[1, 2]", "holds no settings", ""),
        ("[" * 100_000, "nested too deeply", ""),
        ("\x00", "no valid YAML", ""),
    ],
)
def test_mistakes_are_told_with_line_and_better_word(text: str, said: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_project(text)
    assert said in caught.value.what
    assert hint in caught.value.hint


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80) | st.text("system:{}[]name \n-&*!'\"#|>?", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_project(text)
    except ConfigurationError:
        return
