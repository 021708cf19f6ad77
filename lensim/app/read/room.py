"""The room Read: files are dropped, read, checked and fitted; what computes is in the modules beside this one."""

from dataclasses import replace
from typing import Any

from htmltools import Tag, TagList
from shiny import Inputs, Outputs, Session, module, reactive, render, req
from shiny import ui as shiny_ui
from shiny.ui import tags

from lensim.app.apart import Apart
from lensim.app.desk import Desk
from lensim.app.fields import button, choice, folded, group, word
from lensim.app.handed import Handed
from lensim.app.read.answer import command_parts, faults_table, fitted_parts, plate_parts, qc_parts, reading_parts
from lensim.app.read.fitted import Fitted, fit_wanted, warm_up
from lensim.app.read.form import FILLED, choices_form, chosen_in, columns_in, filled, id_of, offered_by
from lensim.app.read.labels import DROPS, SHEET
from lensim.app.read.options import ASSAYS, with_command
from lensim.app.read.peek import Has
from lensim.app.read.reading import Reading, look_wanted, read_wanted
from lensim.app.read.wanted import OUT, Wanted
from lensim.app.room_parts import ASSETS, drop, fault, file_list, value_of, working
from lensim.app.shelf import LARGEST_MB, Dropped, Shelf
from lensim.app.work import Job, Stopped
from lensim.checks import InputError

PLACES = {"files": True, "table": False, "exclude": False}
"""Where files are dropped, and whether several go there."""

ENDS = {"read": "reading", "fit": "fitting"}
"""Jobs after whose end nothing is said any more."""


@module.ui
def ui() -> TagList:
    """Files and choices on one side, what came of them on the other."""
    form = tags.form(
        group(
            "Files",
            drop("drop_files", "Exports and tables", f"Any number, up to {LARGEST_MB} MB each: exports of machines, "
                 "workbooks, CSV, RDML, FCS.", several=True),
            shiny_ui.output_ui("list_files"),
            drop("drop_table", SHEET, "Where the exports do not say what is in a well."),
            shiny_ui.output_ui("list_table"),
            folded(
                "Wells to leave out",
                drop("drop_exclude", DROPS["--exclude"], with_command("A row a well, with a reason.", "--exclude")),
                shiny_ui.output_ui("list_exclude"),
            ),
        ),
        group("Assay", choice("assay", "Assay", {"": "as the files show", **ASSAYS})),
        shiny_ui.output_ui("choices"),
        class_="form",
        aria_label="Files and choices",
    )  # fmt: skip
    answer = tags.div(
        tags.div(shiny_ui.output_ui("fault"), role="alert"),
        tags.div(shiny_ui.output_ui("status"), role="status", aria_live="polite", data_work="read"),
        shiny_ui.output_ui("wrong"),
        shiny_ui.output_ui("fitting"),
        tags.div(shiny_ui.output_ui("telling"), role="status", aria_live="polite", data_work="fit"),
        shiny_ui.output_ui("fitted"),
        shiny_ui.output_ui("reading"),
        class_="answers results",
    )
    return TagList(ASSETS, tags.h1("Read your files"), tags.div(form, answer, class_="columns"))


@module.server
def server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:
    """Read what was dropped as soon as it or a choice changes; fit when asked."""
    shelf, apart = Shelf(), Apart()
    dropped = {place: reactive.Value[tuple[Dropped, ...]](()) for place in PLACES}
    has: reactive.Value[Has | None] = reactive.Value(None)
    reading: reactive.Value[Reading | None] = reactive.Value(None)
    fitted: reactive.Value[Fitted | None] = reactive.Value(None)
    listed: reactive.Value[dict[str, tuple[str, ...]]] = reactive.Value({})  # by the reader, to choose from
    said = {name: reactive.Value("") for name in ("fault", "reading", "fitting")}
    offered: dict[str, reactive.Value[tuple[str, ...]]] = {name: reactive.Value(()) for name in FILLED}
    jobs: dict[str, Job] = {}
    asked = [""]  # the key of what was read last, or is being read

    for one in (apart, shelf):
        session.on_ended(one.close)

    def begin(name: str, work: Any) -> None:
        """Begin a job in the place of the one of this name."""
        if name in jobs:
            jobs[name].stop()

        def run(own: Job) -> None:
            try:
                work(own)
            except InputError as error:
                desk.put(own, said["fault"], str(error))
                desk.put(own, said["fitting" if name == "fit" else "reading"], "")
            except Stopped:
                return
            if name in ENDS:
                desk.put(own, said[ENDS[name]], "")

        jobs[name] = desk.begin(run)

    def take(place: str) -> None:
        try:
            kept = dropped[place].get() if PLACES[place] else ()
            dropped[place].set((*kept, *shelf.take(value_of(input, f"drop_{place}", []), kept)))
            said["fault"].set("")
        except InputError as error:
            said["fault"].set(str(error))

    def wire(place: str) -> None:
        @reactive.effect
        @reactive.event(input[f"drop_{place}"])
        def _take() -> None:
            take(place)

        @output(id=f"list_{place}")
        @render.ui
        def _list() -> Tag | None:
            return file_list(dropped[place].get(), "Files", "remove", f"drop_{place}")

    for place in PLACES:
        wire(place)

    @reactive.effect
    @reactive.event(input.opened)
    def _warm() -> None:
        begin("warm", lambda own: apart.run(own, warm_up))

    @reactive.effect
    @reactive.event(input.remove)
    def _remove() -> None:
        for place in PLACES:
            dropped[place].set(tuple(one for one in dropped[place].get() if one.key != input.remove()))

    @reactive.calc
    def files() -> Wanted:
        paths = {place: tuple(one.path for one in dropped[place].get()) for place in PLACES}
        table, exclude = (next(iter(paths[place]), None) for place in ("table", "exclude"))
        return Wanted(paths["files"], table, exclude, str(value_of(input, "assay")))

    @reactive.calc
    def columns() -> tuple[tuple[str, str], ...]:
        known = has.get()
        return () if known is None else tuple(columns_in(input, known).items())

    @reactive.calc
    def choosable() -> Has | None:
        """What the files have, with the columns that were chosen and the values that the reader asked for."""
        known = has.get()
        return None if known is None else replace(known, chosen=dict(columns()), asked=listed.get())

    @reactive.effect
    @reactive.event(has, columns)
    def _nothing_listed() -> None:
        if listed.get():
            listed.set({})

    @reactive.effect
    @reactive.event(reading)
    def _list_values() -> None:
        known = reading.get()
        if known is not None and known.asked:
            listed.set({**listed.get(), **known.asked})

    @reactive.effect
    @reactive.event(reading)
    async def _point() -> None:
        """The page opens what is folded over the controls that faults name, and marks these."""
        known = reading.get()
        named = [] if known is None else [session.ns(id_of(known.assay, one)) for one in known.choices]
        await session.send_custom_message("lensim-asked", {"room": str(session.ns), "ids": named})

    @reactive.calc
    def wanted() -> Wanted | None:
        known = choosable()
        if known is None or not files().files:
            return None
        return replace(files(), chosen=chosen_in(input, known))

    @reactive.effect
    def _look() -> None:
        now = files()
        if not now.files:
            for name in ("look", "read"):
                if name in jobs:
                    jobs[name].stop()
            asked[0] = ""
            has.set(None)
            reading.set(None)
            said["reading"].set("")
            return
        said["reading"].set("Looking at the files …")

        def work(own: Job) -> None:
            desk.put(own, has, apart.run(own, look_wanted, now))

        begin("look", work)

    @reactive.effect
    def _read() -> None:
        now = wanted()
        if now is None or now.key == asked[0]:
            return
        asked[0] = now.key
        said["reading"].set("Reading the files …")

        def work(own: Job) -> None:
            tell = lambda sentence: desk.put(own, said["reading"], sentence)  # noqa: E731
            desk.put(own, reading, apart.run(own, read_wanted, now, tell=tell))

        begin("read", work)

    @reactive.effect
    @reactive.event(input.fit)
    def _fit() -> None:
        now, known = wanted(), reading.get()
        if now is None or known is None or not known.can_fit or known.key != now.key:
            return
        said["fault"].set("")
        said["fitting"].set("Fitting …")
        seed = str(value_of(input, "seed", "1"))

        def work(own: Job) -> None:
            tell = lambda sentence: desk.put(own, said["fitting"], sentence)  # noqa: E731
            desk.put(own, fitted, apart.run(own, fit_wanted, now, known.assay, seed, shelf.folder, tell=tell))

        begin("fit", work)

    @reactive.effect
    @reactive.event(input.stop)
    def _stop() -> None:
        if "fit" in jobs:
            jobs["fit"].stop()
        said["fitting"].set("")

    @reactive.effect
    @reactive.event(input.hand)
    async def _hand() -> None:
        known = fitted.get()
        if known is not None:
            await desk.hand(Handed(known.shown.path, OUT, "Read"))

    @output(id="choices")
    @render.ui
    def _choices() -> TagList | None:
        known = has.get()
        if known is None:
            return None
        with reactive.isolate():
            return choices_form(known, chosen_in(input, known))

    def fill(name: str) -> None:
        @reactive.effect
        def _offer() -> None:
            known = choosable()
            now = () if known is None else offered_by(name, known)
            with reactive.isolate():
                if offered[name].get() != now:
                    offered[name].set(now)

        @output(id=f"filled_{name}")
        @render.ui
        def _filled() -> Tag | TagList | None:
            has.get()
            offered[name].get()  # drawn anew where this changes, and only then: a tick may be on its way
            with reactive.isolate():
                known = choosable()
                return None if known is None else filled(name, known, chosen_in(input, known))

    for name in FILLED:
        fill(name)

    @output(id="fault")
    @render.ui
    def _fault() -> TagList | None:
        return fault(said["fault"].get()) if said["fault"].get() else None

    @output(id="status")
    @render.ui
    def _status() -> Any:
        if said["reading"].get():
            return tags.p(
                said["reading"].get(), " ", tags.span({"data-since": ""}, aria_hidden="true", class_="elapsed")
            )
        known = reading.get()
        if known is None:
            return tags.p("Drop the files of a run. They stay on this machine.")
        return tags.p(tags.strong(known.sentence))

    @output(id="wrong")
    @render.ui
    def _wrong() -> Tag | None:
        known = reading.get()
        return faults_table(known.faults) if known is not None and known.faults else None

    @output(id="fitting")
    @render.ui
    def _fitting() -> Any:
        known = reading.get()
        if known is None or not known.can_fit or said["fitting"].get():
            return None
        with reactive.isolate():
            seed = str(value_of(input, "seed", "1"))
        return tags.div(button("fit", "Fit", kind="primary"), word("seed", "Seed", seed), class_="with-button")

    @output(id="telling")
    @render.ui
    def _telling() -> TagList | None:
        return working(said["fitting"].get(), "stop") if said["fitting"].get() else None

    @output(id="fitted")
    @render.ui
    def _fitted() -> TagList | None:
        known, now = fitted.get(), wanted()
        return None if known is None else fitted_parts(known, is_old=now is None or now.key != known.key)

    @output(id="reading")
    @render.ui
    def _reading() -> TagList | None:
        known = reading.get()
        if known is None:
            return None
        plates = {str(at): one.name or f"plate {at + 1}" for at, one in enumerate(known.plates)}
        return TagList(
            command_parts(known.command),
            reading_parts(known),
            qc_parts(known),
            tags.h2("Plates") if plates else None,
            choice("plate", "Plate", plates) if len(plates) > 1 else None,
            shiny_ui.output_ui("plate_shown") if plates else None,
        )

    @output(id="plate_shown")
    @render.ui
    def _plate() -> TagList:
        known = reading.get()
        req(known is not None and known.plates)
        assert known is not None
        return plate_parts(known.plates[min(int(value_of(input, "plate", "0")), len(known.plates) - 1)])

    def hand_out(name: str, id: str) -> None:
        @output(id=id)
        @render.download_link(filename=name)
        def _download() -> str:
            known = fitted.get()
            req(known)
            assert known is not None
            return str(known.files[name])

    for name, id in ((OUT, "download_nc"), ("fit.xlsx", "download_xlsx"), ("fit.html", "download_html")):
        hand_out(name, id)
