"""The room Plan: how its form, its work and its answer hang together.

An answer carries the digest of the fields that it is of. It is shown as new only while these are the fields; else it is
marked as one of the former fields until the new one is there.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from htmltools import TagList
from shiny import Inputs, Outputs, Session, module, reactive
from shiny import ui as page
from shiny.types import SilentException
from shiny.ui import tags

from lensim.app.desk import Desk
from lensim.app.fields import button
from lensim.app.plan.asked import Asked
from lensim.app.plan.chosen import usual_experiments
from lensim.app.plan.drawn import OF_FILE, Shown, Source, draw, hand_out
from lensim.app.plan.form import FIRST, NAMES, OF_START, asked_of, form, offered, subject_of
from lensim.app.plan.found import Found, steps
from lensim.app.plan.look import HAS_LOOK, look_at
from lensim.app.plan.start import start_in_worker
from lensim.app.work import Job
from lensim.checks import InputError, fault_of

BROKEN: Final = "lensim failed at this ({}), which is a fault of lensim: change a field to go on, and report it"


@module.ui
def ui() -> TagList:
    """The form, and the places of the answer."""
    return TagList(
        tags.h1("Plan the next study"),
        tags.div(
            tags.div(
                form(),
                tags.div(page.output_ui("brief"), {"data-old": "false"}, class_="answer brief", aria_hidden="true"),
            ),
            tags.div(
                page.output_ui("fault"),
                tags.div(
                    tags.p(
                        "Of the former fields.",
                        tags.span(" The new answer is on its way.", class_="coming"),
                        class_="old-note",
                    ),
                    tags.div(page.output_ui("headline"), role="status", aria_live="polite", class_="headline"),
                    tags.div(
                        page.output_ui("progress"),
                        button("stop", "Stop", kind="stop"),
                        button("go_on", "Go on", kind="go-on"),
                        class_="progress-line",
                    ),
                    page.output_ui("curve"),
                    page.output_ui("parts"),
                    page.output_ui("look"),
                    tags.div(button("another", "Another study"), class_="another"),
                    page.output_ui("last"),
                    {"data-old": "false"},
                    class_="answer",
                ),
                class_="answers",
            ),
            class_="columns",
        ),
    )


def _or(input: Inputs, name: str, otherwise: Any) -> Any:
    """The value of a control that may not be there yet."""
    try:
        return input[name]()
    except SilentException:
        return otherwise


@module.server
def server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:
    """Answer the form; what was asked before is given up."""
    shown = Shown()
    jobs: dict[str, tuple[str, Job]] = {}
    usual = [FIRST.experiments]
    folder = tempfile.TemporaryDirectory(prefix="lensim-app-", ignore_cleanup_errors=True)
    session.on_ended(folder.cleanup)

    @reactive.calc
    def fields() -> tuple[Asked | None, str, str]:
        """The fields with their digest, or the fault of the form."""
        values = {name: input[name]() for name in NAMES}
        is_of_file = values["start"] == "file"
        start = shown.start.get() if is_of_file else None
        if is_of_file and start is None and (shown.is_reading.get() or shown.fault.get()):
            return None, "", ""
        if start is not None:
            if shown.design.get() not in ("", values["design"]):  # the page is about to set it
                return None, "", ""
            values |= offered(start, {name: _or(input, name, None) for name in OF_START})
        try:
            asked = asked_of(values, start)
            asked.question()
            return asked, asked.digest(), ""
        except InputError as error:
            return None, "", fault_of(error)
        except (TypeError, ValueError, KeyError, OverflowError) as error:  # values that no control of the page gives
            return None, "", BROKEN.format(f"{type(error).__name__}: {error}")

    def begin(what: str, digest: str, work: Callable[[Job], None]) -> None:
        """Begin work in the place of what was begun before; its errors come to the page as a sentence."""

        def told(job: Job) -> None:
            try:
                work(job)
            except InputError as error:
                desk.put(job, shown.fault, (digest, fault_of(error)))
            except Exception as error:  # the page goes on, whatever fails in a job
                desk.put(job, shown.fault, (digest, BROKEN.format(f"{type(error).__name__}: {error}")))

        if what in jobs:
            jobs[what][1].stop()
        jobs[what] = (digest, desk.begin(told))

    @reactive.effect
    def _seen() -> None:
        if desk.shown.get() == str(session.ns):
            shown.is_seen.set(True)

    @reactive.effect
    def _answer() -> None:
        if not shown.is_seen.get():
            return
        input.go_on()
        asked, digest, _ = fields()
        if "answer" in jobs and (asked is None or jobs["answer"][0] != digest):
            jobs["answer"][1].stop()
        if asked is None or ("answer" in jobs and jobs["answer"][0] == digest and not jobs["answer"][1].is_stopped):
            return
        shown.is_stopped.set(False)
        question = asked.question()

        def work(job: Job) -> None:
            for found in steps(Found(digest, question, asked.chosen, asked.steps), job.pool):
                desk.put(job, shown.found, (asked, found))

        begin("answer", digest, work)

    @reactive.effect
    @reactive.event(input.stop)
    def _stop() -> None:
        if "answer" in jobs and not jobs["answer"][1].is_stopped:
            jobs["answer"][1].stop()
            shown.is_stopped.set(True)

    @reactive.effect
    def _look() -> None:
        if not shown.is_seen.get():
            return
        number = int(input.another() or 0)
        asked, digest, _ = fields()
        if asked is None or asked.design not in HAS_LOOK:
            return
        question = asked.question()

        def work(job: Job) -> None:
            task = (question.scenario, number, question.rule_number, question.item_number)
            for _, look in job.pool(look_at, iter([(0, task)])):
                desk.put(job, shown.look, (digest, number, look))

        begin("look", digest, work)

    @reactive.effect
    @reactive.event(input.file)
    def _dropped() -> None:
        given = input.file()[0]
        shown.source.set(Source(Path(given["datapath"]), str(given["name"])))

    @reactive.effect
    @reactive.event(desk.handed)
    def _handed() -> None:
        handed = desk.handed.get()
        if handed is not None:
            shown.source.set(Source(handed.path, handed.name, handed.room))

    @reactive.effect
    def _file() -> None:
        source, trust = shown.source.get(), bool(input.trust())
        if source is None:
            return
        made = Path(folder.name) / "fit.nc"
        shown.start.set(None)
        shown.fault.set(None)
        shown.is_reading.set(True)

        def work(job: Job) -> None:
            try:
                for _, start in job.pool(start_in_worker, iter([(0, (source.path, source.name, trust, made))])):
                    desk.put(job, shown.start, start)
            finally:
                desk.put(job, shown.is_reading, False)

        begin(OF_FILE, OF_FILE, work)

    @reactive.effect
    @reactive.event(shown.start)
    def _suit() -> None:
        """A file that the chosen kind of study cannot start from sets the kind."""
        start, design = shown.start.get(), str(input.design())
        if start is not None and design not in start.designs:
            shown.design.set(start.designs[0])
            session.send_input_message("design", {"value": start.designs[0]})

    @reactive.effect
    def _experiments() -> None:
        """Another kind of subjects sets the number of experiments, unless it was set by hand."""
        values = {name: input[name]() for name in ("design", "start", "subject")}
        now = usual_experiments(subject_of(values | {"start_subject": _or(input, "start_subject", "")}))
        with reactive.isolate():
            was, usual[0] = usual[0], now
            if now != was and int(input.experiments()) == was:
                session.send_input_message("experiments", {"value": now})

    @reactive.effect
    def _suited() -> None:
        if input.design() == shown.design.get():
            shown.design.set("")

    @reactive.effect
    async def _mark() -> None:
        known, (_, digest, _) = shown.found.get(), fields()
        is_old = known is not None and known[1].digest != digest
        message = {"room": str(session.ns), "old": is_old, "moved": _or(input, "moved", 0)}
        await session.send_custom_message("lensim-old", message)

    draw(output, session, shown, fields)
    hand_out(output, desk, shown)
