"""A bad and a good twin of every rule about Python."""

from pathlib import Path

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.code.check import all_rules
from seamark.scan.code.prefilter import load_subjects
from seamark.scan.code.texts import examine

DATA = Path(__file__).parents[2] / "data" / "code" / "pairs.txt"
COMMIT = "0123456789abcdef" * 2 + "01234567"
LONG = "".join(f"{chr(97 + n)}{n % 10}" for n in range(20))


def _pairs() -> list[tuple[str, str, str]]:
    """Blocks of ``=== RULE``, the bad twin, ``---``, the good twin."""
    text = DATA.read_text().replace("@COMMIT@", COMMIT).replace("@LONG@", LONG)
    found = []
    for block in text.split("=== ")[1:]:
        rule, _, twins = block.partition("\n")
        bad, _, good = twins.partition("\n---\n")
        found.append((rule, bad, good))
    return found


PAIRS = _pairs()


def rules_in(code: str, path: str = "app/main.py") -> set[str]:
    return {finding.rule.id for finding in examine(code.encode(), path)}


@pytest.mark.parametrize(("rule", "bad", "good"), PAIRS, ids=range(len(PAIRS)))
def test_bad_and_good(rule: str, bad: str, good: str) -> None:
    assert rule in rules_in(bad)
    assert rule not in rules_in(good)


@pytest.mark.parametrize(("rule", "bad", "good"), PAIRS, ids=range(len(PAIRS)))
def test_the_good_twin_needs_no_review(rule: str, bad: str, good: str) -> None:
    family = [f.rule for f in examine(good.encode(), "app/main.py") if f.rule.id[:3] == rule[:3]]
    assert [each.id for each in family if each.verdict is not Verdict.CLEAN] == []


def test_every_rule_has_a_pair() -> None:
    ours = {rule.id for subject, _ in load_subjects() for rule in subject.rules}
    assert ours == {rule for rule, _, _ in PAIRS}
    assert len(PAIRS) >= 70


def test_rules_are_well_formed() -> None:
    rules = list(all_rules())
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.reason.endswith(".")
        assert rule.remedy.endswith(".")
        assert rule.references or rule.severity.value in ("info", "medium")
