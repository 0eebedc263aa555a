"""The pull-request comment, read back with a real Markdown parser."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from render.sample import Case

from seamark.core.policy import Assessed, Standing
from seamark.core.verdicts import ExitCode, Verdict
from seamark.render import View, render
from seamark.render.defuse import name, prose
from seamark.render.markdown import LIMIT

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = set(
    "html body h3 p strong table thead tbody tr th td details summary code pre a ul li".split()
)


def page(text: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(PARSER.render(text) or "<p></p>")


def many(case: Case, count: int) -> Case:
    """The sample with its hostile file ``count`` times under different names."""
    hostile = case.report.files[4]
    files, assessed = [], []
    for number in range(count):
        path = f"models/{number:05}-{'x' * 150}.pkl"
        place = replace(hostile.findings[0].location, path=path)
        finding = replace(hostile.findings[0], location=place)
        files.append(replace(hostile, path=path, findings=(finding,)))
        assessed.append(Assessed(finding=finding, standing=Standing.NEW))
    return Case(
        replace(case.report, files=tuple(files), findings=()),
        replace(case.judgment, assessed=tuple(assessed)),
    )


def test_only_our_elements_come_out(case: Case) -> None:
    tree = page(render("md", case.report, case.judgment, view=View(command="seamark scan `x`")))
    tags = {each.tag for each in tree.iter() if isinstance(each.tag, str)}
    assert tags <= OURS | {"sub"}
    assert {each.get("href", "").split("/")[2] for each in tree.iter("a")} == {
        "cwe.mitre.org", "atlas.mitre.org", "nvd.nist.gov", "github.com",
    }  # fmt: skip
    rows = tree.xpath("//table[2]/tbody/tr")
    assert len(rows) == 5
    assert all(len(row) == 4 for row in rows)
    assert "<script>alert(1)</script>`@everyone`|[link](javascript:x)" in rows[1][1].text_content()


def test_mentions_stand_only_in_code(case: Case) -> None:
    tree = page(render("md", case.report, case.judgment))
    for code in tree.xpath("//code | //pre"):
        code.clear(keep_tail=True)
    assert not re.search(r"@\w", tree.text_content())


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_prose_is_only_text(text: str) -> None:
    tree = page(f"{prose(text)}\n")
    assert {each.tag for each in tree.iter()} <= {"html", "body", "p"}


@given(st.text(st.sampled_from("*_`~[]()<>!#-+.1=|\\&;:@/wW a"), max_size=30))
@settings(max_examples=300, deadline=None)
def test_syntax_is_only_text(text: str) -> None:
    tree = page(f"| {prose(text)} | {name(text)} |\n|---|---|\n\n{prose(text)}\n")
    inside = {each.tag for each in tree.iter()}
    assert inside <= {"html", "body", "p", "table", "thead", "tr", "th", "code"}
    cells = tree.xpath("//th")
    assert len(cells) == 2
    assert cells[1].text_content() == text.strip() or " " in text


def test_sigils_are_parted_from_their_words() -> None:
    assert prose("@octocat #12 :tada: a: b") == (
        "&#64;&#8203;octocat &#35;&#8203;12 &#58;&#8203;tada&#58; a&#58; b"
    )
    assert prose("www.example.org") == "www&#46;example.org"
    assert prose("1. x") == "1&#46; x"


def test_long_reports_are_cut_and_say_so(case: Case) -> None:
    crowd = many(case, 3000)
    text = render("md", crowd.report, crowd.judgment)
    assert len(text) <= LIMIT
    assert "This comment is cut to fit." in text
    rows = len(page(text).xpath("//table[2]/tbody/tr"))
    assert f"The table shows {rows:,} of 3,000 entries" in text
    assert text.count("<details>") == text.count("</details>") > 0


def test_short_reports_are_whole(case: Case, clean: Case) -> None:
    assert "cut to fit" not in render("md", case.report, case.judgment)
    text = render("md", clean.report, clean.judgment)
    assert text.startswith("<!-- seamark-report -->\n### ✅ Seamark: 3 files examined")
    assert "<details>" not in text


def test_nothing_examined_is_not_green(clean: Case) -> None:
    report = replace(clean.report, files=())
    judgment = replace(clean.judgment, exit_code=ExitCode.INCOMPLETE, exit_reason="Nothing found.")
    text = render("md", report, judgment)
    assert "### ❔ Seamark: Nothing was examined" in text
    assert Verdict.CLEAN not in text
