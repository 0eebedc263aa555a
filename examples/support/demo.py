"""The demo: build the support system twice, check both, and say what was found.

    python examples/support/demo.py --out build/demo

Runs the real ``seamark check``. Ends with 0 only if the careful project passes and the careless
one is stopped, every surprise in it included.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build import Built, build
from careless import SURPRISES

PASSED, FAILED = 0, 1
SUPPLY_FAMILIES = {"VUL", "PIN", "SRC", "LCN"}
"""Vulnerable, unpinned, confusable and mislicensed: each must be found."""
MARKS = {
    "clean": "  ok     ",
    "hostile": "  HOSTILE",
    "review": "  REVIEW ",
    "unclear": "  UNCLEAR",
}


class DemoError(Exception):
    """Something did not happen as this demo promises."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What ``seamark check`` said of one project."""

    exit_code: int
    report: Mapping[str, Any]
    page: Path
    seconds: float

    def files(self) -> Iterator[Mapping[str, Any]]:
        """Model files, lists of packages, and what travels with them; other text is left out."""
        lists = {each["path"] for each in self.report["attributes"].get("lists", [])}
        for file in self.report["files"]:
            if file["coverage"].get("note") != "not a model file" or file["path"] in lists:
                yield file

    def verdicts(self) -> dict[str, str]:
        """Verdict by path, relative to the project."""
        return {_inside(file["path"]): file["verdict"] for file in self.report["files"]}


def _inside(path: str) -> str:
    """``careless/models/x.pkl`` or ``models/x.pkl`` as ``models/x.pkl``."""
    return path.split("/", 1)[1] if path.startswith(("careful/", "careless/")) else path


def find_seamark() -> str:
    """The ``seamark`` command of this Python's environment."""
    beside = Path(sysconfig.get_path("scripts")) / "seamark"
    found = str(beside) if beside.exists() else shutil.which("seamark")
    if found is None:
        raise DemoError("The command seamark is not installed: pip install -e '.[example]'")
    return found


def check(project: Path, reports: Path) -> Outcome:
    """Run ``seamark check`` on a project, once for the machine and once for the person."""
    reports.mkdir(parents=True, exist_ok=True)
    data, page = reports / f"{project.name}.json", reports / f"{project.name}.html"
    started = time.perf_counter()
    exit_codes = set()
    for style, path in (("json", data), ("html", page)):
        path.unlink(missing_ok=True)
        exit_codes.add(_run_check(project, style, path))
    if len(exit_codes) != 1:
        raise DemoError(f"Two checks of {project} disagree: exit codes {sorted(exit_codes)}.")
    return Outcome(
        exit_code=exit_codes.pop(),
        report=json.loads(data.read_text(encoding="utf-8")),
        page=page,
        seconds=time.perf_counter() - started,
    )


def _run_check(project: Path, style: str, path: Path) -> int:
    command = [find_seamark(), "check", project.name, "--format", style]
    command += ["--output", str(path.resolve()), "--quiet"]
    environment = {**os.environ, "SEAMARK_RECEIPTS": "0"}  # the demo measures a first scan
    done = subprocess.run(
        command, cwd=project.parent, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in (PASSED, FAILED) or not path.is_file():
        words = " ".join(command[1:])
        raise DemoError(
            f"seamark {words}\nended with {done.returncode}:\n{done.stderr or done.stdout}"
        )
    return done.returncode


def show(built: Built, careful: Outcome, careless: Outcome) -> None:
    """The story, for somebody who sees all this for the first time."""
    scores = built.scores
    print("\nA customer-support system, trained just now. Of questions in phrasings that it never")
    print(f"saw it understood {scores.intent:.0%} ({scores.questions} questions, 12 intents).")
    print("Two copies of it were checked:")
    print("\n1. As its own team built it\n")
    for file in careful.files():
        print(f"{MARKS[file['verdict']]}  {_inside(file['path'])}  ({file['format']})")
    print(f"\n   {_ending(careful)}")
    print("\n2. As a careless team received it: same names, other content\n")
    stories = {surprise.path: surprise.story for surprise in SURPRISES}
    for file in careless.files():
        path = _inside(file["path"])
        print(f"{MARKS[file['verdict']]}  {path}")
        if path in stories:
            print(f"             {stories[path]}")
        for message in _reasons(file["findings"]):
            print(
                textwrap.fill(
                    message, 96, initial_indent="           > ", subsequent_indent=" " * 13
                )
            )
    print(f"\n   {_ending(careless)}")
    print("\nNothing was loaded, imported or rendered to find this out. Read the reports, with")
    print("reason and remedy for every finding, in a browser:\n")
    for outcome in (careful, careless):
        print(f"   {outcome.page.resolve().as_uri()}")
    print()


def _reasons(findings: Sequence[Mapping[str, Any]], most: int = 2) -> Iterator[str]:
    for finding in findings[:most]:
        yield f"{finding['rule']}: {finding['message']}"
    if len(findings) > most:
        yield f"and {len(findings) - most} more"


def _ending(outcome: Outcome) -> str:
    word = "passed" if outcome.exit_code == PASSED else "stopped"
    count = sum(1 for _ in outcome.files())
    seconds = f"{outcome.seconds / 2:.1f} s"
    return f"seamark check: {word} (exit code {outcome.exit_code}), {count} files in {seconds}"


def verify(careful: Outcome, careless: Outcome) -> None:
    """Raise :class:`DemoError` unless both projects were judged as this demo promises."""
    if careful.exit_code != PASSED:
        raise DemoError(f"The careful project should pass: {careful.report['exit_reason']}")
    if any(file["findings"] for file in careful.report["files"]):
        raise DemoError("The careful project should have no finding at all.")
    if careless.exit_code != FAILED:
        raise DemoError(f"The careless project should be stopped; got {careless.exit_code}.")
    verdicts = careless.verdicts()
    missed = [s.path for s in SURPRISES if verdicts.get(s.path, "clean") == "clean"]
    if missed:
        raise DemoError(f"These surprises were not stopped: {missed}")
    families = {each["rule"][:3] for file in careless.report["files"] for each in file["findings"]}
    if not families >= SUPPLY_FAMILIES:
        raise DemoError(f"Not found in the dependencies: {sorted(SUPPLY_FAMILIES - families)}")
    surprising = {surprise.path for surprise in SURPRISES}
    wronged = [path for path, verdict in verdicts.items() if verdict != "clean"]
    if set(wronged) - surprising:
        raise DemoError(f"Honest files were blamed: {sorted(set(wronged) - surprising)}")


def main() -> int:
    """Command line of the module; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/demo"))
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print("Training the support system and preparing its careless twin ...", flush=True)
    try:
        built = build(options.out, seed=options.seed)
        reports = options.out / "reports"
        careful, careless = check(built.careful, reports), check(built.careless, reports)
        show(built, careful, careless)
        verify(careful, careless)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
