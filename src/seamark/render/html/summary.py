"""The top of the page: the verdict in plain words, and the numbers."""

from seamark.core.policy import Judgment
from seamark.core.reports import Report
from seamark.core.verdicts import Verdict
from seamark.render.arrange import verdict_counts, worst_files_first
from seamark.render.html.icons import verdict_icon
from seamark.render.html.markup import Html, element, path
from seamark.render.supply import list_rows
from seamark.render.svg import Part, stacked_bar
from seamark.render.words import headline, human_size, outcome, plural, tone

NAMED = 5
"""Files that the banner names; the cards below name them all."""
MEANING = {
    Verdict.HOSTILE: "Loading it would run or reach something that no model needs.",
    Verdict.REVIEW: "It may be harmless; a person has to look before it is used.",
    Verdict.UNCLEAR: "It could not be examined completely. That never counts as clean.",
    Verdict.CLEAN: "All of it was examined and nothing was found.",
}


def banner(report: Report, judgment: Judgment) -> Html:
    """What a reader must know after three seconds."""
    verdict = tone(report, judgment)
    return element(
        "div",
        verdict_icon(verdict),
        element(
            "div",
            element("h1", headline(report, judgment)),
            _names(report, verdict),
            element("p", judgment.exit_reason, class_="reason"),
            element(
                "p",
                element("strong", outcome(judgment.exit_code)),
                f" · exit code {int(judgment.exit_code)}",
                class_="outcome",
            ),
        ),
        class_=f"banner v-{verdict}",
    )


def _names(report: Report, verdict: Verdict) -> Html | None:
    """Which files the headline speaks of, where it speaks of files that may do harm."""
    if verdict not in (Verdict.HOSTILE, Verdict.REVIEW):
        return None
    names = [file.path for file in worst_files_first(report) if file.verdict is verdict]
    if not names:
        return None
    items = [element("li", path(name)) for name in names[:NAMED]]
    if len(names) > NAMED:
        items.append(element("li", f"and {len(names) - NAMED:,} more"))
    return element("ul", items, class_="names")


def numbers(report: Report, judgment: Judgment) -> Html:
    """Files by verdict as a bar with its legend, and four numbers."""
    counts = verdict_counts(report)
    parts = [Part(verdict.value, count, verdict.value) for verdict, count in counts.items()]
    legend = [
        element(
            "li",
            element("span", class_=f"dot fill-{verdict}"),
            element("b", f"{counts[verdict]:,} {verdict}"),
            element("span", MEANING[verdict], class_="quiet"),
        )
        for verdict in counts
        if counts[verdict]
    ]
    opened = sum(1 for each in judgment.assessed if each.open)
    apart = len(judgment.assessed) - opened
    tiles = [
        *_what(report),
        _tile(f"{opened:,}", "open finding" if opened == 1 else "open findings"),
        _tile(f"{apart:,}", "known, held apart"),
    ]
    bar = Html(stacked_bar(parts, title="Files by verdict"))
    return element(
        "div",
        element("dl", tiles, class_="tiles"),
        element("div", bar, element("ul", legend, class_="legend"), class_="split")
        if report.files
        else None,
        class_="numbers",
    )


def _what(report: Report) -> list[Html]:
    """How much was looked at: files, or dependencies where these were all."""
    lists = list_rows(report)
    if lists and not report.files:
        entries = sum(each.entries for each in lists)
        return [
            _tile(f"{entries:,}", "dependency" if entries == 1 else "dependencies"),
            _tile(f"{len(lists):,}", "list of them" if len(lists) == 1 else "lists of them"),
        ]
    return [
        _tile(f"{len(report.files):,}", "files" if len(report.files) != 1 else "file"),
        _tile(human_size(sum(file.size for file in report.files)), "in these files"),
    ]


def _tile(value: str, label: str) -> Html:
    return element("div", element("dt", label), element("dd", value))


def chip(text: str, kind: str) -> Html:
    """A word on a tinted ground: verdicts (``v-…``) and severities (``s-…``)."""
    return element("span", text, class_=f"chip {kind}")


def gates_note(judgment: Judgment) -> str:
    """How many gates were met, in words."""
    met = sum(1 for gate in judgment.gates if gate.passed)
    return f"{met:,} of {plural(len(judgment.gates), 'gate')} met"
