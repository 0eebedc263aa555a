"""Exports of branch protection, rulesets and environments; Dependabot's settings."""

import json

import pytest

from seamark.scan.config.pipelines import branches, dependabot
from seamark.scan.config.pipelines.branches import not_assessed
from seamark.scan.config.pipelines.judge import Kind, judge_text

PATH = ".github/branch-protection.json"


def found(export: object, *, indent: str | None = None) -> set[str]:
    """The rules that an export breaks."""
    text = json.dumps(export, indent=indent)
    return {f.rule.id for f in judge_text(Kind.BRANCHES, PATH, text)}


PROTECTED = {
    "url": "https://api.github.com/repos/o/r/branches/main/protection",
    "required_status_checks": {"strict": True, "contexts": ["seamark"]},
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 1,
    },
    "required_signatures": {"enabled": True},
    "enforce_admins": {"enabled": True},
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
}
REVIEWS = PROTECTED["required_pull_request_reviews"]
RULESET = {
    "name": "main",
    "target": "branch",
    "enforcement": "active",
    "bypass_actors": [],
    "rules": [
        {"type": "deletion"},
        {"type": "non_fast_forward"},
        {"type": "required_signatures"},
        {"type": "required_status_checks", "parameters": {}},
        {
            "type": "pull_request",
            "parameters": {
                "required_approving_review_count": 1,
                "dismiss_stale_reviews_on_push": True,
                "require_code_owner_review": True,
            },
        },
    ],
}
ENVIRONMENT = {
    "name": "production",
    "protection_rules": [
        {"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "User"}]}
    ],
    "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
}


def without(rule_type: str) -> dict[str, object]:
    """The ruleset without one of its rules."""
    return {**RULESET, "rules": [r for r in RULESET["rules"] if r["type"] != rule_type]}


PAIRS: list[tuple[str, object, object]] = [
    ("BRP001", {**PROTECTED, "required_pull_request_reviews": None}, PROTECTED),
    ("BRP001", without("pull_request"), RULESET),
    (
        "BRP002",
        {**PROTECTED, "required_pull_request_reviews": {**REVIEWS, "dismiss_stale_reviews": False}},
        PROTECTED,
    ),
    (
        "BRP003",
        {
            **PROTECTED,
            "required_pull_request_reviews": {**REVIEWS, "require_code_owner_reviews": False},
        },
        PROTECTED,
    ),
    ("BRP004", {**PROTECTED, "enforce_admins": {"enabled": False}}, PROTECTED),
    (
        "BRP004",
        {**RULESET, "bypass_actors": [{"actor_type": "Team", "bypass_mode": "always"}]},
        {**RULESET, "bypass_actors": [{"actor_type": "Team", "bypass_mode": "pull_request"}]},
    ),
    ("BRP005", {**PROTECTED, "required_status_checks": None}, PROTECTED),
    ("BRP006", {**PROTECTED, "allow_force_pushes": {"enabled": True}}, PROTECTED),
    ("BRP006", without("non_fast_forward"), RULESET),
    ("BRP007", {**PROTECTED, "allow_deletions": {"enabled": True}}, PROTECTED),
    ("BRP008", {**PROTECTED, "required_signatures": {"enabled": False}}, PROTECTED),
    ("BRP009", {**RULESET, "enforcement": "evaluate"}, [RULESET]),
    (
        "BRP020",
        {"environments": [{**ENVIRONMENT, "protection_rules": []}]},
        {"environments": [ENVIRONMENT]},
    ),
    ("BRP021", {**ENVIRONMENT, "deployment_branch_policy": None}, ENVIRONMENT),
    (
        "BRP022",
        {**ENVIRONMENT, "protection_rules": [{"type": "required_reviewers", "reviewers": [{}]}]},
        ENVIRONMENT,
    ),
]


@pytest.mark.parametrize(
    ("rule", "bad", "good"), PAIRS, ids=[f"{n} {p[0]}" for n, p in enumerate(PAIRS)]
)
def test_bad_is_found_and_good_is_clean(rule: str, bad: object, good: object) -> None:
    assert rule in found(bad)
    assert found(good) == set()
    assert found(good, indent="\t") == set()


def test_every_rule_has_a_pair() -> None:
    assert {rule.id for rule in branches.RULES} == {pair[0] for pair in PAIRS}


@pytest.mark.parametrize(
    "export",
    [{}, [], 7, {"message": "Not Found", "status": "404"}, {"rules": 1, "enforcement": "active"}],
)
def test_what_is_no_export_is_unclear(export: object) -> None:
    assert found(export) == {"GHA090"}


def test_settings_are_a_gap_only_where_they_are_wanted_and_missing() -> None:
    assert list(not_assessed([PATH], wanted=True)) == []
    assert list(not_assessed(["a.py"], wanted=False)) == []
    (gap,) = not_assessed(["a.py"], wanted=True)
    assert "not assessed" in gap.reason


UPDATE = "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n%s"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (
            "GHA080",
            "    insecure-external-code-execution: allow\n",
            "    insecure-external-code-execution: deny\n",
        ),
        ("GHA081", "", "    cooldown: {default-days: 7}\n"),
    ],
)
def test_dependabot(rule: str, bad: str, good: str) -> None:
    def rules(text: str) -> set[str]:
        return {f.rule.id for f in judge_text(Kind.DEPENDABOT, "dependabot.yml", UPDATE % text)}

    assert rule in rules(bad)
    assert rule not in rules(good)
    assert {each.id for each in dependabot.RULES} == {"GHA080", "GHA081"}
