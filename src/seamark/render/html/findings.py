"""Findings on the page: a card a file, in it a part a rule, in it what was found where."""

from itertools import groupby

from seamark.core.findings import Finding
from seamark.core.policy import Assessed, Judgment
from seamark.core.reports import Report
from seamark.core.rules import Rule
from seamark.render.arrange import Group, groups, held
from seamark.render.exhibits import exhibits
from seamark.render.html.markup import Html, code_block, element, path
from seamark.render.html.summary import chip
from seamark.render.html.tables import table
from seamark.render.svg import bar
from seamark.render.words import (
    human_size,
    is_advisory,
    plural,
    references,
    standing_note,
    verdict_word,
)

CARDS = 200
"""Files whose findings are shown in full; the page of a large disaster must still open."""
EACH = 12
"""Findings of one rule in one file that are shown in full."""


def findings_section(report: Report, judgment: Judgment) -> Html:
    """Open findings, worst file first."""
    shown = groups(report, judgment)
    if not shown:
        return element("p", "No open findings.", class_="empty")
    cards = [_card(group) for group in shown[:CARDS]]
    left = shown[CARDS:]
    note = None
    if left:
        count = sum(len(group.assessed) for group in left)
        note = element(
            "p",
            f"{plural(len(left), 'more file')} with {plural(count, 'finding')} are not shown "
            "here to keep the page light. The table of files lists them, and the JSON report "
            "has every detail.",
            class_="note",
        )
    return element("div", _by_rule(judgment), cards, note)


def _by_rule(judgment: Judgment) -> Html | None:
    counts: dict[str, int] = {}
    rules: dict[str, Rule] = {}
    for each in judgment.assessed:
        if each.open:
            rule = each.finding.rule
            rules[rule.id] = rule
            counts[rule.id] = counts.get(rule.id, 0) + 1
    if len(counts) < 2:
        return None
    order = sorted(counts, key=lambda name: (-rules[name].severity.rank, -counts[name], name))
    most = max(counts.values())
    rows = [
        element(
            "tr",
            element("th", rule.id, scope="row"),
            element("td", rule.title, class_="wide"),
            element("td", chip(rule.severity.value, f"s-{rule.severity}")),
            element("td", f"{counts[name]:,}", class_="number"),
            element(
                "td",
                Html(bar(counts[name], most, color=rule.verdict.value, title=f"{counts[name]:,}")),
                class_="bar",
            ),
        )
        for name in order
        for rule in (rules[name],)
    ]
    head = [
        element("th", "Rule", scope="col"),
        element("th", "What it is", scope="col", class_="wide"),
        element("th", "Severity", scope="col"),
        element("th", "Found", scope="col", class_="number"),
        element("th", element("span", "Share", class_="unseen"), scope="col", class_="bar"),
    ]
    caption = element("caption", "Open findings by rule")
    thead, tbody = element("thead", element("tr", head)), element("tbody", rows)
    return element("div", element("table", caption, thead, tbody, class_="rules"), class_="scroll")


def _card(group: Group) -> Html:
    file = group.file
    facts = f"{file.format} · {human_size(file.size)}" if file else ""
    return element(
        "article",
        element(
            "header",
            element("h3", "The project" if group.path == "." else path(group.path)),
            element("p", chip(verdict_word(group.verdict), f"v-{group.verdict}"), " ", facts),
        ),
        [
            _rule_part(rule, list(members))
            for rule, members in groupby(group.assessed, key=lambda each: each.finding.rule)
        ],
        element(
            "div",
            element("h4", "Not examined"),
            element("ul", [element("li", reason) for reason in group.skipped]),
            class_="rule",
        )
        if group.skipped
        else None,
        class_=f"card v-{group.verdict}",
    )


def _rule_part(rule: Rule, members: list[Assessed]) -> Html:
    links = _links(rule, members)
    more = len(members) - EACH
    return element(
        "div",
        element(
            "h4",
            chip(rule.severity.value, f"s-{rule.severity}"),
            element("span", rule.id, class_="id"),
            element("span", rule.title),
        ),
        [_found(each) for each in members[:EACH]],
        element("p", f"And {more:,} more like these; the JSON report has them.", class_="note")
        if more > 0
        else None,
        element(
            "dl",
            element("div", element("dt", "Why it matters"), element("dd", rule.reason)),
            element("div", element("dt", "What to do"), element("dd", rule.remedy)),
            class_="advice",
        ),
        links,
        class_="rule",
    )


def _found(assessed: Assessed) -> Html:
    finding = assessed.finding
    note = standing_note(assessed)
    sure = finding.confidence.value
    place = _place(finding)
    return element(
        "div",
        element("p", finding.message, class_="message"),
        [code_block(each.text) for each in exhibits(finding.evidence) if each.code],
        element("p", note, class_="note") if note else None,
        element(
            "p",
            place,
            None if sure == "high" else element("span", f"{sure} confidence", class_="tag"),
            class_="place",
        )
        if place or sure != "high"
        else None,
        _evidence(finding),
        class_="found",
    )


def _place(finding: Finding) -> Html:
    where = finding.location
    parts = [element("span", "in ", path(where.member))] if where.member else []
    if where.line is not None:
        column = f", column {where.column:,}" if where.column is not None else ""
        parts.append(element("span", f"line {where.line:,}{column}"))
    if where.offset is not None:
        parts.append(element("span", f"byte {where.offset:,} ({where.offset:#x})"))
    return Html(" · ".join(parts))


def _evidence(finding: Finding) -> Html:
    facts = [(each.label, each.text) for each in exhibits(finding.evidence) if not each.code]
    facts.append(("fingerprint", finding.fingerprint))
    rows = [
        element("div", element("dt", label), element("dd", element("code", text)))
        for label, text in facts
    ]
    title = "Evidence and fingerprint" if len(rows) > 1 else "Fingerprint"
    return element("details", element("summary", title), element("dl", rows))


def _links(rule: Rule, members: list[Assessed]) -> Html | None:
    found = {each.name: each for member in members for each in references(member.finding)}
    if not found:
        return None
    ordered = sorted(found.values(), key=lambda each: not is_advisory(each))
    items = [
        element(
            "li",
            # Only what leads to a web page is a link: a check may carry any string.
            element("a", each.name, href=each.url, rel="noopener noreferrer")
            if each.url.startswith(("https://", "http://"))
            else each.name,
            class_="advisory" if is_advisory(each) else None,
        )
        for each in ordered
    ]
    return element("ul", items, class_="links", aria_label=f"References for {rule.id}")


def held_section(report: Report, judgment: Judgment) -> Html | None:
    """Findings that a baseline or a waiver holds: known, owned, and not forgotten."""
    apart = held(report, judgment)
    if not apart:
        return None
    rows = [
        (
            each.finding.rule.id,
            element("span", path(str(each.finding.location)), element("br"), each.finding.message),
            chip(each.finding.rule.verdict.value, f"v-{each.finding.rule.verdict}"),
            standing_note(each),
        )
        for each in apart[: CARDS * 2]
    ]
    more = len(apart) - len(rows)
    note = f"{plural(more, 'more finding')} not shown; the JSON report has them." if more else None
    return element(
        "div",
        element("p", "These do not fail the run. They age with an owner.", class_="quiet"),
        table(("Rule", "What and where", "Verdict", "Why it is held"), rows),
        element("p", note, class_="note") if note else None,
    )
