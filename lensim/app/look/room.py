"""The room Look: a result is opened, its curves and posteriors are looked at, and NUTS checks it."""

from pathlib import Path
from typing import Any

from htmltools import Tag, TagList
from shiny import Inputs, Outputs, Session, module, reactive, render
from shiny import ui as shiny_ui
from shiny.ui import tags

from lensim.app.apart import Apart
from lensim.app.desk import Desk
from lensim.app.fields import button, choice, group
from lensim.app.handed import Handed
from lensim.app.look.answer import curves_parts, opened_parts, posterior_parts, spot_parts, verdict_part
from lensim.app.look.curves import MOST_LINES, LineCurve
from lensim.app.look.opened import Opened, curves_in, open_fit, open_place, posteriors_in, warm_up
from lensim.app.look.places import Found, place_of, roots
from lensim.app.look.posterior import Posterior
from lensim.app.look.spot import DRAWS, WARNING, Spot, spot_check
from lensim.app.room_parts import ASSETS, drop, fault, path_typed, ticks, value_of, working
from lensim.app.shelf import LARGEST_MB, Shelf
from lensim.app.work import Job, Stopped
from lensim.checks import InputError


@module.ui
def ui() -> TagList:
    """What is opened on one side, what it says on the other."""
    form = tags.form(
        group(
            "Result",
            drop("drop", "A fit (.nc)", f"Up to {LARGEST_MB} MB; for a larger one type its path."),
            path_typed("path", "Or a path on this machine", "A fit, a folder of fits, a screen, or a folder of lensim "
                       "power or plan. Below your home folder, or the folder in which lensim app was started."),
            button("open", "Open"),
            shiny_ui.output_ui("fits"),
        ),
        shiny_ui.output_ui("controls"),
        class_="form",
        aria_label="Result",
    )  # fmt: skip
    answer = tags.div(
        tags.div(shiny_ui.output_ui("fault"), role="alert"),
        tags.div(shiny_ui.output_ui("status"), {"data-work": "open"}, role="status", aria_live="polite"),
        shiny_ui.output_ui("handing"),
        shiny_ui.output_ui("curves"),
        shiny_ui.output_ui("posterior"),
        shiny_ui.output_ui("check"),
        tags.div(shiny_ui.output_ui("checking"), {"data-work": "spot"}, role="status", aria_live="polite"),
        shiny_ui.output_ui("spot"),
        shiny_ui.output_ui("opened"),
        class_="answers results",
    )
    return TagList(ASSETS, tags.h1("Look at a result"), tags.div(form, answer, class_="columns"))


@module.server
def server(input: Inputs, output: Outputs, session: Session, desk: Desk) -> None:
    """Open what is dropped or typed; draw what is chosen of it; check it when asked."""
    shelf, apart = Shelf(), Apart()
    found: reactive.Value[Found | None] = reactive.Value(None)
    opened: reactive.Value[Opened | None] = reactive.Value(None)
    curves: reactive.Value[tuple[LineCurve, ...]] = reactive.Value(())
    posterior: reactive.Value[tuple[Posterior, Posterior | None] | None] = reactive.Value(None)
    spot: reactive.Value[Spot | None] = reactive.Value(None)
    said = {name: reactive.Value("") for name in ("fault", "open", "spot")}
    jobs: dict[str, Job] = {}

    for one in (apart, shelf):
        session.on_ended(one.close)

    def begin(name: str, work: Any) -> None:
        """Begin a job in the place of the one of this name; opening ends all others."""
        for one in list(jobs) if name == "open" else [name]:
            if one in jobs:
                jobs[one].stop()
        said["fault"].set("")

        def run(own: Job) -> None:
            try:
                work(own)
            except InputError as error:
                desk.put(own, said["fault"], str(error))
            except Stopped:
                return
            if name in said:
                desk.put(own, said[name], "")

        jobs[name] = desk.begin(run)

    def open_by(function: Any, *arguments: Any) -> None:
        opened.set(None)
        curves.set(())
        posterior.set(None)
        spot.set(None)
        said["open"].set("Opening the result …")
        said["spot"].set("")

        def work(own: Job) -> None:
            tell = lambda sentence: desk.put(own, said["open"], sentence)  # noqa: E731
            desk.put(own, opened, apart.run(own, function, *arguments, tell=tell))

        begin("open", work)

    @reactive.effect
    @reactive.event(input.opened)
    def _warm() -> None:
        begin("warm", lambda own: apart.run(own, warm_up))

    @reactive.effect
    @reactive.event(input.drop)
    def _take() -> None:
        try:
            files = shelf.take(value_of(input, "drop", []))
        except InputError as error:
            said["fault"].set(str(error))
            return
        found.set(None)
        open_by(open_fit, files[0].path, files[0].name)

    @reactive.effect
    @reactive.event(input.open)
    def _open() -> None:
        try:
            there = place_of(str(value_of(input, "path")), roots())
        except InputError as error:
            said["fault"].set(str(error))
            return
        found.set(there)
        if not there.fits or there.is_screen:
            open_by(open_place, there, "")

    @reactive.effect
    @reactive.event(input.fit)
    def _choose() -> None:
        there, name = found.get(), str(value_of(input, "fit"))
        if there is not None and name:
            open_by(open_place, there, name)

    @reactive.effect
    def _curves() -> None:
        known = opened.get()
        lines = tuple(map(str, value_of(input, "lines", ())))
        if known is None or not known.lines:
            return

        def work(own: Job) -> None:
            desk.put(own, curves, apart.run(own, curves_in, known.path, lines))

        begin("curves", work)

    @reactive.calc
    def estimand() -> int:
        """Number of the estimand; the list of its items is drawn anew where this changes, and only then."""
        known = opened.get()
        at = str(value_of(input, "estimand", "0"))
        count = len(known.estimands) if known is not None else 0
        return min(int(at) if at.isdigit() else 0, max(count - 1, 0))

    @reactive.calc
    def chosen() -> tuple[int, int]:
        """Number of the estimand, and of its item."""
        item = str(value_of(input, f"item_{estimand()}", "0"))
        return estimand(), int(item) if item.isdigit() else 0

    @reactive.effect
    def _posterior() -> None:
        known, checked, (number, item) = opened.get(), spot.get(), chosen()
        if known is None or not known.estimands:
            return
        estimand, other = known.estimands[number], None if checked is None else checked.own

        def work(own: Job) -> None:
            desk.put(own, posterior, apart.run(own, posteriors_in, known.path, estimand, item, other))

        begin("posterior", work)

    @reactive.effect
    @reactive.event(input.check_it)
    def _check() -> None:
        known = opened.get()
        if known is None or known.shown is None:
            return
        said["spot"].set("NUTS begins …")

        def work(own: Job) -> None:
            tell = lambda sentence: desk.put(own, said["spot"], sentence)  # noqa: E731
            desk.put(own, spot, apart.run(own, spot_check, known.path, shelf.folder, DRAWS, 1, tell=tell))

        begin("spot", work)

    @reactive.effect
    @reactive.event(input.stop)
    def _stop() -> None:
        if "spot" in jobs:
            jobs["spot"].stop()
        said["spot"].set("")

    @reactive.effect
    @reactive.event(input.hand)
    async def _hand() -> None:
        known = opened.get()
        if known is not None:
            await desk.hand(Handed(known.path, known.path.name, "Look"))

    @output(id="fits")
    @render.ui
    def _fits() -> Tag | None:
        there = found.get()
        if there is None or not there.fits:
            return None
        label = "Compound" if there.is_screen else "Fit"
        return choice("fit", label, {"": "choose one", **{name: name for name in there.fits}})

    @output(id="controls")
    @render.ui
    def _controls() -> TagList | None:
        known = opened.get()
        if known is None or known.shown is None:
            return None
        lines = {name: name for name in known.lines}
        names = {str(at): one.words for at, one in enumerate(known.estimands)}
        return TagList(
            group("Posterior", choice("estimand", "Quantity", names), shiny_ui.output_ui("items")) if names else None,
            group("Curves", ticks("lines", f"Lines ({MOST_LINES} at most)", lines, known.lines[:MOST_LINES]))
            if lines
            else None,
        )

    @output(id="items")
    @render.ui
    def _items() -> Tag | None:
        known, number = opened.get(), estimand()
        if known is None or not known.estimands or len(known.estimands[number].items) < 2:
            return None
        items = {str(at): one for at, one in enumerate(known.estimands[number].items)}
        return choice(f"item_{number}", "Of", items)

    @output(id="fault")
    @render.ui
    def _fault() -> TagList | None:
        return fault(said["fault"].get()) if said["fault"].get() else None

    @output(id="status")
    @render.ui
    def _status() -> Any:
        if said["open"].get():
            return tags.p(said["open"].get(), " ", tags.span({"data-since": ""}, aria_hidden="true", class_="elapsed"))
        known = opened.get()
        if known is None:
            there = found.get()
            if there is not None and there.fits:
                return tags.p(f"{len(there.fits)} fits in {there.path.name}: choose one.")
            return tags.p("Drop a fit, or type a path. Nothing leaves this machine.")
        return TagList(tags.p(tags.strong(f"Opened: {Path(known.path).name}.")), verdict_part(known))

    @output(id="handing")
    @render.ui
    def _handing() -> Tag | None:
        known = opened.get()
        return None if known is None or known.shown is None else button("hand", "Hand to Plan")

    @output(id="opened")
    @render.ui
    def _opened() -> TagList | None:
        known = opened.get()
        return None if known is None else opened_parts(known)

    @output(id="curves")
    @render.ui
    def _curves_shown() -> TagList | None:
        known = opened.get()
        return None if known is None or not curves.get() else curves_parts(curves.get(), len(known.lines))

    @output(id="posterior")
    @render.ui
    def _posterior_shown() -> TagList | None:
        known = posterior.get()
        return None if known is None else posterior_parts(*known)

    @output(id="check")
    @render.ui
    def _check_button() -> Tag | None:
        known = opened.get()
        if known is None or known.shown is None or said["spot"].get():
            return None
        return tags.details(
            tags.summary("Spot check by NUTS"),
            tags.p(f"The same data, model and priors, {DRAWS} draws of each of two chains. {WARNING}"),
            button("check_it", "Check by NUTS"),
        )

    @output(id="checking")
    @render.ui
    def _checking() -> TagList | None:
        return working(said["spot"].get(), "stop") if said["spot"].get() else None

    @output(id="spot")
    @render.ui
    def _spot() -> TagList | None:
        known = spot.get()
        return None if known is None else spot_parts(known)
