"""The report for a terminal: quiet when all is well, worst first when it is not.

Rich is imported only where colors are shown, so that a pipe or a CI log pays nothing for it.
Every string from a scanned file goes through ``visible``: no escape sequence reaches a terminal.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from seamark.core.findings import Finding, Json
from seamark.core.policy import Assessed, Judgment
from seamark.core.reports import FileReport, Report
from seamark.core.rules import Rule
from seamark.core.verdicts import ExitCode, Verdict
from seamark.render.arrange import Group, groups, held, worst_files_first
from seamark.render.exhibits import exhibits
from seamark.render.gaps import notifications
from seamark.render.supply import supply_sentences
from seamark.render.view import View
from seamark.render.visible import visible
from seamark.render.words import (
    advisories,
    counted,
    examined,
    human_size,
    model_facts,
    outcome,
    place_name,
    plural,
    standing_note,
    verdict_word,
)

_VERDICT_STYLE = {
    Verdict.HOSTILE: "bold red",
    Verdict.REVIEW: "bold yellow",
    Verdict.UNCLEAR: "bold magenta",
    Verdict.CLEAN: "green",
}
_SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
_EVIDENCE_LINES = 12
_FOR_PROGRAMS = ("purl", "count", "names", "lists", "severity", "records", "vector", "aliases")
"""Evidence that only ``verbose`` and the other formats show: the message has it in other words."""
_FILES = 30
"""Files whose findings are shown; a person reads no more, and ``verbose`` shows all."""
_MODELS = 10
_FEW = 5
_EACH, _EACH_OF_MANY = 20, 3
"""Findings of one rule in one file that are shown, where few files have some and where many do."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Spans of (text, style); ``wrap`` breaks it at the width, names and code stay whole."""

    spans: tuple[tuple[str, str], ...] = ()
    indent: int = 0
    wrap: bool = False


def render(report: Report, judgment: Judgment, *, view: View = View()) -> str:
    """The report as lines of text, with terminal colors where ``view.color`` says so."""
    lines = list(_lines(report, judgment, view))
    return _colored(lines, view.width) if view.color else _plain(lines, view.width)


def _lines(report: Report, judgment: Judgment, view: View) -> Iterator[_Line]:
    found = groups(report, judgment)
    shown = found if view.verbose else found[:_FILES]
    for group in shown:
        yield from _group(group, view, _EACH if len(found) <= _FEW else _EACH_OF_MANY)
        yield _Line()
    if len(shown) < len(found):
        yield from _more(found[len(shown) :])
        yield _Line()
    if view.verbose:
        yield from _coverage(report)
        yield from _held(held(report, judgment))
    yield from _models(report, view)
    yield from _gaps(report, judgment)
    yield from _summary(report, judgment, view)


def _models(report: Report, view: View) -> Iterator[_Line]:
    """Folders that are one model and not clean; with ``verbose`` every model."""
    found = [
        model
        for model in report.models
        if view.verbose or (len(model.files) > 1 and model.verdict is not Verdict.CLEAN)
    ]
    shown = found if view.verbose else found[:_MODELS]
    for model in shown:
        facts = [
            visible(model.kind),
            plural(len(model.files), "file"),
            *model_facts(model.metadata),
        ]
        yield _Line(
            (
                ("model ", "dim"),
                (visible(model.path), "bold"),
                (f"  {model.verdict.value}", _VERDICT_STYLE[model.verdict]),
                (f"  {', '.join(facts)}", "dim"),
            ),
            wrap=True,
        )
    if len(shown) < len(found):
        more = plural(len(found) - len(shown), "more model")
        yield _Line(((f"… and {more} (--verbose lists them)", "dim"),))
    if found:
        yield _Line()


def _more(left: list[Group]) -> Iterator[_Line]:
    """Files that are only counted: how many of each rule, the most frequent first."""
    rules = [each.finding.rule for group in left for each in group.assessed]
    files, findings = plural(len(left), "more file"), plural(len(rules), "finding")
    yield _Line(((f"… and {files} with {findings} (--verbose lists them):", "bold"),))
    for rule, count in sorted(Counter(rules).items(), key=lambda pair: (-pair[1], pair[0].id)):
        yield _Line(((rule.id, "bold"), (f" x {count:,}  {visible(rule.title)}", "")), 2)


def _group(group: Group, view: View, most: int) -> Iterator[_Line]:
    file = group.file
    facts = f"  {visible(file.format)}, {human_size(file.size)}" if file else ""
    verdict = (f"  {verdict_word(group.verdict)}", _VERDICT_STYLE[group.verdict])
    yield _Line(((place_name(group.path), "bold"), verdict, (facts, "dim")))
    for rule, members in groupby(group.assessed, key=lambda each: each.finding.rule):
        found = list(members)
        shown = found if view.verbose else found[:most]
        yield _heading(rule)
        for each in shown:
            yield from _finding(each, group.path, view, alone=len(found) == 1)
        if len(shown) < len(found):
            more = f"… and {len(found) - len(shown):,} more of {rule.id} in this file"
            yield _Line(((f"{more} (--verbose lists them)", "dim"),), 2)
        yield _Line((("fix: ", "dim"), (visible(rule.remedy), "")), 4, wrap=True)
    for reason in group.skipped:
        yield _Line((("not examined: ", "magenta"), (visible(reason), "")), 2, wrap=True)


def _heading(rule: Rule) -> _Line:
    severity = rule.severity.value
    head = [(rule.id, "bold")]
    if rule.verdict is Verdict.CLEAN:
        head.append((" remark", "dim"))
    else:
        head.append((f" {severity}", _SEVERITY_STYLE.get(severity, "")))
        head.append((f" {rule.verdict}", _VERDICT_STYLE[rule.verdict]))
    head.append((f"  {visible(rule.title)}", ""))
    return _Line(tuple(head), 2)


def _finding(assessed: Assessed, path: str, view: View, *, alone: bool) -> Iterator[_Line]:
    finding = assessed.finding
    sure = finding.confidence.value == "high"
    doubt = "" if sure else f" ({finding.confidence} confidence)"
    where = str(finding.location)
    line = f" (line {finding.location.line})" if where == f"{path}:{finding.location.line}" else ""
    if line and not alone:  # of many, each in one line
        doubt, where = line + doubt, path
    yield _Line(((visible(finding.message), ""), (doubt, "dim")), 4, wrap=True)
    if where != path:
        yield _Line((("at ", "dim"), (visible(where), "")), 4)
    shown = exhibits(finding.evidence if view.verbose else _untold(finding))
    for exhibit in shown:
        if exhibit.code:
            yield from _code(exhibit.text.split("\n"))
    facts = [f"{exhibit.label}: {exhibit.text}" for exhibit in shown if not exhibit.code]
    if facts:
        yield _Line(((" · ".join(facts), "dim"),), 6, wrap=True)
    known = ", ".join(visible(each.name) for each in advisories(finding))
    if known:
        yield _Line((("known as ", "dim"), (known, "")), 4, wrap=True)
    note = standing_note(assessed)
    if note:
        yield _Line(((note, "yellow"),), 4, wrap=True)


def _untold(finding: Finding) -> dict[str, Json]:
    """The evidence that the message does not tell already, without what only programs compare."""
    return {
        key: value
        for key, value in finding.evidence.items()
        if key not in _FOR_PROGRAMS and value != "unknown" and not _tells(finding.message, value)
    }


def _tells(message: str, value: Json) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(isinstance(each, str) and len(each) > 2 and each in message for each in values)


def _code(lines: list[str]) -> Iterator[_Line]:
    yield from (_Line(((line, "cyan"),), 6) for line in lines[:_EVIDENCE_LINES])
    if len(lines) > _EVIDENCE_LINES:
        more = plural(len(lines) - _EVIDENCE_LINES, "more line")
        yield _Line(((f"… {more}, see --format json", "dim"),), 6)


def _coverage(report: Report) -> Iterator[_Line]:
    for file in worst_files_first(report):
        yield _Line(
            (
                (f"{file.verdict:8}", _VERDICT_STYLE[file.verdict]),
                (visible(file.path), ""),
                (f"  {_examined(file)}", "dim"),
            )
        )
    if report.files:
        yield _Line()


def _examined(file: FileReport) -> str:
    return ", ".join([visible(file.format), human_size(file.size), *examined(file.coverage)])


def _held(assessed: list[Assessed]) -> Iterator[_Line]:
    for each in assessed:
        finding = each.finding
        yield _Line(((f"{finding.rule.id} ", "bold"), (visible(str(finding.location)), "")))
        yield _Line(((standing_note(each), "dim"),), 2, wrap=True)
    if assessed:
        yield _Line()


def _gaps(report: Report, judgment: Judgment) -> Iterator[_Line]:
    for gap in notifications(report):
        # Those of a file stand with the file, and the last line says what decided the exit code.
        if not gap.path and gap.text not in judgment.exit_reason:
            label = ("not examined: ", "magenta") if gap.required else ("note: ", "dim")
            yield _Line((label, (visible(gap.text), "")), wrap=True)


def _summary(report: Report, judgment: Judgment, view: View) -> Iterator[_Line]:
    apart = held(report, judgment)
    supply = supply_sentences(report)
    if report.files or not supply:  # lists of dependencies are no files that were scanned
        yield _Line(((f"{counted(report)}.", "bold"),), wrap=True)
    if apart:
        more = "" if view.verbose else " (--verbose lists them)"
        text = f"{plural(len(apart), 'known finding')} held by the baseline or a waiver{more}."
        yield _Line(((text, "dim"),), wrap=True)
    for sentence in supply:
        yield _Line(((sentence, "dim"),), wrap=True)
    for gate in judgment.gates:
        if not gate.passed and gate.reason not in judgment.exit_reason:
            text = f"gate {visible(gate.name)} not met: {visible(gate.reason)}"
            yield _Line(((text, "red"),), wrap=True)
    style = "bold green" if judgment.exit_code is ExitCode.PASSED else "bold red"
    head = f"{outcome(judgment.exit_code)} (exit code {int(judgment.exit_code)})"
    yield _Line(((head, style), (f": {visible(judgment.exit_reason)}", "")), wrap=True)


def _plain(lines: list[_Line], width: int) -> str:
    made: list[str] = []
    for line in lines:
        text = "".join(part for part, _ in line.spans)
        pad = " " * line.indent
        if line.wrap:
            more = wrap(
                text, max(width, 40), initial_indent=pad, subsequent_indent=pad + "  ",
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
            made.extend(more or [""])
        else:
            made.append((pad + text).rstrip())
    return "\n".join(made) + "\n"


def _colored(lines: list[_Line], width: int) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=StringIO(), force_terminal=True, color_system="standard", width=max(width, 40),
        highlight=False, markup=False, emoji=False, legacy_windows=False, no_color=False,
    )  # fmt: skip
    for line in lines:
        # Text objects, never markup: "[red]" in a file name stays those five characters.
        text = Text.assemble(*line.spans, no_wrap=not line.wrap, overflow="ignore")
        pieces = text.wrap(console, console.width - line.indent - 2) if line.wrap else [text]
        for number, piece in enumerate(pieces):
            pad = " " * (line.indent + (2 if number else 0))
            piece.rstrip()
            console.print(Text(pad) + piece, soft_wrap=True)
    output = console.file
    assert isinstance(output, StringIO)
    return output.getvalue()
