"""The example project: really trained, repeatable, and judged as the demo promises."""

import hashlib
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_path
from seamark.system.check import CheckRequest, check

pytest.importorskip("sklearn", reason="the example needs scikit-learn: pip install -e '.[example]'")

HERE = Path(__file__).resolve().parents[2] / "examples" / "support"


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ModuleType]]:
    """The example's modules, imported as its scripts import them."""
    import importlib

    names = ("questions", "tensors", "train", "careless", "build", "demo")
    sys.path.insert(0, str(HERE))
    try:
        yield {name: importlib.import_module(name) for name in names}
    finally:
        sys.path.remove(str(HERE))
        for name in names:
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def built(modules: dict[str, ModuleType], tmp_path_factory: pytest.TempPathFactory):
    return modules["build"].build(tmp_path_factory.mktemp("demo"))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_held_out_phrasings_are_not_in_training(modules: dict[str, ModuleType]) -> None:
    questions = modules["questions"]
    known = questions.make_questions(seed=1, per_template=3, held_out=False)
    unseen = questions.make_questions(seed=1, per_template=3, held_out=True)
    assert len(known) == 12 * 8 * 3
    assert len(unseen) == 12 * 2 * 3
    assert {q.intent for q in known} == {q.intent for q in unseen} == set(questions.TEMPLATES)
    assert {q.priority for q in known} == {"low", "normal", "high"}


def test_models_learn_something_real(built) -> None:
    # Guessing gives 1/12; a perfect score would mean that the split leaks.
    assert 0.6 < built.scores.intent < 1.0
    assert 0.6 < built.scores.priority < 1.0


def test_same_seed_gives_the_same_bytes(
    built, modules: dict[str, ModuleType], tmp_path: Path
) -> None:
    again = modules["build"].build(tmp_path)
    assert digests(again.careful) == digests(built.careful)
    assert digests(again.careless) == digests(built.careless)


def test_every_file_of_the_careful_project_is_clean(built) -> None:
    reports = [scan_path(path) for path in sorted(built.careful.rglob("*")) if path.is_file()]
    assert len(reports) >= 12
    assert {r.path: r.findings for r in reports if r.findings} == {}
    assert {r.verdict for r in reports} == {Verdict.CLEAN}


def test_every_surprise_is_stopped_and_nothing_else(built, modules: dict[str, ModuleType]) -> None:
    surprises = {surprise.path for surprise in modules["careless"].SURPRISES}
    request = CheckRequest(path=str(built.careless), receipts=False)
    report = check(request, today=date.today()).report
    stopped = {file.path for file in report.files if file.verdict is not Verdict.CLEAN}
    assert stopped == surprises


def test_its_own_description_is_valid(built) -> None:
    from seamark.system.project_file import load_project

    project = load_project(str(HERE / "project" / "seamark.yaml"))
    assert project.system.name == "bean-and-leaf-support"
    assert len(project.gates) == 2
    for asset in [*project.models, *project.services]:
        assert (built.careful / str(asset.path)).is_file()


def test_the_service_answers(built) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("serve", built.careful / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    serve = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(serve)
    answer = serve.Support().answer("i forgot my password, please help")
    assert answer["intent"] == "password_reset"
    assert len(answer["similar_tickets"]) == 3


def test_safetensors_and_gguf_are_what_their_readers_expect(
    modules: dict[str, ModuleType], tmp_path: Path
) -> None:
    import numpy as np

    tensors = modules["tensors"]
    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    for name, data in (
        ("a.safetensors", tensors.safetensors_bytes({"w": weights, "v": weights}, {"a": "b"})),
        ("a.gguf", tensors.gguf_bytes({"general.architecture": "llama"}, weights)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        report = scan_path(path)
        assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_the_demo_ends_well_only_if_both_projects_are_judged_right(
    modules: dict[str, ModuleType], tmp_path: Path
) -> None:
    demo = modules["demo"]

    def outcome(exit_code: int, files: list[dict]) -> object:
        report = {"files": files, "exit_reason": "because"}
        return demo.Outcome(exit_code, report, tmp_path / "x.html", 1.0)

    def file(path: str, verdict: str, findings: tuple = ()) -> dict:
        return {"path": path, "verdict": verdict, "findings": findings, "coverage": {}}

    good = outcome(0, [file("careful/a.pkl", "clean")])
    supply = tuple({"rule": f"{family}001"} for family in sorted(demo.SUPPLY_FAMILIES))
    surprises = modules["careless"].SURPRISES
    caught = [file(f"careless/{each.path}", "hostile", supply) for each in surprises]
    unlicensed = [file(f"careless/{each.path}", "hostile", supply[1:]) for each in surprises]
    demo.verify(good, outcome(1, caught))
    for bad in (
        (outcome(1, [file("careful/a.pkl", "review")]), outcome(1, caught)),
        (outcome(0, [file("careful/a.pkl", "clean", ("x",))]), outcome(1, caught)),
        (good, outcome(0, caught)),
        (good, outcome(1, caught[1:])),
        (good, outcome(1, unlicensed)),
        (good, outcome(1, [*caught, file("careless/README.md", "review")])),
    ):
        with pytest.raises(demo.DemoError):
            demo.verify(*bad)
