"""All formats together: snapshots, determinism, laziness, and arbitrary hostile text."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from render.sample import Case, clean_case, make_case

from seamark.core.actors import Actor
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.policy import Assessed, Judgment, Standing
from seamark.core.reports import Coverage, FileReport, Report
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import ExitCode, Verdict
from seamark.render import FORMATS, View, render

SNAPSHOTS = Path(__file__).parent / "snapshots"
VIEW = View(verbose=True, width=100, command="seamark scan models --verbose")


def comparable(name: str, text: str) -> str:
    """What a snapshot holds: JSON indented, the style sheet and its hash left out."""
    if name in ("sarif", "gitlab"):
        return json.dumps(json.loads(text), indent=1) + "\n"
    if name == "html":
        text = re.sub(r"<style>.*?</style>", "<style>…</style>", text, flags=re.DOTALL)
        text = re.sub(r"sha256-[\w+/=]+", "sha256-…", text)
        return re.sub(r"(</(?:p|div|tr|h\d|li|dl|section|header|pre|article)>)", r"\1\n", text)
    return text


@pytest.mark.parametrize("name", FORMATS)
def test_snapshot(name: str, case: Case) -> None:
    found = comparable(name, render(name, case.report, case.judgment, view=VIEW))
    path = SNAPSHOTS / f"report.{name}"
    if os.environ.get("SEAMARK_UPDATE_SNAPSHOTS"):
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found, (
        "the output changed; look at the difference and, if it is meant, "
        "run the tests with SEAMARK_UPDATE_SNAPSHOTS=1"
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("count", [0, 1, 5000])
def test_any_number_of_clean_files(name: str, count: int) -> None:
    case = clean_case(count)
    text = render(name, case.report, case.judgment)
    assert text.endswith("\n")
    assert len(text) < 2_500_000


@pytest.mark.parametrize("name", FORMATS)
def test_same_input_same_bytes(name: str) -> None:
    one, other = make_case(), make_case()
    assert render(name, one.report, one.judgment, view=VIEW) == render(
        name, other.report, other.judgment, view=VIEW
    )


@pytest.mark.parametrize("name", ["text", "json", "junit", "html", "md"])
def test_judgment_of_another_report_is_refused(name: str, case: Case, clean: Case) -> None:
    with pytest.raises(ValueError, match="judgment"):
        render(name, case.report, clean.judgment)


@pytest.mark.parametrize("name", ["json", "text", "gitlab"])
def test_formats_of_the_scan_path_import_nothing_heavy(name: str) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from render.sample import make_case; from seamark.render import render\n"
        "case = make_case(); render(sys.argv[2], case.report, case.judgment)\n"
        "heavy = {'rich', 'pydantic', 'jinja2', 'yaml', 're2', 'urllib', 'xml'}\n"
        "heavy &= set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parents[1]), name], check=True
    )


def test_unknown_format() -> None:
    with pytest.raises(KeyError):
        render("yaml", clean_case(0).report, clean_case(0).judgment)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    [
        "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
        "</script></style></title></textarea><svg onload=alert(1)>",
        "]]>\x00\x0b\ufffe\ud800",
        "| a | b\n---\n# x\n- [x](javascript:a) ![i](https://e.example/i.png) @octocat #1",
        "```\n</pre></code></details>",
        "[red]x[/red] [link=https://evil.example]y[/link]",
        "{0} {{1}} [a](1)",
        "\u202e\u2066\u200b\u2028\u0085",
        "a" * 3000,
    ]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A report in which every string that a stranger chooses is arbitrary."""
    rule = Rule(
        id="TST001",
        title=draw(ANY_TEXT),
        severity=draw(st.sampled_from(Severity)),
        verdict=draw(st.sampled_from(Verdict)),
        reason="Because.",
        remedy="Do this.",
    )
    path = draw(ANY_TEXT)
    finding = Finding(
        rule=rule,
        message=draw(ANY_TEXT),
        location=Location(
            path=path,
            member=draw(ANY_TEXT),
            line=draw(st.none() | st.integers(1, 9)),
            offset=draw(st.none() | st.integers(0, 2**40)),
        ),
        evidence=draw(st.dictionaries(ANY_TEXT | st.just("call"), VALUE, max_size=3)),
    )
    found = with_fingerprints([finding])
    file = FileReport(
        path=path,
        digest=None,
        size=draw(st.integers(0, 2**50)),
        format=draw(ANY_TEXT),
        verdict=Verdict.HOSTILE,
        findings=found,
        coverage=Coverage(skipped=(draw(ANY_TEXT),), note=draw(ANY_TEXT)),
    )
    report = Report(
        target=draw(ANY_TEXT),
        tool_version="0.1.0",
        ruleset="1",
        started="2026-11-23T06:00:00Z",
        finished="2026-11-23T06:00:02Z",
        actor=Actor(draw(ANY_TEXT)),
        files=(file,),
        incomplete=(draw(ANY_TEXT),),
    )
    assessed = Assessed(
        finding=found[0],
        standing=draw(st.sampled_from(Standing)),
        owner=draw(ANY_TEXT),
        reason=draw(ANY_TEXT),
    )
    judgment = Judgment(exit_code=ExitCode.FAILED, exit_reason=draw(ANY_TEXT), assessed=(assessed,))
    return Case(report, judgment)


PAGE_TAGS = set(
    "html head meta title style body a header p strong code time main div svg path circle h1 dl "
    "dt dd rect ul li span b nav section h2 h3 h4 article pre details summary table caption thead "
    "tbody tr th td br wbr footer small".split()
)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_nothing_that_a_stranger_writes_gets_through(case: Case) -> None:
    view = View(verbose=True, command="seamark scan")
    outputs = {name: render(name, case.report, case.judgment, view=view) for name in FORMATS}
    for name, text in outputs.items():
        text.encode("utf-8")  # no lone surrogate anywhere
        allowed = {"\n"}
        unprintable = {char for char in text if not char.isprintable()} - allowed
        assert not unprintable, (name, unprintable)
    for name in ("json", "sarif", "gitlab"):
        assert outputs[name].isascii()
        json.loads(outputs[name], parse_constant=lambda name: pytest.fail(name))
    etree.fromstring(outputs["junit"].encode())
    page = lxml_html.document_fromstring(outputs["html"])
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)} <= PAGE_TAGS
    for element in page.iter():
        assert not [key for key in element.attrib if key.startswith("on") or key == "style"]
    assert len(outputs["md"]) <= 65_536


def test_every_format_is_documented() -> None:
    page = Path(__file__).parents[2] / "docs" / "reports.md"
    documented = set(re.findall(r"^\| `(\w+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == set(FORMATS)
