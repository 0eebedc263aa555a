"""Which files are pipelines; hostile texts; our own pipelines."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.rules import index_rules
from seamark.scan.config.pipelines import (
    agents,
    branches,
    dependabot,
    gitlab_rules,
    injection,
    judge,
    pins,
    rights,
    triggers,
)
from seamark.scan.config.pipelines.expressions import NoExpression, find, flows, parse
from seamark.scan.config.pipelines.judge import Kind, judge_text, kind_of
from seamark.scan.config.pipelines.scripts import commands
from seamark.scan.config.pipelines.tree import MAX_NODES

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".github/workflows/ci.yml", Kind.WORKFLOW),
        ("sub/.github/workflows/ci.yaml", Kind.WORKFLOW),
        (".forgejo/workflows/ci.yml", Kind.WORKFLOW),
        (".github/workflows/ci.txt", None),
        ("workflows/ci.yml", None),
        ("action.yml", Kind.ACTION),
        (".github/actions/a/action.yaml", Kind.ACTION),
        (".github/dependabot.yml", Kind.DEPENDABOT),
        (".gitlab-ci.yml", Kind.GITLAB),
        ("ci/build.gitlab-ci.yml", Kind.GITLAB),
        (".github/branch-protection.json", Kind.BRANCHES),
        (".github/rulesets/main.json", Kind.BRANCHES),
        ("action.yml/readme.md", None),
    ],
)
def test_kinds(path: str, kind: Kind | None) -> None:
    assert kind_of(path) is kind


OURS = [
    (Kind.WORKFLOW, ".github/workflows/ci.yml"),
    (Kind.WORKFLOW, "docs/ci/github.yml"),
    (Kind.ACTION, "action.yml"),
    (Kind.GITLAB, "docs/ci/gitlab.yml"),
]


@pytest.mark.parametrize(("kind", "path"), OURS, ids=[path for _, path in OURS])
def test_our_own_pipelines_break_no_rule(kind: Kind, path: str) -> None:
    assert [str(f) for f in judge_text(kind, path, (ROOT / path).read_text())] == []


def test_rules_have_one_meaning_and_say_what_to_do() -> None:
    modules = (agents, branches, dependabot, gitlab_rules, injection, judge, pins, rights, triggers)
    rules = index_rules(rule for module in modules for rule in module.RULES)
    assert len(rules) >= 50
    for rule in rules.values():
        assert rule.references, rule.id
        assert rule.remedy.endswith("."), rule.id
        assert rule.reason.endswith("."), rule.id


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [" + ", ".join([f"*{a}"] * 9) + "]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "laughs": LAUGHS,
    "deep": "on: push\njobs: " + "[" * 5000 + "]" * 5000,
    "deeper mappings": "".join(" " * n + f"k{n}:\n" for n in range(300)),
    "long list": "on: push\njobs: {a: {steps: [" + "{run: x}, " * MAX_NODES + "]}}",
    "large": "# " + "x" * (3 << 20),
    "control characters": "on: \x00push",
    "holds itself": "a: &a [*a]",
    "a tag": "!!python/object/apply:os.system ['echo seamark-harmless']",
}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_texts_are_told(kind: Kind, name: str) -> None:
    findings = list(judge_text(kind, "x.yml", HOSTILE[name]))
    if kind is not Kind.ACTION or name != "a tag":  # a list is another program's action.yml
        assert "GHA090" in {f.rule.id for f in findings}


def test_many_aliased_steps_are_bounded() -> None:
    steps = "x: &s [" + "{run: 'echo ${{ github.head_ref }}'}, " * 2000 + "]\n"
    text = (
        steps
        + "on: push\njobs:\n"
        + "".join(f"  j{n}: {{runs-on: u, steps: *s}}\n" for n in range(2000))
    )
    assert [f.rule.id for f in judge_text(Kind.WORKFLOW, "x.yml", text)] == ["GHA090"]


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet="on:{}[]-&*!| \n'\"$#a.<jobsteprun", max_size=200), st.sampled_from(list(Kind))
)
def test_any_text_gets_findings_and_no_error(text: str, kind: Kind) -> None:
    for finding in judge_text(kind, "x.yml", text):
        assert finding.location.line is not None


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab.'()[]*!&|=<> ,0{}$", max_size=80))
def test_any_expression_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except NoExpression:
        return
    assert all(context.path for context, _ in flows(expression))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab '\"\\|;&#$(){}\n<>", max_size=120))
def test_any_script_has_commands_within_its_lines(script: str) -> None:
    for command in commands(script):
        assert 0 <= command.line <= script.count("\n")
        assert command.words


def test_deep_and_long_expressions_are_refused() -> None:
    for text in ("(" * 5000 + "a" + ")" * 5000, "a||" * 5000 + "a", "!" * 5000 + "a"):
        with pytest.raises(NoExpression):
            parse(text)


def test_braces_within_quotes_do_not_end_an_expression() -> None:
    (found,) = find("x ${{ format('}}{0}', github.head_ref) }} y")
    assert found.raw.endswith("github.head_ref) }}")
    assert found.expression is not None
    assert [str(context) for context, _ in flows(found.expression)] == ["github.head_ref"]
