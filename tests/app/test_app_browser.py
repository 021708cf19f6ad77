"""The page in a browser: nothing leaves the machine, nothing old is shown as new, and everyone can use it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.app.serving import Served, served

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 120_000
FINAL_MS = 600_000
# of the answer that stands on the page
NEW = '#room-plan .answers .answer[data-old="false"]'
OLD = '#room-plan .answers .answer[data-old="true"]'
# what is on the page at the moment in which a control moves: a new answer may be there a quarter of a second later
SLIDE_AND_LOOK = """(range, [value, old]) => {
    range.value = value;
    range.dispatchEvent(new Event('input', { bubbles: true }));
    const curve = getComputedStyle(document.querySelector('#plan-curve'));
    const note = document.querySelector(`${old} > .old-note`);
    return [curve.display, curve.opacity, note !== null && note.checkVisibility() && note.innerText];
}"""
ALERT = "#plan-fault [role=alert]"
# nothing in the room is of former fields any more, the simulated study neither
ALL_NEW = """() => !document.querySelector('#room-plan [data-old="true"], html.shiny-busy')"""
SERIOUS = ("serious", "critical")

playwright = pytest.importorskip("playwright.sync_api", reason="no page was opened: playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no page was opened: there is no {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("app")) as started:
        yield started


@pytest.fixture(scope="module")
def context(page) -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM))
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        context.set_default_timeout(PATIENCE_MS)
        context.asked, context.said = [], []  # type: ignore[attr-defined]
        context.on("request", lambda request: context.asked.append(request.url))
        context.on("console", lambda message: context.said.append(message.text))
        context.on("weberror", lambda error: context.said.append(str(error.error)))
        first = context.new_page()
        first.goto(page.address)
        first.wait_for_selector(f"{NEW} #plan-curve svg.chart")
        yield context
        browser.close()


@pytest.fixture
def tab(context) -> Any:
    tab = context.pages[0]
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(color_scheme="light")
    return tab


def slide(tab: Any, name: str, value: float) -> None:
    tab.eval_on_selector(
        f"#plan-{name}",
        "(range, value) => { range.value = value; range.dispatchEvent(new Event('input', { bubbles: true })); }",
        value,
    )


def test_a_curve_and_its_words_are_there(tab):
    assert "Power against the number of patients" in tab.get_attribute("#plan-curve svg.chart", "aria-label")
    assert "With 6 patients" in tab.inner_text("[role=status]")


def test_an_answer_is_old_at_once_and_stays_so_until_the_new_one_is_there(tab):
    for number in (9, 5):
        display, opacity, note = tab.eval_on_selector("#plan-number", SLIDE_AND_LOOK, [number, OLD])
        assert (display, opacity) == ("block", "0.45")
        assert "Of the former fields" in note
        tab.wait_for_selector(NEW)
        assert tab.evaluate("getComputedStyle(document.querySelector('#plan-curve')).opacity") == "1"
        assert f"Chosen: {number} patients" in tab.inner_text(f"{NEW} figcaption")
        tab.wait_for_function(
            "number => document.querySelector('[role=status]').innerText.includes(`With ${number} patients`)",
            arg=number,
        )


def test_a_field_that_comes_back_to_what_it_was_leaves_the_answer_as_it_was(tab):
    tab.wait_for_selector(NEW)
    before = tab.inner_text(f"{NEW} figcaption")
    slide(tab, "goal", 90)
    *_, note = tab.eval_on_selector("#plan-goal", SLIDE_AND_LOOK, [80, OLD])
    assert "Of the former fields" in note
    tab.wait_for_function(ALL_NEW)
    assert tab.inner_text(f"{NEW} figcaption") == before


def test_a_fault_is_told_in_the_room_and_goes_with_its_cause(tab):
    tab.fill("#plan-effect", "0")
    tab.wait_for_selector(ALERT)
    assert "Effect must be above 0, got 0" in tab.inner_text(ALERT)
    assert tab.query_selector(OLD)
    tab.fill("#plan-effect", "200")
    tab.wait_for_selector(ALERT, state="detached")
    tab.wait_for_selector(NEW)


def test_work_is_stopped_and_goes_on(tab):
    slide(tab, "spread", 0.85)
    tab.wait_for_selector(NEW)
    tab.click("#plan-stop")
    tab.wait_for_selector("text=Stopped: the numbers are as precise")
    tab.click("#plan-go_on")
    tab.wait_for_selector("text=more are simulated")
    slide(tab, "spread", 0.7)
    tab.wait_for_selector(NEW)


def test_another_study_can_be_looked_at(tab):
    tab.wait_for_selector("text=Simulated study 1")
    tab.click("#plan-another")
    tab.wait_for_selector("text=Simulated study 2")


def test_only_the_controls_of_the_design_are_shown(tab):
    assert tab.is_visible("#plan-experiments")
    assert not tab.is_visible("#plan-doses")
    tab.select_option("#plan-design", "groups")
    assert not tab.is_visible("#plan-experiments")
    tab.wait_for_selector(NEW)
    assert "patients in each group" in tab.inner_text(f"{NEW} figcaption")
    tab.select_option("#plan-design", "expression")
    tab.wait_for_selector(NEW)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_is_for_everyone(tab, width, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=theme)
    tab.wait_for_function(ALL_NEW)
    tab.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
    assert tab.get_attribute("html", "data-theme") == theme
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.wait_for_function(ALL_NEW)
    found = axe.Axe().run(tab).response["violations"]
    grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]
    assert grave == []


def test_the_switch_between_light_and_dark_is_kept_over_a_reload(tab):
    tab.click("#theme")
    assert tab.get_attribute("html", "data-theme") == "dark"
    assert tab.get_attribute("#theme", "aria-pressed") == "true"
    tab.reload()
    tab.wait_for_selector(f"{NEW} svg.chart")
    assert tab.get_attribute("html", "data-theme") == "dark"
    tab.click("#theme")
    assert tab.get_attribute("html", "data-theme") == "light"


def test_every_control_is_reached_by_the_keyboard(tab):
    tab.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.id"))
    shown = tab.eval_on_selector_all(
        "#room-plan .lensim-field", "all => all.filter(one => one.checkVisibility()).map(one => one.id)"
    )
    assert len(shown) > 8
    assert set(shown) <= reached
    tab.focus("#plan-number")
    before = tab.input_value("#plan-number")
    tab.keyboard.press("ArrowRight")
    assert int(tab.input_value("#plan-number")) == int(before) + 1
    tab.wait_for_selector(NEW)


def test_the_last_answer_is_handed_out(tab):
    slide(tab, "number", 6)
    tab.select_option("#plan-design", "ratios")
    tab.wait_for_selector("#plan-toml[href]", timeout=FINAL_MS)
    for name, starts in (("toml", b"# lensim plan next.toml"), ("workbook", b"PK"), ("report", b"<!doctype html>")):
        with tab.expect_download() as coming:
            tab.click(f"#plan-{name}")
        content = Path(coming.value.path()).read_bytes()
        assert content.lstrip().lower().startswith(starts.lower())
    tab.select_option("#plan-design", "expression")


def test_pages_do_not_wait_for_each_other_and_end_their_work(context, page):
    other = context.new_page()
    other.goto(f"http://127.0.0.1:{page.port}/")
    other.wait_for_selector(f"{NEW} svg.chart")
    slide(other, "effect", 300)
    other.close()
    first = context.pages[0]
    slide(first, "number", 7)
    first.wait_for_selector(NEW)


def test_nothing_was_asked_of_another_machine_and_nothing_was_complained_of(context, page):
    time.sleep(0.5)
    hosts = {urlsplit(url).netloc for url in context.asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {f"127.0.0.1:{page.port}"}
    assert context.said == []


def test_another_browser_stays_outside(context, page):
    other = context.browser.new_context()
    tab = other.new_page()
    assert tab.goto(page.address).status == 403
    assert "start it again" in tab.inner_text("body")
    other.close()
