"""What a person reads: quiet when clean, complete when not, and never steered by a name."""

import re
from dataclasses import replace

from render.sample import HOSTILE_NAME, UNKNOWN, Case, clean_case

from seamark.core.findings import Finding, Location
from seamark.core.policy import Assessed, Standing
from seamark.core.rules import Rule
from seamark.core.verdicts import ExitCode, Verdict
from seamark.render import View, render

SGR = re.compile(r"\x1b\[[0-9;]*m")


def test_clean_scan_is_quiet(clean: Case) -> None:
    text = render("text", clean.report, clean.judgment)
    assert text.splitlines() == ["3 files: 3 clean.", "Passed (exit code 0): Nothing found."]


def test_everything_a_finding_says_is_there(case: Case) -> None:
    text = render("text", case.report, case.judgment)
    for part in (
        "PKL001 critical hostile",
        "Loading calls os.system with a command.",
        "os.system('echo seamark",
        "known as CVE-2025-32434, GHSA-53q9-r3pm-6pq6",
        "fix: Do not load the file.",
        "chat/tokenizer_config.json:3",
        "(medium confidence)",
        "Reopened, the waiver expired on 2026-10-01 (cy): Until the release.",
        "not examined: a.zst: zstandard is absent",
        "not examined: The check 'deps' did not run",
        "note: Check secrets looked at a sample of 100: budget",
        "2 known findings held by the baseline or a waiver",
        "7 files: 2 hostile, 1 review, 2 unclear, 2 clean.",
        "gate no-hostile not met: 2 files are hostile.",
        "Failed (exit code 1): 3 findings fail",
    ):
        assert part in text


def test_worst_comes_first(case: Case) -> None:
    text = render("text", case.report, case.judgment)
    headings = re.findall(
        r"^(?!model )(?:\S.*)  (hostile|review|unclear|remark)(?:  |$)", text, re.MULTILINE
    )
    assert headings == ["hostile", "hostile", "review", "unclear", "remark"]


def test_a_folder_is_one_model_with_one_verdict(case: Case) -> None:
    quiet = render("text", case.report, case.judgment, view=View(width=200))
    assert "model chat  hostile  hugging-face, 2 files, <b>Llama\\x1b[31m</b>" in quiet
    assert "model models/good.safetensors" not in quiet


def test_held_findings_wait_for_verbose(case: Case) -> None:
    quiet = render("text", case.report, case.judgment)
    loud = render("text", case.report, case.judgment, view=View(verbose=True))
    assert "acme.old.Thing" not in quiet
    assert "Waived until 2027-01-31 (bo)" in loud
    assert "1.2 kB of structure, 88 opcodes, 3 members" in loud
    assert "not a model file" in loud


def test_pipes_get_no_escape_sequence(case: Case) -> None:
    text = render("text", case.report, case.judgment, view=View(verbose=True))
    assert all(char.isprintable() or char == "\n" for char in text)


def test_colors_are_the_only_escape_sequences(case: Case) -> None:
    text = render("text", case.report, case.judgment, view=View(verbose=True, color=True))
    assert SGR.search(text)
    rest = SGR.sub("", text)
    assert all(char.isprintable() or char == "\n" for char in rest)
    assert "[bold red]b[/]" in rest  # markup in a name is text, not style


def test_color_changes_nothing_but_color(case: Case) -> None:
    view = View(verbose=True, width=80)
    plain = render("text", case.report, case.judgment, view=view)
    colored = render("text", case.report, case.judgment, view=replace(view, color=True))
    assert SGR.sub("", colored).split() == plain.split()


def test_long_names_stay_on_one_line(case: Case) -> None:
    text = render("text", case.report, case.judgment, view=View(width=40))
    line = next(line for line in text.splitlines() if line.startswith("models/\\x1b"))
    assert "\\xff.pkl" in line
    assert HOSTILE_NAME not in text


def test_names_that_are_not_utf8(clean: Case) -> None:
    file = replace(clean.report.files[0], path="a\udcff.pkl", verdict=Verdict.UNCLEAR)
    report = replace(clean.report, files=(file,))
    text = render("text", report, clean.judgment, view=View(verbose=True))
    assert "a\\udcff.pkl" in text
    text.encode("utf-8")


def test_interrupted_run_says_so(clean: Case) -> None:
    report = replace(clean.report, interrupted=True)
    judgment = replace(
        clean.judgment, exit_code=ExitCode.INTERRUPTED, exit_reason="Interrupted by ^C."
    )
    text = render("text", report, judgment)
    assert "not examined: The run was interrupted" in text
    assert "Interrupted (exit code 130)" in text


def test_each_remedy_once_a_file(case: Case) -> None:
    file = case.report.files[2]
    opened = [replace(each, standing="new") for each in case.judgment.assessed]  # type: ignore[arg-type]
    judgment = replace(case.judgment, assessed=tuple(opened))
    text = render("text", case.report, judgment)
    assert text.count(file.findings[0].rule.remedy[:30]) == 1


def test_many_alike_are_counted_not_listed(case: Case) -> None:
    file = case.report.files[4]
    crowd = replace(file, findings=file.findings * 50)
    report = replace(case.report, files=(crowd,), findings=())
    each = case.judgment.assessed[4]
    judgment = replace(case.judgment, assessed=(each,) * 50)
    text = render("text", report, judgment)
    assert text.count("Loading calls os.system") == 20
    assert "… and 30 more of PKL001 in this file (--verbose lists them)" in text
    loud = render("text", report, judgment, view=View(verbose=True))
    assert loud.count("Loading calls os.system") == 50


def test_what_was_left_out_is_said(clean: Case) -> None:
    left_out = ["venv", "a/.git\x1b[2J", *(f"x{n}/.git" for n in range(5))]
    report = replace(clean.report, attributes={"excluded": left_out})
    text = render("text", report, clean.judgment)
    note = " ".join(line.strip() for line in text.splitlines()[:-2])
    assert note.startswith("note: Excluded and not examined: venv, a/.git")
    assert note.endswith("and 2 more.")
    assert "\x1b" not in text
    assert "x0/.git, x1/.git, x2/.git and 2 more." in render("md", report, clean.judgment)


def test_very_many_files_are_counted_by_rule(case: Case) -> None:
    file = case.report.files[4]
    crowd = [replace(file, path=f"m{n:02}.pkl", findings=file.findings * 4) for n in range(40)]
    report = replace(case.report, files=tuple(crowd), findings=())
    judgment = replace(case.judgment, assessed=(case.judgment.assessed[4],) * 160)
    text = render("text", report, judgment)
    assert "m29.pkl  hostile" in text
    assert "m30.pkl" not in text
    assert "… and 10 more files with 40 findings (--verbose lists them):\n  PKL001 x 40  " in text
    assert text.count("Loading calls os.system") == 3 * 30
    assert text.count("  PKL001 critical hostile") == 30
    loud = render("text", report, judgment, view=View(verbose=True))
    assert loud.count("Loading calls os.system") == 160


def test_a_gap_that_decides_is_said_once(clean: Case) -> None:
    report = replace(clean.report, incomplete=("The lock file was not read.",))
    judgment = replace(clean.judgment, exit_reason="The lock file was not read.")
    assert render("text", report, judgment).count("The lock file was not read.") == 1


def test_a_remark_is_no_low_finding(case: Case) -> None:
    text = render("text", case.report, case.judgment)
    assert re.search(r"^  [A-Z]{3}\d{3} remark  ", text, re.MULTILINE)
    assert " clean  " not in text.rpartition("7 files:")[0]


def _listed(rule: Rule, count: int) -> str:
    findings = [
        Finding(
            rule=rule,
            message=f"The version of name-{number} is open.",
            location=Location(path="requirements.txt", line=number),
            anchor=f"name-{number}",
            evidence={"purl": f"pkg:pypi/name-{number}", "popular": f"name-{number}", "why": "ab"},
        )
        for number in range(1, count + 1)
    ]
    report = replace(clean_case(0).report, findings=tuple(findings))
    judgment = replace(
        clean_case(0).judgment,
        assessed=tuple(Assessed(finding=each, standing=Standing.NEW) for each in findings),
    )
    return render("text", report, judgment, view=View(width=100))


def test_many_findings_of_a_list_take_a_line_each() -> None:
    text = _listed(UNKNOWN, 3)
    assert "    The version of name-2 is open. (line 2)\n      why: ab\n" in text
    assert "at requirements.txt:2" not in text
    assert "at requirements.txt:1\n" in _listed(UNKNOWN, 1)


def test_evidence_that_the_message_tells_is_not_repeated() -> None:
    text = _listed(UNKNOWN, 2)
    assert "purl" not in text
    assert "popular" not in text
