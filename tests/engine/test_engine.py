"""What the engine promises: order, isolation, budgets, partial results. Workers die for real."""

import subprocess
import sys
import time
from collections.abc import Iterable

import pytest
from engine import sample_checks
from engine.sample_checks import MANY, SINGLE, UNCAUGHT

from seamark.core.checks import Check, Target
from seamark.core.reports import CheckStatus
from seamark.engine import Budgets, Outcome, Planned, run_checks


@pytest.fixture(autouse=True)
def _workers_find_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(sample_checks.__file__).rpartition("/engine/")[0]
    monkeypatch.setenv("PYTHONPATH", folder)


def plan(check: Check, items: Iterable[str], **more: object) -> Planned:
    options: dict[str, object] = {"items": tuple(items), "part": more.pop("part", 1)}
    return Planned(check=check, target=Target(options=options), **more)  # type: ignore[arg-type]


def names(outcome: Outcome) -> list[str]:
    return [file.path for file in outcome.files]


@pytest.mark.parametrize("jobs", [0, 2])
def test_order_is_the_plan_s_whoever_is_quicker(jobs: int) -> None:
    items = ["sleep0.3", *(str(n) for n in range(9))]
    outcome = run_checks([plan(MANY, items)], jobs=jobs)
    assert names(outcome) == items
    assert outcome.attributes == {"excluded": ["b"]}
    assert (outcome.checks[0].status, outcome.checks[0].count) == (CheckStatus.RUN, 10)
    assert not outcome.incomplete


def test_a_killed_worker_costs_its_own_item_only() -> None:
    items = [f"a{n}" for n in range(5)] + ["kill"] + [f"b{n}" for n in range(5)]
    outcome = run_checks([plan(MANY, items, part=3), plan(SINGLE, ())], jobs=2)
    assert names(outcome) == [*items[:5], "kill: it was ended by SIGKILL", *items[6:]]
    assert [run.status for run in outcome.checks] == [CheckStatus.RUN, CheckStatus.RUN]
    assert len(outcome.metrics) == 1


def test_a_killed_worker_of_a_check_without_a_word_on_it_ends_that_check() -> None:
    outcome = run_checks([plan(UNCAUGHT, ["a", "kill"]), plan(SINGLE, ())], jobs=2)
    assert outcome.checks[0].status is CheckStatus.NOT_RUN
    assert "SIGKILL" in outcome.checks[0].reason
    assert outcome.checks[1].status is CheckStatus.RUN
    assert names(outcome)[:1] == ["a"]


@pytest.mark.parametrize("jobs", [0, 2])
@pytest.mark.parametrize(("bad", "said"), [("raise", "RuntimeError"), ("odd", "TypeError")])
def test_an_exception_ends_its_own_check_only(jobs: int, bad: str, said: str) -> None:
    outcome = run_checks([plan(MANY, ["a", bad, "b"]), plan(SINGLE, ())], jobs=jobs)
    assert names(outcome)[0] == "a"
    assert outcome.checks[0].status is CheckStatus.NOT_RUN
    assert said in outcome.checks[0].reason
    assert outcome.checks[1].status is CheckStatus.RUN
    assert outcome.incomplete[0].startswith("The check many is incomplete")


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_check_s_budget_ends_it_with_what_it_has(jobs: int) -> None:
    items = ["a", "sleep1.5", "b", "c"]
    planned = [plan(MANY, items, part=4, seconds=1.0), plan(SINGLE, ())]
    outcome = run_checks(planned, jobs=jobs)
    assert names(outcome)[0] == "a"
    assert "c" not in names(outcome)
    assert "budget of 1 s" in outcome.checks[0].reason
    assert outcome.checks[1].status is CheckStatus.RUN


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamark.engine.pool._GRACE_SECONDS", 0.5)
    began = time.monotonic()
    outcome = run_checks([plan(MANY, ["a", "sleep300"], seconds=4.0)], jobs=2)
    assert time.monotonic() - began < 200
    assert names(outcome) == ["a"]
    assert outcome.checks[0].status is CheckStatus.NOT_RUN


def test_the_total_budget_leaves_later_checks_out() -> None:
    planned = [plan(MANY, ["sleep0.3"]), plan(SINGLE, ())]
    outcome = run_checks(planned, budgets=Budgets(total_seconds=0.1))
    assert [run.status for run in outcome.checks] == [CheckStatus.NOT_RUN] * 2
    assert "total budget" in outcome.incomplete[1]


def test_an_interruption_keeps_what_there_is() -> None:
    outcome = run_checks([plan(MANY, ["a", "interrupt", "b"]), plan(SINGLE, ())])
    assert outcome.interrupted
    assert names(outcome) == ["a"]
    assert "interrupted before it" in outcome.checks[1].reason


@pytest.mark.parametrize("jobs", [0, 2])
def test_cancelling_is_an_interruption(jobs: int) -> None:
    asked = iter([False, False, False, False, True])
    outcome = run_checks(
        [plan(MANY, map(str, range(50)))], jobs=jobs, cancelled=lambda: next(asked, True)
    )
    assert outcome.interrupted
    assert len(outcome.files) < 50


def test_a_check_that_is_switched_off_says_why() -> None:
    outcome = run_checks([plan(MANY, ["a"], why_not="switched off", required=False)])
    assert outcome.checks[0].reason == "switched off"
    assert not outcome.incomplete
    outcome = run_checks([plan(MANY, ["a"], why_not="no model given")])
    assert outcome.incomplete


def test_gaps_are_said() -> None:
    assert run_checks([plan(SINGLE, ())]).incomplete == ["Half was not seen."]


def test_a_small_run_does_not_import_joblib() -> None:
    code = (
        "import sys; from seamark.scan.models.check import CHECK;"
        "from seamark.core.checks import Target; from seamark.engine import Planned, run_checks;"
        "run_checks([Planned(check=CHECK, target=Target(paths=('pyproject.toml',)))]);"
        "assert not {'joblib', 'pydantic', 'rich', 'yaml'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
