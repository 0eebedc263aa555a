"""The report as JUnit XML, for the test page of any CI system.

Suite ``files``: a file passes, fails (hostile or review), is an error (unclear: it could not be
examined), or is skipped (all that is wrong is in the baseline or waived). Suites ``checks`` and
``gates`` say the same of those; ``system`` holds findings that belong to no file.
"""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from seamark.core.policy import Assessed, Judgment
from seamark.core.reports import CheckRun, CheckStatus, FileReport, Report
from seamark.core.verdicts import Verdict
from seamark.render.arrange import assessed_by_file
from seamark.render.exhibits import exhibits
from seamark.render.gaps import check_sentence
from seamark.render.view import View
from seamark.render.visible import visible, visible_block
from seamark.render.words import references, standing_note


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One test case. ``outcome`` is the name of its child element, empty for passed."""

    name: str
    outcome: str = ""
    kind: str = ""
    message: str = ""
    text: str = ""
    output: str = ""
    seconds: float = 0.0


def render(report: Report, judgment: Judgment, *, view: View = View()) -> str:  # noqa: ARG001
    """One ``testsuites`` document. Characters that XML cannot hold are written as escapes."""
    *by_file, rest = assessed_by_file(report, judgment)
    suites = [
        ("files", [_file(file, found) for file, found in zip(report.files, by_file, strict=True)]),
        ("system", [_found(each.finding.location.path, (each,), ()) for each in rest]),
        ("checks", [_check(check) for check in report.checks] + _gaps(report)),
        ("gates", _gates(judgment)),
    ]
    root = ET.Element("testsuites", name="seamark")
    total = {"tests": 0, "failures": 0, "errors": 0}
    for name, cases in suites:
        if cases:
            suite = _suite(name, cases, report)
            root.append(suite)
            for key in total:
                total[key] += int(suite.attrib[key])
    root.attrib |= {key: str(count) for key, count in total.items()}
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, cases: list[_Case], report: Report) -> ET.Element:
    count = dict.fromkeys(("failure", "error", "skipped"), 0)
    suite = ET.Element("testsuite", name=f"seamark.{name}", timestamp=report.started)
    for case in cases:
        element = ET.SubElement(
            suite, "testcase", name=visible(case.name), classname=f"seamark.{name}",
            time=f"{case.seconds:.3f}",
        )  # fmt: skip
        if case.outcome:
            count[case.outcome] += 1
            child = ET.SubElement(element, case.outcome, message=visible(case.message))
            if case.kind:
                child.set("type", case.kind)
            child.text = visible_block(case.text) or None
        if case.output:
            ET.SubElement(element, "system-out").text = visible_block(case.output)
    suite.attrib |= {
        "tests": str(len(cases)),
        "failures": str(count["failure"]),
        "errors": str(count["error"]),
        "skipped": str(count["skipped"]),
    }
    return suite


def _file(file: FileReport, assessed: tuple[Assessed, ...]) -> _Case:
    return _found(file.path, assessed, file.coverage.skipped)


def _found(path: str, assessed: tuple[Assessed, ...], skipped: tuple[str, ...]) -> _Case:
    shown = [each for each in assessed if each.open]
    held = [each for each in assessed if not each.open]
    bad = [each for each in shown if each.finding.rule.verdict is not Verdict.CLEAN]
    bad.sort(key=lambda each: -each.finding.rule.verdict.rank)
    gaps = [f"Not examined: {reason}" for reason in skipped]
    notes = [_story(each) for each in [*(e for e in shown if e not in bad), *held]]
    output = "\n\n".join(notes)
    if bad:
        first = bad[0].finding
        unclear = first.rule.verdict is Verdict.UNCLEAR
        return _Case(
            name=path,
            outcome="error" if unclear else "failure",
            kind=first.rule.id,
            message=f"{first.rule.verdict}: {first.message}",
            text="\n\n".join([*map(_story, bad), *gaps]),
            output=output,
        )
    if gaps:
        return _Case(
            name=path, outcome="error", kind="not-examined", message=gaps[0],
            text="\n".join(gaps), output=output,
        )  # fmt: skip
    if held:
        return _Case(name=path, outcome="skipped", message=standing_note(held[0]), output=output)
    return _Case(name=path, output=output)


def _story(assessed: Assessed) -> str:
    finding = assessed.finding
    rule = finding.rule
    lines = [
        f"{rule.id} {rule.severity} {rule.verdict}: {visible(rule.title)}",
        visible(finding.message),
        f"at {visible(str(finding.location))}",
    ]
    for exhibit in exhibits(finding.evidence):
        shown = "\n  ".join(["", *exhibit.text.split("\n")]) if exhibit.code else " " + exhibit.text
        lines.append(f"{exhibit.label}:{shown}")
    note = standing_note(assessed)
    links = [f"{visible(each.name)} {visible(each.url)}" for each in references(finding)]
    lines += [note] if note else []
    lines += [f"What to do: {visible(rule.remedy)}", *links, f"fingerprint {finding.fingerprint}"]
    return "\n".join(lines)


def _check(check: CheckRun) -> _Case:
    sentence = check_sentence(check)
    outcome = ""
    if check.status is CheckStatus.NOT_RUN:
        outcome = "error" if check.required else "skipped"
    return _Case(
        name=check.check, outcome=outcome, message=sentence, output="" if outcome else sentence,
        seconds=check.seconds,
    )  # fmt: skip


def _gaps(report: Report) -> list[_Case]:
    gaps: list[str] = list(report.incomplete)
    if report.interrupted:
        gaps = ["The run was interrupted, so this report is partial.", *gaps]
    return [
        _Case(name=f"completeness {number}", outcome="error", kind="incomplete", message=gap)
        for number, gap in enumerate(gaps, 1)
    ]


def _gates(judgment: Judgment) -> list[_Case]:
    return [
        _Case(name=gate.name, output=gate.reason)
        if gate.passed
        else _Case(
            name=gate.name,
            outcome="failure" if gate.evaluated else "error",
            kind="gate",
            message=gate.reason,
        )
        for gate in judgment.gates
    ]
