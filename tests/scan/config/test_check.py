"""The check as a whole: what it finds in a tree, what it leaves alone, and bad input."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamark.core.checks import Part, Target
from seamark.core.errors import ConfigurationError
from seamark.core.findings import Finding
from seamark.scan.config.check import CHECK, JUDGES, Found, divide, examine, run

_PAIRS = Path(__file__).parent


def results(root: Path, **options: object) -> Iterator[Finding]:
    target = Target(root=str(root), options=options)
    for part in divide(target):
        if isinstance(part, Part):
            yield from (each for each in run(target, part) if isinstance(each, Finding))


def test_every_rule_of_a_judge_has_a_pair_of_twins():
    texts = "".join(path.read_text() for path in _PAIRS.glob("test_pairs_*.py"))
    names = [*JUDGES, "switch_rules"]
    for name in names:
        module = importlib.import_module(f"seamark.scan.config.judges.{name}")
        for rule in module.RULES if hasattr(module, "RULES") else ():
            assert f'"{rule.id}"' in texts, rule.id


def test_rules_are_complete_sentences_and_have_references():
    rules = CHECK.all_rules()
    assert len(rules) > 80
    for rule in rules.values():
        assert rule.reason.endswith(".")
        assert rule.remedy.endswith(".")


def test_a_tree_gives_findings_with_fingerprints_that_survive_new_lines(tmp_path):
    compose = tmp_path / "docker-compose.yml"
    text = "services:\n  app:\n    image: a:1\n    privileged: true\n"
    compose.write_text(text)
    (before,) = results(tmp_path)
    compose.write_text("# a remark\n\n" + text)
    (after,) = results(tmp_path)
    assert before.rule.id == "CMP001"
    assert before.fingerprint == after.fingerprint
    assert (before.location.line, after.location.line) == (4, 6)
    assert before.location.path == "docker-compose.yml"


def test_options(tmp_path):
    (tmp_path / "Dockerfile").write_text('FROM a:1\nCMD ["a"]\n')
    assert [each.rule.id for each in results(tmp_path)] == ["DKR002"]
    assert list(results(tmp_path, advice=False)) == []
    assert list(results(tmp_path, exclude=["Dockerfile"])) == []
    for bad in ({"advise": True}, {"advice": 1}, {"exclude": "a"}):
        with pytest.raises(ConfigurationError):
            list(results(tmp_path, **bad))


def test_workflows_are_judged_by_the_rules_of_pipelines(tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "ci.yml").write_text(
        "on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        "      - run: echo ${{ github.event.issue.title }}\n"
    )
    assert any(each.rule.id.startswith("GHA") for each in results(tmp_path))


def test_templates_are_left_alone_and_broken_files_are_unclear(examined):
    helm = "apiVersion: v1\nkind: Pod\nspec:\n  {{- toYaml .Values.a | nindent 2 }}\n"
    assert examined("templates/pod.yaml", helm) == []
    (found,) = examined("docker-compose.yml", "services:\n  a: [\n")
    assert (found.rule.id, found.rule.verdict.value) == ("CFG001", "unclear")
    (found,) = examined("pod.yaml", "apiVersion: v1\nkind: Pod\nspec: {a: [}\n")
    assert found.rule.id == "CFG001"
    assert examined("other.yaml", "a: [\n") == []  # nobody knows what it is


def test_a_mark_of_templates_does_not_hide_what_is_too_large(examined):
    text = "services:  # {{\n" + "".join(f"  s{n}: {{image: a}}\n" for n in range(80_000))
    assert [each.rule.id for each in examined("compose.yml", text)] == ["CFG001"]


def test_aliases_are_followed_and_bounded(examined):
    shared = "x-a: &a\n  privileged: true\nservices:\n  one:\n    image: a:1\n    <<: *a\n"
    assert [each.rule.id for each in examined("compose.yml", shared)] == ["CMP001"]
    bomb = "services:\n  a: &a [x, x, x, x, x, x, x, x, x]\n"
    for number in range(9):
        name, before = chr(ord("b") + number), chr(ord("a") + number)
        bomb += f"  {name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    (found,) = examined("compose.yml", bomb)
    assert "values" in found.message
    (found,) = examined("compose.yml", "services: &a [*a]\n")
    assert found.rule.id == "CFG001"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yml", "services: " + "[" * 5_000),
        ("compose.yml", "services:\n" + "".join(f" {' ' * n}a:\n" for n in range(300))),
        (".mcp.json", '{"mcpServers": ' + "[" * 50_000),
        (".mcp.json", '{"mcpServers": {'),
        ("compose.yml", "services:\n  a: " + "x" * (9 << 20)),
        (".streamlit/config.toml", "a = ["),
        ("a.sh", "true\n" * 30_000 + "curl x | sh\n"),
        ("Dockerfile", "FROM a\n" + "RUN a <<A\n" * 300),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\na: \x00\n"),
    ],
)
def test_hostile_texts_are_unclear(examined, name, text):
    assert [each.rule.id for each in examined(name, text)] == ["CFG001"]


@pytest.mark.parametrize("name", ["Dockerfile", "a.sh", ".env", "redis.conf", "airflow.cfg"])
def test_endless_lines_and_quotes_are_read(examined, name):
    text = "FROM a\nRUN " + "'\"\\" * 100_000 + "\n" + "a=b " * 100_000 + "\n"
    assert {each.rule.id for each in examined(name, text)} <= {"CFG001", "DKR002"}


def test_what_hides_behind_a_limit_of_commands_is_told(examined):
    text = "FROM a\nRUN true" + "; true" * 30_000 + "; curl x | sh\n"
    assert "CFG001" in {each.rule.id for each in examined("Dockerfile", text)}


def test_special_files_and_missing_ones_are_told(tmp_path):
    found = list(examine(Found(str(tmp_path / "gone.yml"), "compose.yml")))
    assert [each.rule.id for each in found] == ["CFG001"]
    found = list(examine(Found(str(tmp_path), "compose.yml")))
    assert [each.rule.id for each in found] == ["CFG001"]


_WORDS = [
    *("services:", "apiVersion: v1", "kind: Pod", "spec:", "  image: a", "- [", "{", "}", "*a"),
    *("&a", "'", '"', "\\", "|", "FROM a", "RUN curl x | sh", "CMD [", "env:", "<<EOF", "<<: *a"),
    *("ports:", "- 80:80", "command: vllm serve", "$(", "\t", "!!python/x", "\u2028"),
]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(
        ["Dockerfile", "compose.yml", "pod.yaml", "a.sh", ".mcp.json", "policy.json", ".env",
         "airflow.cfg", ".streamlit/config.toml", "config.properties", "jupyter_server_config.py"]
    ),
    lines=st.lists(
        st.tuples(st.sampled_from(["", "  ", "    "]), st.sampled_from(_WORDS)).map("".join),
        max_size=12,
    ),
)  # fmt: skip
def test_no_text_raises(examined, name, lines):
    for finding in examined(name, "\n".join(lines)):
        assert finding.message
        assert finding.location.path == name
