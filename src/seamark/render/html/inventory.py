"""What was examined and how to examine it again: checks, gates, files, versions, seeds."""

from collections.abc import Sequence
from json import dumps

from seamark.core.policy import Judgment
from seamark.core.reports import CheckRun, CheckStatus, FileReport, Report
from seamark.core.verdicts import ExitCode, Verdict
from seamark.render.arrange import worst_files_first
from seamark.render.gaps import Gap, notifications
from seamark.render.html.markup import Html, code_block, element, path
from seamark.render.html.summary import chip, gates_note
from seamark.render.html.tables import table
from seamark.render.supply import list_rows, supply_sentences
from seamark.render.view import View
from seamark.render.wellformed import wellformed
from seamark.render.words import examined, human_size, model_facts, plural

ROWS_CLEAN = 500
ROWS_OTHER = 2000
"""Rows of the table of files; clean ones are the first to be left out."""


def coverage_section(report: Report, judgment: Judgment) -> Html:
    """What was run, what was not, and which bars were met."""
    told = [gap for gap in notifications(report) if not gap.path or gap.required]
    gaps = [gap for gap in told if gap.required]
    notes = [element("p", gap.text, class_="note") for gap in told if not gap.required]
    good = "Everything that was planned was examined"
    good += ", and this was left out or shortened on purpose:" if notes else "."
    missing: Html = element("p", good, class_="note" if notes else "good")
    if not gaps and judgment.exit_code in (ExitCode.INCOMPLETE, ExitCode.INTERRUPTED):
        gaps = [Gap(judgment.exit_reason)]
    if gaps:
        items = [
            element("li", path(gap.path) if gap.path else None, " " if gap.path else None, gap.text)
            for gap in gaps[:100]
        ]
        if len(gaps) > 100:
            items.append(element("li", f"and {len(gaps) - 100:,} more; see the JSON report."))
        missing = element("ul", items, class_="missing")
    return element(
        "div",
        element("h3", "Not examined"),
        missing,
        notes,
        _checks(report.checks),
        _gates(judgment),
        _metrics(report),
    )


def _checks(checks: Sequence[CheckRun]) -> Html | None:
    if not checks:
        return None
    kind = {CheckStatus.RUN: "clean", CheckStatus.SAMPLED: "review", CheckStatus.NOT_RUN: "unclear"}
    rows = [
        (
            check.check,
            chip(check.status.value.replace("_", " "), f"v-{kind[check.status]}"),
            f"{check.count:,}",
            f"{check.seconds:.2f} s",
            check.reason or ("" if check.required else "not required"),
        )
        for check in checks
    ]
    titles = ("Check", "Status", "Examined", "Time", "Why")
    return element("div", element("h3", "Checks"), table(titles, rows, numeric={2, 3}))


def _gates(judgment: Judgment) -> Html | None:
    if not judgment.gates:
        return None
    rows = [
        (
            gate.name,
            chip("met", "v-clean")
            if gate.passed
            else chip("not met", "v-hostile")
            if gate.evaluated
            else chip("not evaluated", "v-unclear"),
            gate.reason,
        )
        for gate in judgment.gates
    ]
    title = element("h3", f"Gates: {gates_note(judgment)}")
    return element("div", title, table(("Gate", "Result", "Why"), rows))


def _metrics(report: Report) -> Html | None:
    if not report.metrics:
        return None
    rows = []
    for metric in report.metrics:
        interval = ""
        if metric.interval:
            low, high = metric.interval
            interval = f"{low:,.4g} to {high:,.4g} at {metric.level:.0%}"
        unit = "" if metric.unit == "1" else f" {metric.unit}"
        rows.append((metric.name, f"{metric.value:,.6g}{unit}", interval))
    return element(
        "div", element("h3", "Measured"), table(("Metric", "Value", "Interval"), rows, numeric={1})
    )


def models_section(report: Report) -> Html | None:
    """Every model with one verdict, worst first: a folder, or a file that is one by itself."""
    if not report.models:
        return None
    ordered = sorted(report.models, key=lambda model: (-model.verdict.rank, model.path))
    rows = [
        (
            path(model.path),
            chip(model.verdict.value, f"v-{model.verdict}"),
            model.kind,
            f"{len(model.files):,}",
            ", ".join(model_facts(model.metadata)),
        )
        for model in ordered[:ROWS_CLEAN]
    ]
    left = len(report.models) - len(rows)
    note = element("p", f"{left:,} more models are in the JSON report.") if left else None
    said = "What a model's headers say of it is not verified."
    made = table(("Model", "Verdict", "Kind", "Files", "Says of itself"), rows, numeric={3})
    return element("div", made, note, element("p", said, class_="note"))


def dependencies_section(report: Report) -> Html | None:
    """Every list of dependencies in numbers, and how old the advisories are."""
    rows = list_rows(report)
    if not rows:
        return None
    cells = [
        (
            path(row.path),
            row.kind,
            f"{row.entries:,}" if row.read else "not read",
            f"{row.pinned:,}",
            f"{row.hashed:,}",
            f"{row.unassessed:,}",
        )
        for row in rows[:ROWS_CLEAN]
    ]
    left = len(rows) - len(cells)
    note = element("p", f"{left:,} more lists are in the JSON report.") if left else None
    titles = ("List", "Kind", "Entries", "Pinned", "With hash", "Not assessed")
    made = table(titles, cells, numeric={2, 3, 4, 5})
    return element("div", element("p", " ".join(supply_sentences(report))), made, note)


def files_section(report: Report) -> Html | None:
    """Every file with verdict, format, size and digest, worst first."""
    if not report.files:
        return None
    ordered = worst_files_first(report)
    bad = [file for file in ordered if file.verdict is not Verdict.CLEAN]
    clean = [file for file in ordered if file.verdict is Verdict.CLEAN]
    shown = bad[:ROWS_OTHER] + clean[:ROWS_CLEAN]
    rows = [
        (
            path(file.path),
            chip(file.verdict.value, f"v-{file.verdict}"),
            _what(file),
            human_size(file.size),
            _digest(file),
        )
        for file in shown
    ]
    note = None
    if len(shown) < len(ordered):
        left_bad, left_clean = len(bad) - ROWS_OTHER, len(clean) - ROWS_CLEAN
        parts = [f"{left_clean:,} clean"] if left_clean > 0 else []
        parts += [f"{left_bad:,} other"] if left_bad > 0 else []
        note = element(
            "p",
            f"{' and '.join(parts)} files are not listed here to keep the page light; they were "
            "examined, and the JSON report lists them.",
            class_="note",
        )
    titles = ("File", "Verdict", "Format", "Size", "SHA-256")
    count = element("p", plural(len(ordered), "file"), class_="quiet")
    return element("div", count, table(titles, rows, numeric={3}, kind="files"), note)


def _what(file: FileReport) -> Html:
    kind = element("span", file.format, class_="whole")
    seen = ", ".join(examined(file.coverage))
    return element("span", kind, element("small", seen, class_="quiet") if seen else None)


def _digest(file: FileReport) -> Html:
    if file.digest is None:
        return element("span", "not computed", class_="quiet")
    return element("code", file.digest.removeprefix("sha256:"), class_="digest")


def reproduce_section(report: Report, view: View) -> Html:
    """Everything that somebody else needs to get the same report."""
    who = report.actor.name
    if not report.actor.authenticated:
        who += " (as the operating system says, not authenticated)"
    facts = [
        ("Seamark", report.tool_version),
        ("Rules", report.ruleset),
        ("Target", report.target),
        ("Run by", who),
        ("Started", report.started),
        ("Finished", report.finished),
    ]
    facts += [(f"Seed of {check}", str(seed)) for check, seed in sorted(report.seeds.items())]
    facts += [
        (key.replace("_", " "), value if isinstance(value, str) else dumps(wellformed(value)))
        for key, value in sorted(report.attributes.items())
    ]
    rows = [element("div", element("dt", key), element("dd", value)) for key, value in facts]
    command = (
        (element("p", "The same command on the same files gives the same findings:"),
         code_block(view.command))
        if view.command
        else None
    )  # fmt: skip
    return element("div", command, element("dl", rows, class_="facts"))
