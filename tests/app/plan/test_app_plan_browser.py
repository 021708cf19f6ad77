"""The room Plan from fits, in a browser: handed over from Read, groups, and a panel to its last answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.app.plan.plan_fits import of_groups, of_panel
from tests.app.serving import Served, served

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 300_000
WHOLE_MS = 1_200_000
NEW = '#room-plan .answers .answer[data-old="false"]'
ALL_NEW = """() => !document.querySelector('#room-plan [data-old="true"], html.shiny-busy')"""
SERIOUS = ("serious", "critical")
RATIOS = "target,subject,cell_type,percent_of_control\n" + "".join(
    f"TNF,p{n},patient,{percent}\n" for n, percent in enumerate((170, 292, 250, 509, 310))
)
SMALL = {"number": 2, "experiments": 1, "replicates": 1, "doses": 3, "goal_of_calls": 10}
"""Of a panel: few wells, and a goal that is soon reached."""

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
        first.wait_for_selector("#room-plan h1")
        first.close()
        yield context
        browser.close()


def opened(context: Any, page: Served, room: str) -> Any:
    """A room in a page of its own."""
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{page.port}/#{room}")
    tab.wait_for_selector(f"#room-{room} h1")
    tab.wait_for_function("() => window.Shiny && window.Shiny.shinyapp && window.Shiny.shinyapp.isConnected()")
    return tab


def slide(tab: Any, name: str, value: float) -> None:
    tab.eval_on_selector(
        f"#plan-{name}",
        "(range, value) => { range.value = value; range.dispatchEvent(new Event('input', { bubbles: true })); }",
        value,
    )


def starts_from(tab: Any, path: Path) -> None:
    tab.select_option("#plan-start", "file")
    tab.set_input_files("#plan-file", path)
    tab.wait_for_selector(f"#plan-of_start >> text=From your file: {path.name}")


def is_for_everyone(tab: Any, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    tab.set_viewport_size({"width": width, "height": 900})
    tab.wait_for_function(ALL_NEW)
    tab.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.wait_for_function(ALL_NEW)
    found = axe.Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS] == []


@pytest.fixture(scope="module")
def of_fit_of_groups(context, page, tmp_path_factory) -> Any:
    """The room with a fit of groups, at its first curve."""
    tab = opened(context, page, "plan")
    starts_from(tab, of_groups(tmp_path_factory.mktemp("groups")))
    tab.wait_for_function("() => document.querySelector('#plan-design').value === 'groups'")
    tab.wait_for_selector(f"{NEW} figcaption >> text=donors in each group")
    return tab


@pytest.fixture(scope="module")
def of_fit_of_panel(context, page, tmp_path_factory) -> Any:
    """The room with a fit of a panel, at its last answer."""
    tab = opened(context, page, "plan")
    for name, value in SMALL.items():
        slide(tab, name, value)
    starts_from(tab, of_panel(tmp_path_factory.mktemp("panel")))
    tab.wait_for_function("() => document.querySelector('#plan-design').value === 'calls'")
    tab.wait_for_function("() => document.querySelector('#plan-experiments').value === '2'")  # usual for lines
    slide(tab, "experiments", SMALL["experiments"])
    tab.wait_for_selector(f"{NEW} figcaption >> text=2 lines, 1 experiment, 1 replicate, 3 doses up to 10 µM")
    tab.wait_for_selector("#plan-progress >> text=Done", timeout=WHOLE_MS)
    return tab


def test_a_fit_of_ratios_is_handed_from_read_to_the_first_curve(context, page, tmp_path):
    tab = opened(context, page, "read")
    path = tmp_path / "ratios.csv"
    path.write_text(RATIOS)
    tab.set_input_files("#read-drop_files", path)
    tab.click("#read-fit")
    tab.click("#read-hand")
    tab.wait_for_selector("#plan-of_start >> text=From the room Read: fit.nc")
    tab.wait_for_selector(f"{NEW} svg.chart")
    assert tab.input_value("#plan-start_target") == "TNF"
    assert "Assurance against the number of patients" in tab.inner_text(f"{NEW} figcaption")
    tab.close()


def test_a_fit_of_groups_starts_two_groups(of_fit_of_groups):
    tab = of_fit_of_groups
    assert tab.query_selector("#plan-fault [role=alert]") is None
    assert "Treatment against vehicle" in tab.inner_text("#plan-of_start")
    tab.select_option("#plan-design", "ratios")
    told = tab.wait_for_selector("#plan-fault >> text=Kind of study must be")
    assert "Two groups of different subjects, RT-qPCR" in told.inner_text()
    tab.select_option("#plan-design", "groups")
    tab.wait_for_selector("#plan-fault [role=alert]", state="detached")
    tab.wait_for_selector(f"{NEW} figcaption >> text=donors in each group")


def test_a_panel_is_answered_to_the_end(of_fit_of_panel):
    tab = of_fit_of_panel
    assert "Done: these are the numbers of lensim plan." in tab.inner_text("#plan-progress")
    assert "of lines are called resistant" in tab.inner_text("#plan-headline")
    assert "lensim plan next.toml --from panel.nc" in tab.inner_text("#plan-last")
    assert not tab.is_visible("#plan-another")
    for name, starts in (("toml", b"# lensim plan next.toml --from panel.nc"), ("workbook", b"PK"), ("plates", b"PK"),
                         ("report", b"<!doctype html>")):  # fmt: skip
        with tab.expect_download() as coming:
            tab.click(f"#plan-{name}")
        content = Path(coming.value.path()).read_bytes()
        assert content.lstrip()[: len(starts)].lower() == starts.lower()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_room_from_a_fit_is_for_everyone(of_fit_of_groups, of_fit_of_panel, width):
    for tab in (of_fit_of_groups, of_fit_of_panel):
        is_for_everyone(tab, width)


def test_nothing_was_asked_of_another_machine_and_nothing_was_complained_of(context, page):
    hosts = {urlsplit(url).netloc for url in context.asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {f"127.0.0.1:{page.port}"}
    assert context.said == []
