"""Makes docs/images/report-{light,dark,print}.png from an HTML report, in headless Chromium.

    seamark scan examples/support --format html --output report.html
    python docs/screenshots.py report.html

Needs Playwright for Python, and chromium and pdftoppm (poppler-utils) on PATH. No browser is
downloaded, and the page itself may not load anything.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

LIMIT = 300_000
"""Bytes of one image: the repository carries them forever."""
SIZE = {"width": 1100, "height": 1375}


def program(*names: str) -> str:
    """The first of these programs that is installed."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    sys.exit(f"{names[0]} is not installed; try: apt-get install {names[0]}")


def screen(browser: Browser, report: Path, scheme: str, target: Path) -> None:
    """The top of the page as it looks on a screen."""
    page = browser.new_page(viewport=SIZE, color_scheme=scheme)
    page.goto(report.as_uri())
    page.screenshot(path=target)
    page.close()


def paper(browser: Browser, report: Path, target: Path) -> None:
    """The first sheet as it is printed on A4."""
    page = browser.new_page()
    page.goto(report.as_uri())
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "report.pdf"
        page.pdf(path=sheet, format="A4", print_background=True, prefer_css_page_size=True)
        subprocess.run(
            [program("pdftoppm", "poppler-utils"), "-png", "-singlefile", "-r", "110", "-l", "1",
             str(sheet), str(target.with_suffix(""))],
            check=True,
        )  # fmt: skip
    page.close()


def main() -> None:
    """Write the three images and refuse any that is too large."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path, help="HTML report")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "images")
    arguments = parser.parse_args()
    report = arguments.report.resolve(strict=True)
    folder = arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    images = {name: folder / f"report-{name}.png" for name in ("light", "dark", "print")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium", "chromium-browser", "google-chrome"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        screen(browser, report, "light", images["light"])
        screen(browser, report, "dark", images["dark"])
        paper(browser, report, images["print"])
        browser.close()
    for image in images.values():
        size = image.stat().st_size
        print(f"{image} {size:,} bytes")
        if size > LIMIT:
            sys.exit(f"{image} is larger than {LIMIT:,} bytes")


if __name__ == "__main__":
    main()
