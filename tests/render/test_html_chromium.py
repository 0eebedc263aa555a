"""The HTML page in a real browser: no errors, no requests, narrow screens, contrast, paper."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from render.sample import Case, clean_case

from seamark.render import View, render

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="apt-get install chromium")

CONTRAST = """() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const linear = value => (value /= 255) <= 0.03928 ? value / 12.92
    : Math.pow((value + 0.055) / 1.055, 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = element => {
    for (; element; element = element.parentElement) {
      const color = numbers(getComputedStyle(element).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = []; let seen = 0;
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest('svg') || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(numbers(style.color)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    seen += 1;
    if (ratio < 4.5) poor.push([element.className || element.tagName, ratio]);
  }
  return [seen, poor];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        made = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield made
        made.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    from render.sample import make_case

    return write(tmp_path_factory.mktemp("page"), make_case())


def write(folder: Path, case: Case) -> str:
    view = View(command="seamark scan models " + "--exclude very-long-name " * 20)
    page = folder / "report.html"
    page.write_text(render("html", case.report, case.judgment, view=view), encoding="utf-8")
    return page.as_uri()


def test_no_errors_and_no_requests(browser: Any, address: str) -> None:
    page = browser.new_page()
    requests, messages = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert requests == [address]
    assert messages == []
    page.close()


def test_scripts_and_smuggled_styles_are_refused(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    with pytest.raises(playwright.Error, match="Content Security Policy"):
        page.add_style_tag(content="body { display: none }")
    shown = page.evaluate(
        """() => { const script = document.createElement('script');
        script.textContent = 'window.ran = 1'; document.body.append(script);
        return window.ran === undefined; }"""
    )
    assert shown
    page.close()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_horizontal_overflow(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_aa(browser: Any, address: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    seen, poor = page.evaluate(CONTRAST)
    assert seen > 100
    assert poor == []
    page.close()


def test_schemes_differ(browser: Any, address: str) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert len(grounds) == 2


def test_paper(browser: Any, address: str) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    page.emulate_media(media="print")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"  # also where the screen is dark
    assert not page.locator("nav").is_visible()
    seen, poor = page.evaluate(CONTRAST)
    assert seen > 100
    assert poor == []
    assert page.evaluate("getComputedStyle(document.querySelector('pre')).whiteSpace") == "pre-wrap"
    # What is folded on the screen is open on paper.
    heights = page.evaluate("[...document.querySelectorAll('details dl')].map(e => e.offsetHeight)")
    assert heights
    assert min(heights) > 0
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


def test_details_open_by_keyboard(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    details = page.locator("details").first
    assert details.get_attribute("open") is None
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    assert details.get_attribute("open") is not None
    page.close()


def test_five_thousand_files(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(write(tmp_path, clean_case(5000)))
    assert page.locator("table.files tbody tr").count() == 500
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
