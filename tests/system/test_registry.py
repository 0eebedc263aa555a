"""A check of somebody else's: one file, one entry point, and every command knows it."""

from pathlib import Path

import pytest
from cli.conftest import CLEAN, Runner, seamark  # noqa: F401

from seamark.scan.ruleset import ruleset_version
from seamark.system.registry import all_rules, families

CHECK = """
from seamark.core.checks import Check
from seamark.core.findings import Finding, Location
from seamark.core.metrics import Metric
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict

NO_CARD = Rule(
    id="ACM001",
    title="Project has no model card",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="Nobody knows what the model is for.",
    remedy="Write MODEL_CARD.md.",
)

def run(target, part):
    import os
    found = os.path.exists(os.path.join(target.root, target.options.get("file", "MODEL_CARD.md")))
    yield Metric(name="cards", value=float(found), unit="files")
    if not found:
        yield Finding(rule=NO_CARD, message="There is no card.", location=Location(path="."))

CHECK = Check(id="cards", title="There is a model card", rules=(NO_CARD,), run=run)
"""


def install(runner: Runner, folder: Path, code: str) -> None:
    """What pip would leave in site-packages."""
    info = folder / "acme_cards-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_cards.py").write_text(code)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-cards\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[seamark.checks]\ncards = acme_cards:CHECK\n")
    runner.environment["PYTHONPATH"] = str(folder)


def test_a_third_party_check_is_run_listed_and_explained(
    seamark: Runner,  # noqa: F811
    tmp_path: Path,
) -> None:
    install(seamark, tmp_path / "site", CHECK)
    seamark.write("a.pkl", CLEAN)
    assert "Write MODEL_CARD.md" in seamark("rules", "show", "ACM001").out
    assert "There is a model card" in seamark("rules", "list", "--checks").out
    ran = seamark("check", "-f", "json")
    assert ran.code == 1
    assert [check["check"] for check in ran.json["checks"]] == ["models", "dependencies", "cards"]
    assert [finding["rule"] for finding in ran.json["findings"]] == ["ACM001"]
    seamark.write(
        "seamark.yaml",
        "system: {name: x}\nchecks: {cards: {options: {file: a.pkl}}}\n"
        "gates: [{name: card, require: metric('cards') == 1}]\n",
    )
    assert seamark("check").code == 0


@pytest.mark.parametrize(
    "code",
    [
        "1/0",
        "CHECK = 1",
        CHECK.replace('"cards"', '"models"'),
        CHECK.replace("ACM001", "PKL001"),
        CHECK.replace("ACM001", "GAT001"),
        CHECK.replace("ACM001", "acm-1"),
    ],
)
def test_a_check_that_cannot_be_loaded_stops_everything(
    seamark: Runner,  # noqa: F811
    tmp_path: Path,
    code: str,
) -> None:
    install(seamark, tmp_path / "site", code)
    seamark.write("a.pkl", CLEAN)
    ran = seamark("check")
    assert ran.code == 2
    assert "cards" in ran.err
    doctor = seamark("doctor")
    assert doctor.code == 1
    assert "BROKEN  checks" in doctor.out


def test_an_undeclared_rule_makes_the_check_fail(seamark: Runner, tmp_path: Path) -> None:  # noqa: F811
    install(seamark, tmp_path / "site", CHECK.replace("rules=(NO_CARD,), ", ""))
    seamark.write("a.pkl", CLEAN)
    ran = seamark("check", "-f", "json")
    assert ran.code == 3
    assert "ACM001 broken, which it does not declare" in ran.json["exit_reason"]
    assert ran.json["findings"] == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_a_check_prints_is_not_in_the_report(
    seamark: Runner,  # noqa: F811
    tmp_path: Path,
    jobs: str,
) -> None:
    loud = (
        CHECK.replace("    import os\n", "    import os\n    print('LOUD')\n") + "print('HERE')\n"
    )
    install(seamark, tmp_path / "site", loud)
    seamark.write("a.pkl", CLEAN)
    ran = seamark("check", "-f", "json", "--jobs", jobs)
    assert ran.json["exit_code"] == 1
    assert "LOUD" in ran.err
    assert "HERE" in ran.err


ASKED = """
from seamark.core.checks import Check, Remark

def run(target, part):
    yield Remark("asked", [*target.paths, *target.options["exclude"]])

CHECK = Check(id="asked", title="What was asked for", run=run)
"""


def test_a_check_is_told_what_changed_and_what_is_excluded(
    seamark: Runner,  # noqa: F811
    tmp_path: Path,
) -> None:
    install(seamark, tmp_path / "site", ASKED)
    seamark.git("init", "-q")
    seamark.write("seamark.yaml", "system: {name: x}\nscan: {exclude: [old]}\n")
    seamark.write("a.pkl", CLEAN)
    seamark.write("old/b.pkl", CLEAN)
    assert seamark("check", "-f", "json").json["attributes"]["asked"] == [[".", "old"]]
    nothing = seamark("check", "--staged", "-f", "json").json
    assert nothing["exit_code"] == 0
    assert nothing["checks"][2]["reason"] == "no file has changed"
    seamark.git("add", "a.pkl", "old")
    staged = seamark("check", "--staged", "-f", "json").json
    assert staged["attributes"]["asked"] == [["a.pkl", "old"]]


def test_every_rule_has_a_family_with_a_title() -> None:
    assert {rule[:3] for rule in all_rules()} <= set(families())


def test_the_rule_set_version_is_reproducible() -> None:
    assert ruleset_version() == ruleset_version()
    edition, _, digest = ruleset_version().partition("+sha256:")
    assert edition.count(".") == 1
    assert len(digest) == 8
