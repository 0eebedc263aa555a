"""The report as a comment on a pull request: a table first, details folded, never too long.

Names and evidence come from strangers and end up on a page that acts on what is written there:
HTML, Markdown, mentions, references, autolinks. Each of them is defused, not only escaped.
"""

from collections.abc import Iterator
from html import escape

from seamark.core.policy import Assessed, Judgment
from seamark.core.reports import Report
from seamark.core.verdicts import Verdict
from seamark.render.arrange import Group, groups, held, verdict_counts
from seamark.render.defuse import excerpt, name, prose
from seamark.render.exhibits import exhibits
from seamark.render.gaps import notifications
from seamark.render.supply import supply_sentences
from seamark.render.view import View
from seamark.render.visible import shorten
from seamark.render.words import (
    counted,
    headline,
    outcome,
    plural,
    references,
    standing_note,
    tone,
    verdict_word,
)

LIMIT = 60_000
"""Characters of the whole comment. GitHub refuses comments of more than 65,536."""

_MARK = {Verdict.HOSTILE: "⛔", Verdict.REVIEW: "⚠️", Verdict.UNCLEAR: "❔", Verdict.CLEAN: "✅"}
_CODE, _ROWS = 800, 100
_RESERVE = 600


def render(report: Report, judgment: Judgment, *, view: View = View()) -> str:
    """The comment. What does not fit in ``LIMIT`` is left out, and the end says how much."""
    shown = groups(report, judgment)
    text = "".join(_head(report, judgment))
    details = [_details(group) for group in shown]
    details += [_held(held(report, judgment))]
    details += [_gaps(report)]
    tail = _tail(report, view)
    room = LIMIT - len(text) - len(tail) - _RESERVE
    table, rows = _table(shown, room // 2)
    text += table
    room -= len(table)
    left_out = 0
    for block in details:
        if len(block) <= room:
            text += block
            room -= len(block)
        else:
            left_out += 1
    if left_out or rows < len(shown):
        entries = plural(len(shown), "entry", "entries")
        text += f"**This comment is cut to fit.** The table shows {rows:,} of {entries}"
        text += f" and {plural(left_out, 'section')} of details left out. "
        text += "The full report has everything.\n\n"
    return text + tail


def _head(report: Report, judgment: Judgment) -> Iterator[str]:
    yield "<!-- seamark-report -->\n"
    yield f"### {_MARK[tone(report, judgment)]} Seamark: {headline(report, judgment)}\n\n"
    code = int(judgment.exit_code)
    yield f"**{outcome(judgment.exit_code)}** (exit code {code}). "
    yield f"{excerpt(judgment.exit_reason, 1000)}\n\n"
    counts = {verdict: count for verdict, count in verdict_counts(report).items() if count}
    if counts:
        yield "| " + " | ".join(f"{_MARK[each]} {each}" for each in counts) + " | files |\n"
        yield "|" + "---:|" * (len(counts) + 1) + "\n"
        yield "| " + " | ".join(f"{count:,}" for count in counts.values())
        yield f" | {len(report.files):,} |\n\n"
    if told := supply_sentences(report):
        yield f"{prose(' '.join(told))}\n\n"


def _table(shown: list[Group], room: int) -> tuple[str, int]:
    """The table of open findings and how many groups it holds."""
    if not shown:
        return "", 0
    text = "| | file | worst finding | findings |\n|---|---|---|---:|\n"
    rows = 0
    for group in shown[:_ROWS]:
        worst = group.assessed[0].finding if group.assessed else None
        what = f"{worst.rule.id} ({worst.rule.severity}) {worst.message}" if worst else ""
        what = what or f"not examined: {group.skipped[0]}"
        row = (
            f"| {_MARK[group.verdict]} {verdict_word(group.verdict)} | {_heading(group.path)} "
            f"| {excerpt(what, 300)} | {len(group.assessed):,} |\n"
        )
        if len(text) + len(row) > room:
            break
        text += row
        rows += 1
    return text + "\n", rows


def _heading(path: str) -> str:
    return "The project" if path == "." else name(path)


def _details(group: Group) -> str:
    body = "".join(_finding(each) for each in group.assessed)
    body += "".join(f"- Not examined: {prose(reason)}\n" for reason in group.skipped)
    title = f"{_MARK[group.verdict]} {_heading(group.path)}"
    return f"<details><summary>{title}</summary>\n\n{body}\n</details>\n\n"


def _finding(assessed: Assessed) -> str:
    finding = assessed.finding
    rule = finding.rule
    lines = [
        f"**{rule.id} · {prose(rule.title)}** ({rule.severity}, {verdict_word(rule.verdict)}, "
        f"{finding.confidence} confidence)\n",
        f"{prose(finding.message)}\n",
        f"At {name(str(finding.location))}\n",
    ]
    shown = exhibits(finding.evidence)
    lines += [f"<pre>{_verbatim(each.text)}</pre>\n" for each in shown if each.code]
    facts = [f"{prose(each.label)}: {name(each.text)}" for each in shown if not each.code]
    if facts:
        lines.append(" · ".join(facts) + "\n")
    note = standing_note(assessed)
    if note:
        lines.append(f"{prose(note)}\n")
    lines.append(f"{prose(rule.reason)} **What to do.** {prose(rule.remedy)}\n")
    links = [_link(each.name, each.url) for each in references(finding)]
    if links:
        lines.append(f"{', '.join(links)}\n")
    return "\n".join(lines) + f"\nFingerprint <code>{finding.fingerprint}</code>\n\n"


def _verbatim(text: str) -> str:
    return escape(shorten(text, _CODE)).replace("@", "&#64;")


def _link(title: str, url: str) -> str:
    if not url.startswith("https://"):
        return name(title)
    return f'<a href="{escape(url)}">{prose(title)}</a>'


def _held(apart: list[Assessed]) -> str:
    if not apart:
        return ""
    rows = "".join(
        f"- {each.finding.rule.id} {name(str(each.finding.location))}: "
        f"{prose(standing_note(each))}\n"
        for each in apart[:_ROWS]
    )
    if len(apart) > _ROWS:
        rows += f"- and {len(apart) - _ROWS:,} more\n"
    title = f"{plural(len(apart), 'known finding')} held by the baseline or a waiver"
    return f"<details><summary>{title}</summary>\n\n{rows}\n</details>\n\n"


def _gaps(report: Report) -> str:
    gaps = [gap.text for gap in notifications(report) if not gap.path]
    rows = "".join(f"- {excerpt(gap, 500)}\n" for gap in gaps[:_ROWS])
    if len(gaps) > _ROWS:
        rows += f"- and {len(gaps) - _ROWS:,} more\n"
    return f"**Not examined**\n\n{rows}\n" if rows else ""


def _tail(report: Report, view: View) -> str:
    made = f"<sub>{counted(report)} · seamark {prose(report.tool_version)}, rules "
    made += prose(report.ruleset)
    if view.command:
        made += f" · {name(view.command)}"
    return made + "</sub>\n"
