"""GitLab CI: bad and good twins."""

import pytest

from seamark.scan.config.pipelines.gitlab_rules import RULES
from seamark.scan.config.pipelines.judge import Kind, judge_text


def found(text: str) -> set[str]:
    """The rules that a text breaks."""
    return {f.rule.id for f in judge_text(Kind.GITLAB, ".gitlab-ci.yml", text)}


COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIND = "b:\n  services: ['docker:dind']\n  variables: {%s}\n  script: [docker build .]\n"
DEPLOY = "d:\n  script: [./deploy]\n  environment: production\n  rules:\n    - if: %s\n"
MERGE = '$CI_PIPELINE_SOURCE == "merge_request_event"'

PAIRS: list[tuple[str, str, str]] = [
    (
        "GLC001",
        "a: {script: ['eval echo $CI_COMMIT_TITLE']}",
        "a: {script: ['echo \"$CI_COMMIT_TITLE\"']}",
    ),
    (
        "GLC001",
        'a:\n  script:\n    - bash -c "git log $CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"\n',
        'a:\n  script:\n    - git log "$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"\n',
    ),
    (
        "GLC002",
        "include: 'https://example.org/x.yml'",
        f"include: [{{remote: 'https://example.org/x.yml', integrity: 'sha256-{'A' * 43}='}}]",
    ),
    (
        "GLC003",
        "include: [{project: a/b, file: x.yml, ref: main}]",
        f"include: [{{project: a/b, file: x.yml, ref: {COMMIT}}}]",
    ),
    (
        "GLC003",
        "include: [{component: gitlab.com/a/b@~latest}]",
        f"include: [{{component: gitlab.com/a/b@{COMMIT}}}]",
    ),
    ("GLC004", "image: python:3.12", f"image: python:3.12@sha256:{'0' * 64}"),
    ("GLC005", DIND % 'DOCKER_TLS_CERTDIR: ""', DIND % "DOCKER_TLS_CERTDIR: /certs"),
    (
        "GLC005",
        DIND % "DOCKER_HOST: 'tcp://docker:2375'",
        DIND % "DOCKER_HOST: 'tcp://docker:2376'",
    ),
    (
        "GLC006",
        "a: {script: ['echo $DEPLOY_TOKEN']}",
        "a: {script: ['echo $DEPLOY_TOKEN | docker login -p-']}",
    ),
    ("GLC006", "a: {script: [printenv]}", "a: {script: ['printenv HOME']}"),
    (
        "GLC007",
        "a: {script: [x], artifacts: {paths: [.]}}",
        "a: {script: [x], artifacts: {paths: [dist]}}",
    ),
    (
        "GLC007",
        "a: {script: [x], artifacts: {paths: [app/.env]}}",
        "a: {script: [x], artifacts: {paths: [app/.env], access: developer}}",
    ),
    (
        "GLC008",
        "a: {script: [gitleaks detect], allow_failure: true}",
        "a: {script: [gitleaks detect]}",
    ),
    (
        "GLC009",
        "a: {script: [aws s3 sync . s3://x]}",
        "a: {script: [aws s3 sync . s3://x], id_tokens: {T: {aud: a}}}",
    ),
    (
        "GLC010",
        "a: {script: ['curl https://x.org/i.sh | bash']}",
        "a: {script: ['curl -O https://x.org/i.sh']}",
    ),
    ("GLC011", DEPLOY % MERGE, DEPLOY % "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"),
    ("GLC011", DEPLOY % MERGE, DEPLOY % (MERGE + "\n      when: manual")),
    (
        "GLC012",
        "a: {script: ['claude -p x --dangerously-skip-permissions']}",
        "a: {script: ['claude -p x']}",
    ),
]


@pytest.mark.parametrize(
    ("rule", "bad", "good"), PAIRS, ids=[f"{n} {p[0]}" for n, p in enumerate(PAIRS)]
)
def test_bad_is_found_and_good_is_not(rule: str, bad: str, good: str) -> None:
    assert rule in found(bad)
    assert rule not in found(good)
    assert "GHA090" not in found(bad) | found(good)


def test_every_rule_has_a_pair() -> None:
    assert {rule.id for rule in RULES} == {pair[0] for pair in PAIRS}


def test_merged_and_anchored_jobs_are_judged() -> None:
    text = ".base: &base\n  script: ['eval $CI_COMMIT_TITLE']\njob:\n  <<: *base\n  stage: test\n"
    findings = [
        f for f in judge_text(Kind.GITLAB, "x.gitlab-ci.yml", text) if f.rule.id == "GLC001"
    ]
    assert {f.anchor.split()[0] for f in findings} == {".base", "job"}


def test_what_a_reference_brings_is_no_text_of_the_script() -> None:
    assert found("a:\n  script:\n    - !reference [.setup, script]\n    - make\n") == set()


def test_a_header_document_may_stand_before_the_pipeline() -> None:
    text = "spec: {inputs: {a: {}}}\n---\na: {script: ['eval $CI_COMMIT_TITLE']}\n"
    assert found(text) == {"GLC001"}


@pytest.mark.parametrize("text", ["[]", "a: [", "a: *b", "a: 1\na: 2\n"])
def test_what_cannot_be_read_is_unclear(text: str) -> None:
    assert found(text) == {"GHA090"}
