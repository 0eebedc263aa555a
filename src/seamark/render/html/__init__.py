"""The report as one HTML page: no script, nothing fetched, light and dark, fit for paper."""

import base64
import hashlib
from importlib.resources import files

from seamark.core.policy import Judgment
from seamark.core.reports import Report
from seamark.render.html.findings import findings_section, held_section
from seamark.render.html.icons import MARK
from seamark.render.html.inventory import (
    coverage_section,
    dependencies_section,
    files_section,
    models_section,
    reproduce_section,
)
from seamark.render.html.markup import Html, element, join
from seamark.render.html.summary import banner, numbers
from seamark.render.view import View
from seamark.render.words import headline

__all__ = ["render"]


def render(report: Report, judgment: Judgment, *, view: View = View()) -> str:
    """The whole page. Its policy forbids every script and every request."""
    css = files(__name__).joinpath("style.css").read_text(encoding="utf-8")
    sections = (
        ("findings", "Findings", findings_section(report, judgment)),
        ("held", "Known findings", held_section(report, judgment)),
        ("coverage", "Coverage", coverage_section(report, judgment)),
        ("models", "Models", models_section(report)),
        ("dependencies", "Dependencies", dependencies_section(report)),
        ("files", "Files", files_section(report)),
        ("reproduce", "Run it again", reproduce_section(report, view)),
    )
    present = [section for section in sections if section[2]]
    links = [element("li", element("a", title, href=f"#{name}")) for name, title, _ in present]
    body = element(
        "body",
        element("a", "Skip to the findings", href="#main", class_="skip"),
        _header(report),
        element(
            "main",
            banner(report, judgment),
            numbers(report, judgment),
            element("nav", element("ul", links), aria_label="On this page"),
            [
                element("section", element("h2", title, id=f"{name}-title"), content,
                        id=name, aria_labelledby=f"{name}-title")
                for name, title, content in present
            ],
            id="main",
        ),
        _footer(report),
    )  # fmt: skip
    return f"<!doctype html>\n{element('html', _head(report, judgment, css), body, lang='en')}\n"


def _head(report: Report, judgment: Judgment, css: str) -> Html:
    # The style is named by its hash, so a style smuggled in with a file name would not apply.
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    content_type = {"http_equiv": "Content-Security-Policy", "content": policy}
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", **content_type),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{headline(report, judgment)} · {report.target} · Seamark"),
        Html(f"<style>{css}</style>"),
    )


def _header(report: Report) -> Html:
    return element(
        "header",
        element("p", MARK, element("strong", "Seamark"), " security report", class_="brand"),
        element(
            "p",
            element("code", report.target),
            " · ",
            element("time", _day(report.started), datetime=report.started),
            class_="about",
        ),
        class_="top",
    )


def _footer(report: Report) -> Html:
    return element(
        "footer",
        element(
            "p",
            join(["Written by Seamark ", report.tool_version, ", rules ", report.ruleset, ". "]),
            "This page holds no script and loads nothing.",
        ),
    )


def _day(moment: str) -> str:
    return moment.replace("T", " ").replace("Z", " UTC")
