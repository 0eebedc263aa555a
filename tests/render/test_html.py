"""The HTML page without a browser: what it says, what it forbids, how large it gets."""

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import html as lxml_html
from render.sample import Case, clean_case

from seamark.core.policy import Assessed, Standing
from seamark.core.verdicts import Verdict
from seamark.render import View, render
from seamark.render.html.markup import Html, element, join

VIEW = View(command="seamark scan models --format html")


def page(case: Case) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(render("html", case.report, case.judgment, view=VIEW))


def text_of(case: Case) -> str:
    text: str = page(case).text_content()
    return text


def test_verdict_comes_first_in_plain_words(case: Case) -> None:
    [title] = page(case).xpath("//h1")
    assert title.text_content() == "2 files must not be loaded"


def test_everything_a_finding_says_is_there(case: Case) -> None:
    text = text_of(case)
    for part in (
        "Loading calls os.system with a command.",
        "os.system('echo seamark </script><img src=x> \\x1b[2J | ``` \\u202e')",
        "byte 42 (0x2a)",
        "line 3, column 17",
        "medium confidence",
        "Loading the file runs the call",
        "Ask its source for weights in safetensors.",
        "CVE-2025-32434",
        "671a42c4174c4eb70493a9f05afb2fdb",
        "Reopened, the waiver expired on 2026-10-01 (cy): Until the release.",
        "Waived until 2027-01-31 (bo): Ours | <b>own</b> class.",
        "In the baseline since 2026-09-01 (dee)",
        "a.zst: zstandard is absent",
        "The check 'deps' did not run: no lock file <found>.",
        "seamark scan models --format html",
        "os:ana (as the operating system says, not authenticated)",
        "2026.11",
    ):
        assert part in text


def test_held_findings_are_apart(case: Case) -> None:
    tree = page(case)
    assert "acme.old.Thing" not in tree.get_element_by_id("findings").text_content()
    assert "acme.old.Thing" in tree.get_element_by_id("held").text_content()


def test_policy_allows_only_the_one_style(case: Case) -> None:
    tree = page(case)
    [policy] = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    [style] = tree.xpath("//style/text()")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_fetched(case: Case) -> None:
    tree = page(case)
    tags = {each.tag for each in tree.iter() if isinstance(each.tag, str)}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "video", "form"}
    assert not tree.xpath("//@src | //@srcset | //@style | //@action")
    [style] = tree.xpath("//style/text()")
    assert not re.search(r"url\(|@import|@font-face|expression", style)
    for link in tree.xpath("//a/@href"):
        assert link.startswith(("#", "https://"))


def test_links_lead_to_the_web_or_nowhere(case: Case) -> None:
    file = case.report.files[3]
    bad = replace(file.findings[0].rule.references[0], url="javascript:alert(1)")
    rule = replace(file.findings[0].rule, references=(bad,))
    finding = replace(file.findings[0], rule=rule)
    report = replace(case.report, files=(replace(file, findings=(finding,)),), findings=())
    judgment = replace(case.judgment, assessed=(Assessed(finding=finding, standing=Standing.NEW),))
    assert "javascript:alert" not in render("html", report, judgment)


def test_landmarks_and_headings(case: Case) -> None:
    tree = page(case)
    for tag in ("main", "h1", "footer", "nav"):
        assert len(tree.xpath(f"//{tag}")) == 1
    levels = [int(each.tag[1]) for each in tree.xpath("//h1|//h2|//h3|//h4")]
    assert all(next_ <= level + 1 for level, next_ in pairwise(levels))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for link in tree.xpath("//a[starts-with(@href, '#')]/@href"):
        assert link[1:] in ids
    assert tree.get("lang") == "en"
    for table in tree.xpath("//table"):
        assert table.xpath(".//th[@scope='col']")
        assert table.xpath(".//th[@scope='row']")
    for plot in tree.xpath("//svg[@role='img']"):
        assert plot.get("aria-label")


@pytest.mark.parametrize("count", [0, 1, 5000])
def test_clean_files(count: int) -> None:
    case = clean_case(count)
    text = render("html", case.report, case.judgment)
    assert "No open findings." in text
    rows = len(page(case).xpath("//table[contains(@class, 'files')]/tbody/tr"))
    assert rows == min(count, 500)
    assert ("4,500 clean files are not listed here" in text) == (count == 5000)
    assert len(text) < 300_000


def test_a_disaster_still_opens(case: Case) -> None:
    """4,000 hostile files of 100 findings each, and every cut is said."""
    hostile = case.report.files[4]
    finding = hostile.findings[0]
    files = tuple(
        replace(hostile, path=f"m/{number}.pkl", findings=(finding,) * 100)
        for number in range(4000)
    )
    each = Assessed(finding=finding, standing=Standing.NEW)
    report = replace(case.report, files=files, findings=())
    judgment = replace(case.judgment, assessed=(each,) * 400_000)
    text = render("html", report, judgment)
    assert len(text) < 5_000_000
    assert "3,800 more files with 380,000 findings are not shown" in text
    assert "And 88 more like these" in text
    assert "2,000 other files are not listed here" in text


def test_colors_follow_the_outcome(clean: Case) -> None:
    [banner] = page(clean).xpath("//div[contains(@class, 'banner')]/@class")
    assert f"v-{Verdict.CLEAN}" in banner.split()


def test_markup_escapes_whatever_is_not_markup() -> None:
    assert element("p", "<b>", Html("<i></i>"), None, class_='"x"') == (
        '<p class="&quot;x&quot;">&lt;b&gt;<i></i></p>'
    )
    assert join(["a&", ["\x1b"]]) == "a&amp;\\x1b"
    assert element("br") == "<br>"
    assert element("td", data_label="a\nb") == '<td data-label="a\\nb"></td>'


def test_what_was_excluded_stands_beside_what_was_examined(clean: Case) -> None:
    report = replace(clean.report, attributes={"excluded": ["venv", "old"]})
    text = render("html", report, clean.judgment)
    assert "planned was examined, and this was left out or shortened on purpose:" in text
    assert "Excluded and not examined: venv, old." in text
