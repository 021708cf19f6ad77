"""The rooms Read and Look in a browser: from a dropped file to a fit, to Plan and to Look, and what goes wrong."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lensim import simulate
from lensim.dose_response.design import DoseResponseDesign
from lensim.dose_response.read import write_tidy
from tests.app.read.test_app_read_reading import DATA, time_points
from tests.app.serving import Served, served

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 300_000
SERIOUS = ("serious", "critical")
LARGE_BYTES = 20_000_000

playwright = pytest.importorskip("playwright.sync_api", reason="no page was opened: playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no page was opened: there is no {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    lines = ["line 1", "line 2", "line 3"]
    design = DoseResponseDesign(cell_lines=lines, group_of_line=["one", "one", "two"], experiments=2)
    _, data = simulate.dose_response(design, seed=1)
    found = {"panel": folder / "panel.csv"}
    write_tidy(data, found["panel"])
    found["wrong"] = folder / "photo.csv"
    found["wrong"].write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    found["faults"] = folder / "faults.csv"
    found["faults"].write_text("cell_line,dose_um,signal\nA,-1,100\nA,x,90\nA,10,\n")
    found["large"] = folder / "large.csv"
    rows = "".join(f"line {at % 23},{(at % 8) / 10},{1000 + at % 97}\n" for at in range(1000))
    with found["large"].open("w") as file:
        file.write("cell_line,dose_um,signal\n")
        file.write(rows * (LARGE_BYTES // len(rows)))
    found["huge"] = folder / "huge.csv"
    with found["huge"].open("wb") as file:
        file.truncate(101_000_000)
    found["cts"] = folder / "cts.csv"
    cts = ["gene,subject,condition,ct"]
    for at in range(1, 7):
        for gene, ct, shift in (("TNF", 27.0, -1.2 - 0.15 * at), ("RPL37A", 20.0, 0.0)):
            for condition, by in (("untreated", 0.0), ("LPS", shift)):
                cts += [
                    f"{gene},P{at},{condition},{ct + by + 0.2 * at + 0.03 * replicate:.2f}" for replicate in (0, 1, 2)
                ]
    found["cts"].write_text("\n".join(cts) + "\n")
    return found


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
        yield context
        browser.close()


def opened(context: Any, page: Served, room: str) -> Any:
    """A room in a page of its own."""
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{page.port}/#{room}")
    tab.wait_for_selector(f"#room-{room} input[type=file]")
    tab.wait_for_function("() => window.Shiny && window.Shiny.shinyapp && window.Shiny.shinyapp.isConnected()")
    return tab


@pytest.fixture(scope="module")
def read(context, page, files) -> Any:
    """The room Read with a panel that was fitted."""
    tab = opened(context, page, "read")
    tab.set_input_files("#read-drop_files", files["panel"])
    tab.wait_for_selector("#read-status >> text=Read as Dose-response")
    tab.click("#read-fit")
    tab.wait_for_selector("#read-telling >> text=Fitting")
    tab.wait_for_selector("#read-fitted .verdict")
    return tab


@pytest.fixture(scope="module")
def result(read, tmp_path_factory) -> Path:
    """The fit as it was saved."""
    path = tmp_path_factory.mktemp("saved") / "fit.nc"
    with read.expect_download() as coming:
        read.click("#read-download_nc")
    coming.value.save_as(path)
    return path


@pytest.fixture(scope="module")
def look(context, page, result) -> Any:
    """The room Look with this fit."""
    tab = opened(context, page, "look")
    tab.set_input_files("#look-drop", result)
    tab.wait_for_selector("#look-status .verdict")
    return tab


def test_from_a_file_to_a_fit(read):
    said = read.inner_text("#read-reading")
    for part in ("table with a row a well", "columns used: cell_line", "Run QC:", "lensim fit dose-response panel.csv"):
        assert part in said
    assert "Signal of " in read.get_attribute("#read-reading svg.plate", "aria-label")
    assert read.query_selector("#read-fitted table >> text=line 2")
    figures = read.query_selector_all("#read-fitted figure img")
    assert len(figures) >= 3
    assert all(one.get_attribute("alt") and one.evaluate("img => img.naturalWidth > 100") for one in figures)


def test_the_files_of_a_fit_are_handed_out(read, result):
    from lensim import load

    assert load(result).assay == "dose_response"
    for name, starts in (("xlsx", b"PK"), ("html", b"<!doctype html>")):
        with read.expect_download() as coming:
            read.click(f"#read-download_{name}")
        assert Path(coming.value.path()).read_bytes().lstrip()[: len(starts)].lower() == starts.lower()


def test_a_choice_reads_again_and_marks_the_fit(read):
    read.click("#read-choices >> text=More choices")
    read.select_option("#read-dose_response_repeats", "keep")
    read.wait_for_selector("#read-reading >> text=--repeats keep")
    assert "fit again" in read.inner_text("#read-fitted")
    read.select_option("#read-dose_response_repeats", "")
    read.wait_for_selector("#read-reading >> text=fit dose-response panel.csv --out")
    read.wait_for_selector("#read-fitted >> text=fit again", state="detached")


def test_a_fit_is_looked_at(look):
    look.wait_for_selector("#look-curves svg.drawing")
    assert len(look.query_selector_all("#look-curves svg.drawing")) == 3
    look.uncheck("#look-lines input[value='line 1']")
    look.wait_for_function("() => document.querySelectorAll('#look-curves svg.drawing').length == 2")
    before = look.inner_text("#look-posterior strong")
    assert "line 1" in before
    look.select_option("#look-item_0", "1")
    look.wait_for_selector("#look-posterior strong >> text=line 2")
    assert "Settings, seed and versions" in look.inner_text("#look-opened")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("room", ["read", "look"])
def test_the_rooms_are_for_everyone(read, look, room, width, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    tab = {"read": read, "look": look}[room]
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=theme)
    tab.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(tab).response["violations"]
    grave = [
        (one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found if one["impact"] in SERIOUS
    ]
    assert grave == []


def test_every_control_is_reached_by_the_keyboard(read):
    read.set_viewport_size({"width": 1280, "height": 900})
    read.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached = set()
    for _ in range(120):
        read.keyboard.press("Tab")
        reached.add(read.evaluate("document.activeElement.id"))
    assert {"read-drop_files", "read-drop_table", "read-assay", "read-dose_response_dose_unit", "read-fit"} <= reached


def test_wrong_files_are_sentences_and_the_page_goes_on(context, page, files):
    tab = opened(context, page, "read")
    tab.set_input_files("#read-drop_files", files["wrong"])
    tab.wait_for_selector("#read-status >> text=nothing was read")
    assert "photo.csv" in tab.inner_text("#read-wrong table")
    tab.click("#read-list_files >> text=Remove")
    tab.wait_for_selector("#read-status >> text=Drop the files of a run")
    assert tab.evaluate("document.activeElement.id") == "read-drop_files"
    tab.set_input_files("#read-drop_files", files["faults"])
    tab.wait_for_selector("#read-status >> text=nothing was read")
    assert len(tab.query_selector_all("#read-wrong tbody tr")) >= 2
    assert not tab.query_selector("#read-fit")
    tab.close()


def test_a_file_beyond_the_bound_is_not_sent(context, page, files):
    tab = opened(context, page, "read")
    tab.set_input_files("#read-drop_files", files["huge"])
    tab.wait_for_selector("#read-drop_files-refused >> text=must be at most 100 MB, got 101 MB")
    tab.wait_for_selector("#read-status >> text=Drop the files")
    tab.close()


def test_a_large_file_keeps_no_other_page_waiting(context, page, files, record_property):
    tab, other = opened(context, page, "read"), opened(context, page, "look")
    tab.set_input_files("#read-drop_files", files["large"])
    tab.wait_for_selector("#read-list_files >> text=large.csv")
    slowest = 0.0
    for typed in ("a.nc", "b.nc", "c.nc", "d.nc"):
        other.fill("#look-path", typed)
        other.wait_for_timeout(600)
        began = time.monotonic()
        other.click("#look-open")
        other.wait_for_selector(f"#look-fault >> text={typed}")
        slowest = max(slowest, time.monotonic() - began)
    record_property("seconds_of_another_page", slowest)
    print(f"another page answers within {slowest:.2f} s while 20 MB are read")
    assert slowest < 10.0
    assert tab.query_selector("#read-status strong") or "…" in tab.inner_text("#read-status")
    tab.close()
    other.close()


@pytest.mark.skipif(not DATA.exists(), reason="no export of a real machine was read: they are not here")
def test_an_export_of_a_real_machine(context, page):
    tab = opened(context, page, "read")
    tab.set_input_files("#read-drop_files", DATA / "appbio_quantstudio" / "appbio_quantstudio_example01.txt")
    tab.wait_for_selector("#read-status strong")
    assert "export of QuantStudio" in tab.inner_text("#read-reading")
    assert tab.query_selector("#read-choices >> text=Reference genes")
    tab.close()


def test_rt_qpcr_is_fitted_and_handed_to_plan(context, page, files):
    tab = opened(context, page, "read")
    tab.set_input_files("#read-drop_files", files["cts"])
    tab.wait_for_selector("#read-choices >> text=Reference genes")
    tab.check("#read-expression_references input[value=RPL37A]")
    tab.wait_for_selector("#read-status >> text=Read as RT-qPCR")
    assert "--reference RPL37A" in tab.inner_text("#read-command")
    tab.click("#read-fit")
    tab.wait_for_selector("#read-fitted .verdict")
    tab.click("#read-hand")
    tab.wait_for_selector("#room-plan", state="visible")
    tab.wait_for_function("() => document.querySelector('#plan-start').value === 'file'")
    tab.wait_for_selector("#plan-of_start >> text=From the room Read: fit.nc")
    tab.wait_for_selector("#plan-curve svg.chart")
    tab.close()


def test_a_column_that_is_chosen_gives_the_choices_of_its_meaning(context, page, tmp_path):
    run, sheet = time_points(tmp_path)
    tab = opened(context, page, "read")
    tab.set_input_files("#read-drop_files", run)
    tab.set_input_files("#read-drop_table", sheet)
    tab.wait_for_selector("#read-wrong >> text=the column 'condition' is missing")
    assert not tab.query_selector("#read-expression_control")
    tab.wait_for_selector(".field.asked #read-expression_column_condition")  # in view: what was folded is open
    tab.select_option("#read-expression_column_condition", "Time point")
    tab.check("#read-expression_references input[value=GAPDH]")
    tab.wait_for_selector(".field.asked #read-expression_control")
    assert "“Control”: pre" in tab.inner_text("#read-wrong")
    tab.select_option("#read-expression_control", "pre")
    tab.wait_for_selector("#read-status >> text=Read as RT-qPCR")
    assert "export of Bio-Rad CFX" in tab.inner_text("#read-reading")
    assert tab.is_visible("#read-expression_column_condition")
    tab.select_option("#read-expression_column_condition", "")
    tab.wait_for_selector("#read-expression_control", state="detached")
    tab.wait_for_selector("#read-wrong >> text=the column 'condition' is missing")
    assert "--control" not in tab.inner_text("#read-command")
    tab.close()


def test_a_fit_is_stopped(context, page, files):
    tab = opened(context, page, "read")
    tab.set_input_files("#read-drop_files", files["panel"])
    tab.wait_for_selector("#read-fit")
    tab.click("#read-fit")
    tab.click("#read-stop")
    tab.wait_for_selector("#read-fit")
    assert not tab.query_selector("#read-fitted .verdict")
    tab.close()


def test_nothing_was_asked_of_another_machine_and_nothing_was_complained_of(context, page):
    hosts = {urlsplit(url).netloc for url in context.asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {f"127.0.0.1:{page.port}"}
    assert context.said == []
