"""Everything of the room that is drawn or handed out, from what the session knows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from htmltools import Tag, TagList
from shiny import Outputs, Session, reactive, render
from shiny import ui as page
from shiny.ui import tags

from lensim.app.desk import Desk
from lensim.app.plan import answer, files
from lensim.app.plan.asked import TOML_NAME, Asked
from lensim.app.plan.form import fields_of_start
from lensim.app.plan.found import Found
from lensim.app.plan.look import HAS_LOOK, Look
from lensim.app.plan.said import brief, design_in_words, effect_in_words, headline, progress_in_words
from lensim.app.plan.start import FIT_OF_RATIOS, Start
from lensim.app.spoken import spoken
from lensim.app.work import Job
from lensim.plain_text import visible

ON_ITS_WAY: Final = "The first curve is on its way ..."
SIMULATING: Final = "Simulating ..."
STOPPED: Final = "Stopped: the numbers are as precise as they were by then."
OF_FILE: Final = "file"
"""Where a digest of fields would stand, of the file that is started from."""
Form = Callable[[], tuple[Asked | None, str, str]]
"""The fields, their digest and the fault of the form; without fields the digest is empty."""


@dataclass(frozen=True)
class Source:
    """A file that a plan starts from: where it is, what it is called, and the room that handed it over, if one did."""

    path: Path
    name: str
    room: str = ""

    @property
    def in_words(self) -> str:
        """Where the file comes from."""
        return f"From the room {self.room}: {self.name}" if self.room else f"From your file: {self.name}"


class Shown:
    """What a session knows.

    Attributes
    ----------
    found
        The last answer, with the fields that it is of.
    look
        The study to look at: digest of the fields, its number, and what it has.
    fault
        Of a job: digest of the fields, and the sentence.
    source, start
        The file that is started from, and what was read of it.
    design
        The kind of study that the page was told to choose, as a file needs it; empty once it is chosen.
    is_reading, is_stopped, is_seen
        Whether a file is being read; whether the work was stopped; whether the room was ever in view.
    """

    def __init__(self) -> None:
        self.found: reactive.Value[tuple[Asked, Found] | None] = reactive.Value(None)
        self.look: reactive.Value[tuple[str, int, Look] | None] = reactive.Value(None)
        self.fault: reactive.Value[tuple[str, str] | None] = reactive.Value(None)
        self.source: reactive.Value[Source | None] = reactive.Value(None)
        self.design: reactive.Value[str] = reactive.Value("")
        self.is_seen: reactive.Value[bool] = reactive.Value(False)
        self.start: reactive.Value[Start | None] = reactive.Value(None)
        self.is_reading: reactive.Value[bool] = reactive.Value(False)
        self.is_stopped: reactive.Value[bool] = reactive.Value(False)


def draw(output: Outputs, session: Session, shown: Shown, form: Form) -> None:
    """Every output of the room."""
    _words(output, shown, form)

    @output(id="curve")
    @render.ui
    def _curve() -> Tag | None:
        known = shown.found.get()
        return None if known is None else answer.curve_part(known[1], known[0])

    @output(id="parts")
    @render.ui
    def _parts() -> TagList | None:
        known = shown.found.get()
        if known is None:
            return None
        asked, found = known
        return answer.all_parts(
            [
                answer.part("What one more buys", answer.gains_part(found, asked)),
                answer.part("The cheapest design", answer.cheapest_part(found)),
                answer.part("Where it breaks", answer.worlds_part(found, asked)),
            ]
        )

    @output(id="look")
    @render.ui
    def _look() -> Tag | None:
        known, (asked, digest, _) = shown.look.get(), form()
        if known is None or asked is None or asked.design not in HAS_LOOK:
            return None
        content = answer.part("What your data would look like", answer.look_part(known[2], known[1], asked))
        return tags.div(content, {"data-old": str(known[0] != digest).lower()})

    @output(id="last")
    @render.ui
    def _last() -> TagList | None:
        known = shown.found.get()
        if known is None:
            return None
        asked, found = known
        return answer.all_parts(
            [
                answer.part("For a grant", answer.paragraph_part(found, session.ns("paragraph"))),
                answer.part("To take along", _downloads(asked, found)),
            ]
        )


def _words(output: Outputs, shown: Shown, form: Form) -> None:
    """Sentences on the form, and on how far the answer is."""

    @output(id="effect_said")
    @render.ui
    def _effect_said() -> Tag | None:
        asked, *_ = form()
        return None if asked is None else tags.p(effect_in_words(asked))

    @output(id="of_start")
    @render.ui
    def _of_start() -> TagList | None:
        source, start = shown.source.get(), shown.start.get()
        if source is None:
            return None
        said = tags.p(visible(source.in_words), " Reading it ..." if shown.is_reading.get() else "", class_="source")
        return TagList(said, None if start is None else fields_of_start(start))

    @output(id="fault")
    @render.ui
    def _fault() -> Tag | None:
        _, digest, said = form()
        told = shown.fault.get()
        if told is not None and (told[0] == digest or (told[0] == OF_FILE and not (digest or said))):
            said = told[1]
        return tags.p(spoken(said), role="alert", class_="fault") if said else None

    @output(id="headline")
    @render.ui
    def _headline() -> Tag:
        known, (_, digest, _) = shown.found.get(), form()
        if known is None:
            return tags.p(ON_ITS_WAY if digest else "")
        asked, found = known
        return tags.p(headline(found, asked) if found.digest == digest else SIMULATING if digest else "")

    @output(id="progress")
    @render.ui
    def _progress() -> Tag:
        known, (_, digest, _) = shown.found.get(), form()
        if shown.is_stopped.get():
            return tags.p(STOPPED, class_="stopped")
        if known is None or known[1].digest != digest:
            return tags.p(SIMULATING if digest else "", class_="at-work" if digest else "done")
        return tags.p(progress_in_words(known[1]), class_="done" if known[1].is_done else "at-work")

    @output(id="brief")
    @render.ui
    def _brief() -> Tag:
        known = shown.found.get()
        return tags.p("..." if known is None else brief(known[1], known[0]))


def _downloads(asked: Asked, found: Found) -> TagList | None:
    """Links to the files, once the answer is that of `lensim plan`."""
    if not found.is_final:
        return None
    offered = {"toml": "Question (TOML)", "report": "Report (HTML)", "workbook": "Numbers (XLSX)"}
    if files.has_plate_map(found):
        offered["plates"] = "Plate map (XLSX)"
    if asked.start is not None and asked.start.is_made:
        offered["fit"] = "Fit of the ratios (NC)"
    first = asked.toml().splitlines()[0].removeprefix("# ")
    return TagList(
        tags.p(f"Of {design_in_words(asked)}. The same numbers come from ", tags.code(first)),
        tags.ul(*[tags.li(page.download_link(name, label)) for name, label in offered.items()], class_="downloads"),
    )


def hand_out(output: Outputs, desk: Desk, shown: Shown) -> None:
    """The files of the answer that is shown."""

    def hands_out(name: str, file: str, make: Callable[[Asked, Found, Job], bytes]) -> None:
        @output(id=name)
        @render.download_link(filename=file)
        async def _handed() -> AsyncIterator[bytes]:
            with reactive.isolate():
                known = shown.found.get()
            if known is not None:
                asked, found = known
                yield await asyncio.to_thread(desk.now, lambda job: make(asked, found, job))

    hands_out("toml", TOML_NAME, lambda asked, found, job: asked.toml().encode())
    hands_out("workbook", "plan.xlsx", lambda asked, found, job: files.workbook_of(found))
    hands_out("plates", "plate_map.xlsx", lambda asked, found, job: files.plate_map_of(found))
    hands_out("report", "plan.html", lambda asked, found, job: files.report_of(asked, found, job.pool))
    hands_out("fit", FIT_OF_RATIOS, lambda asked, found, job: files.fit_of(asked))
