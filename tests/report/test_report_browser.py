"""The page in a browser: it loads nothing and complains of nothing, on a desk, a phone, paper, and by keyboard alone.

Chromium is installed by `install_chromium.sh` where continuous integration runs as root; else the test needs it there.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from lensim.report.html import render
from lensim.report.page import Page, PageTable, Section, Tile
from tests.report.chromium import Tab, chromium
from tests.report.test_report_html import drawn, whole

INSTALLER = Path(__file__).with_name("install_chromium.sh")
FOCUSED = "document.activeElement"
PHONE = 390


def long_page() -> Page:
    """The page of the other tests, with a wide table, a long one, and a name without a place to break it."""
    wide = pd.DataFrame({f"column_{i}": [1.2345, 2.0] for i in range(25)})
    wide.insert(0, "line", ["A" * 120, "b"])
    long = pd.DataFrame({"n": range(60), "cell": ["lastcell" if i == 59 else "x" for i in range(60)]})
    tables = (PageTable(wide, "Wide"), PageTable(long, "Long"))
    more = Section("more", "W" * 80, findings=("word " * 40, "x" * 200), tables=tables, pictures=(drawn("second"),))
    first = whole()
    return Page(first.title, first.lead, (*first.tiles, Tile("3", "results")), (*first.sections, more), first.made)


@pytest.fixture(scope="module")
def tab(tmp_path_factory) -> Iterator[Tab]:
    if shutil.which("chromium") is None and os.environ.get("CI"):
        done = subprocess.run(["bash", str(INSTALLER)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(
                f"no page was opened: {(done.stderr.strip().splitlines() or ['Chromium was not installed'])[-1]}"
            )
    if shutil.which("chromium") is None:
        pytest.skip("no page was opened: there is no Chromium; tests/report/install_chromium.sh installs it on Debian")
    folder = tmp_path_factory.mktemp("browser")
    (folder / "page.html").write_text(render(long_page()), encoding="utf-8")
    with chromium(folder) as opened:
        opened.screen(1280, 900)
        opened.media()
        opened.open(folder / "page.html")
        yield opened


def test_nothing_is_said_on_the_console_and_nothing_is_loaded(tab):
    assert tab.console == []
    assert [one for one in tab.requests if not one.startswith("data:")] == [tab.value("location.href")]
    assert tab.value("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


def test_the_policy_of_the_page_stops_what_would_be_loaded(tab):
    # the check of the network can fail: a picture from elsewhere is refused, and the console says so
    tab.value("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/a.png'}))")
    tab.call("Runtime.evaluate", expression="new Promise(done => setTimeout(done, 300))", awaitPromise=True)
    assert any("Content Security Policy" in said for said in tab.console)
    assert tab.requests[-1] == "http://127.0.0.1:9/a.png"
    assert tab.refused == ["csp"]
    tab.value("document.body.lastChild.remove()")


@pytest.mark.parametrize(("width", "is_phone"), [(PHONE, True), (320, True), (768, False), (1280, False)])
def test_no_page_is_scrolled_sideways(tab, width, is_phone):
    tab.screen(width, 844, is_phone=is_phone)
    tab.media()
    tab.value("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert tab.value("innerWidth") == width  # a phone would zoom out of a page that is too wide
    # the wide table scrolls in its own place
    assert tab.value("[...document.querySelectorAll('.scroll')].some(one => one.scrollWidth > one.clientWidth)")
    tab.value("document.querySelectorAll('details').forEach(one => one.open = false)")


def test_letters_are_large_enough_on_a_phone(tab):
    tab.screen(PHONE, 844, is_phone=True)
    assert tab.value("parseFloat(getComputedStyle(document.body).fontSize)") >= 16
    sizes = "[...document.querySelectorAll('p,li,td,th,summary')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    smallest = f"Math.min(...{sizes})"
    assert tab.value(smallest) >= 12


def test_the_keyboard_reaches_everything_in_order_and_is_seen(tab):
    tab.screen(1280, 900)
    tab.value("window.scrollTo(0, 0); document.activeElement.blur()")
    seen, outlines = [], []
    for _ in range(60):
        tab.press("Tab")
        seen.append(tab.value(f"{FOCUSED}.getAttribute('href') || {FOCUSED}.className || {FOCUSED}.tagName"))
        outlines.append(tab.value(f"parseFloat(getComputedStyle({FOCUSED}).outlineWidth)"))
        if seen[-1] == "BODY" or seen.count("#content") == 2:
            break
    reached = seen[: len(seen) - 1]
    assert reached[0] == "#content"
    assert reached[1:5] == ["#outer", "#inner", "#gone", "#more"]
    assert "scroll" in reached
    assert min(outlines[: len(reached)]) >= 2
    # a table in focus is moved by the arrow keys
    tab.value("document.querySelector('#more .scroll').focus()")
    tab.press("ArrowRight")
    tab.call("Runtime.evaluate", expression="new Promise(done => setTimeout(done, 500))", awaitPromise=True)
    assert tab.value("document.querySelector('#more .scroll').scrollLeft") > 0


def test_the_link_that_skips_leads_to_the_content(tab):
    tab.value("window.scrollTo(0, 0); document.activeElement.blur(); document.querySelector('.skip').focus()")
    assert tab.value("document.querySelector('.skip').getBoundingClientRect().top") >= 0
    tab.press("Enter")
    assert tab.value("location.hash") == "#content"
    assert tab.value(f"{FOCUSED}.id") == "content"


# WCAG 2.2, 1.4.3: relative luminance of sRGB, and the ratio of text to what lies below it
CONTRASTS = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d');
  const rgb = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
                          return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(x => x / 255)
                         .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const below = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
                         if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const texts = 'h1,h2,h3,p,a,li,dt,dd,th,td,caption,summary,.mark,.remark,pre,figcaption';
  const worst = [...document.querySelectorAll(texts)]
    .filter(e => e.checkVisibility() && e.textContent.trim())
    .map(e => { const a = light(rgb(getComputedStyle(e).color)), b = light(below(e));
                return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.tagName + '.' + e.className]; })
    .sort((x, y) => x[0] - y[0])[0];
  return worst;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_by_day_and_by_night(tab, scheme):
    tab.screen(1280, 900)
    tab.media(scheme=scheme)
    ratio, where = tab.value(CONTRASTS)
    assert ratio >= 4.5, where
    paper = tab.value("getComputedStyle(document.body).backgroundColor")
    is_dark = sum(map(int, re.findall(r"\d+", paper)[:3])) < 300
    assert is_dark == (scheme == "dark")
    tab.media()


def test_text_that_does_not_stand_out_is_noticed(tab):
    tab.value("document.querySelector('main p').style.color = '#aaa'")
    assert tab.value(CONTRASTS)[0] < 4.5
    tab.value("document.querySelector('main p').style.color = ''")


def test_on_paper_folded_tables_are_unfolded_and_the_contents_are_gone(tab):
    tab.screen(1280, 900)
    tab.media("print")
    assert tab.value("[...document.querySelectorAll('td')].find(e => e.textContent === 'lastcell').checkVisibility()")
    assert not tab.value("document.querySelector('nav').checkVisibility()")
    tab.media()
    pdf = tab.pdf()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
