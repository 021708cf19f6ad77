"""What came of reading files, as parts of the page: the sentence, faults, notes, run QC, plates, and a fit."""

from collections.abc import Sequence
from typing import Final

from htmltools import Tag, TagList
from shiny.ui import download_link, tags

from lensim.app.fields import button, table, worded_table
from lensim.app.read.faults import Fault
from lensim.app.read.fitted import FILES, Fitted
from lensim.app.read.plates import Plate, plate_figure
from lensim.app.read.reading import Reading
from lensim.app.room_parts import copied
from lensim.app.sections import fit_parts, mark
from lensim.plain_text import visible
from lensim.qc.finding import Checked, Finding, Status
from lensim.qc.words import measured
from lensim.report.numbers import NONE
from lensim.report.page import State

STATES: Final[dict[Status, State]] = {"pass": "yes", "look": "open", "fail": "no"}
MOST_FINDINGS: Final = 300
DOWNLOADS: Final = {"fit.nc": "download_nc", "fit.xlsx": "download_xlsx", "fit.html": "download_html"}


def faults_table(faults: Sequence[Fault]) -> Tag:
    """Every fault of the files in one table."""
    caption = "What is wrong in the files" if len(faults) > 1 else "What is wrong"
    head = ("Where", "Rule", "Found", "What to do")
    return worded_table(caption, head, [list(map(visible, one.cells)) for one in faults])


def reading_parts(reading: Reading) -> TagList:
    """What was read, and what is doubtful in it."""
    kinds = [(visible(name), visible(kind)) for name, kind in reading.kinds]
    return TagList(
        table("Files and their formats", ("File", "Format"), kinds) if kinds else None,
        tags.h3("What was understood") if reading.notes else None,
        tags.ul(*[tags.li(visible(one)) for one in reading.notes]) if reading.notes else None,
        tags.p(f"A fit takes the model {visible(reading.model)}") if reading.model else None,
    )


def qc_parts(reading: Reading) -> TagList | None:
    """Run QC: each check with its status, and each finding with its reason and what it does to the result."""
    found = reading.checked
    if found is None:
        said = reading.not_checked
        return TagList(tags.h2("Run QC"), tags.p(f"Not checked: {visible(said)}.")) if said else None
    odd = sorted((one for one in found.findings if one.status != "pass"), key=lambda one: one.status != "fail")
    well = [one for one in found.findings if one.status == "pass"]
    return TagList(
        tags.h2("Run QC"),
        tags.p(f"{found.sentence[:1].upper()}{found.sentence[1:]}."),
        table("Checks of the run", ("Check", "Status", "Pass", "Look", "Fail"), _checks(found)),
        _findings("What a person should look at, and what it does to the result", odd) if odd else None,
        tags.details(tags.summary(f"What passes ({len(well)})"), _findings("What passes", well)) if well else None,
        tags.ul(*[tags.li(f"Not checked: {visible(one)}.") for one in found.not_checked])
        if found.not_checked
        else None,
    )


def _checks(found: Checked) -> list[list[object]]:
    return [
        [visible(row["check"]), mark(STATES[row["status"]], row["status"]), row["pass"], row["look"], row["fail"]]
        for row in found.summary().to_dict("records")
    ]


def _findings(caption: str, findings: Sequence[Finding]) -> Tag:
    rows = [
        [
            visible(one.check),
            visible(one.place),
            mark(STATES[one.status], one.status),
            visible(measured(one)) or NONE,
            visible(one.reason),
            visible(one.effect) or NONE,
        ]
        for one in findings[:MOST_FINDINGS]
    ]
    return worded_table(caption, ("Check", "Place", "Status", "Value", "Reason", "Effect on the result"), rows)


def plate_parts(plate: Plate) -> TagList:
    """One plate as a picture, with the table of the same values."""
    legend = "The darker, the higher. Dashed: not detected. Ring: to be looked at. Cross: fails."
    return TagList(
        tags.figure(
            plate_figure(plate),
            tags.figcaption(f"{plate.what} by well. {legend}"),
            class_="drawn",
        ),
        tags.details(
            tags.summary(f"The wells as a table ({len(plate.wells)})"),
            table(f"Wells of {visible(plate.name)}", ("Well", "Holds", plate.what, "Checks"), _safe(plate.rows)),
        ),
    )


def _safe(rows: Sequence[tuple[str, ...]]) -> list[list[str]]:
    return [[visible(cell) for cell in row] for row in rows]


def fitted_parts(fitted: Fitted, *, is_old: bool) -> TagList:
    """A fit: verdict, files, tables, figures."""
    links = [
        tags.li(download_link(DOWNLOADS[name], f"Save {said}")) for name, said in FILES.items() if name in fitted.files
    ]
    return TagList(
        tags.h2("Result"),
        tags.p("Files or choices were changed since: fit again for an answer to them.", class_="fault")
        if is_old
        else None,
        tags.div(
            tags.p(f"Read, fitted and drawn in {fitted.seconds:.0f} s.", class_="note"),
            tags.ul(*links, class_="downloads", aria_label="Files of the result"),
            _hand(fitted),
            fit_parts(fitted.shown),
            {"data-old": str(is_old).lower()},
            class_="result",
        ),
    )


def _hand(fitted: Fitted) -> Tag:
    if fitted.assay in ("expression", "dose_response"):
        return button("hand", "Hand to Plan: the next study from this fit")
    return tags.p("The room Plan starts from fits of RT-qPCR and of dose-response panels.", class_="note")


def command_parts(command: str) -> TagList | None:
    """The command line that does the same."""
    if not command:
        return None
    said = "The command line that does the same"
    return TagList(
        tags.h3(said), tags.p("In the folder of the files:", class_="hint"), copied("command", command, said)
    )
