"""The form of the room, and the fields that are read from it."""

from collections.abc import Mapping
from typing import Any, Final

from htmltools import Tag
from shiny import ui
from shiny.ui import tags

from lensim.app.fields import choice, file, folded, group, number, shown_if, slider, tick, word
from lensim.app.plan.asked import Asked
from lensim.app.plan.chosen import SUBJECTS, Fields, Prices, plural, usual_experiments
from lensim.app.plan.design import FEWEST, MOST, RULES
from lensim.app.plan.designs import DESIGNS, PANELS
from lensim.app.plan.designs_panels import MOST_EXPERIMENTS
from lensim.app.plan.names import LINE, PAIRED
from lensim.app.plan.start import Start
from lensim.app.spoken import TAKE_IT
from lensim.checks import InputError

FIRST: Final = Asked(experiments=usual_experiments(Fields.subject))
FILES: Final = (".nc", ".toml", ".csv", ".tsv", ".txt", ".xlsx", ".ods")
OF_EFFECT: Final = (*PAIRED, "groups", "dose_response")
"""Designs that look for an effect."""
CERTAINTY: Final = {"0.8": "above 80%", "0.9": "above 90%", "0.95": "above 95%"}
GOAL_OF_CALLS: Final = 30.0
PRICES: Final[Mapping[str, str]] = {
    "subject": "A subject or a line",
    "culture": "A culture, or a line on a plate",
    "reverse_transcription": "A reverse transcription",
    "well": "A well or reaction",
    "plate": "A plate and its run",
}
LARGEST_PRICE: Final = 1e9


def form() -> Tag:
    """Every control."""
    return tags.form(
        group("Design", choice("design", "Kind of study", {name: one.title for name, one in DESIGNS.items()})),
        group("What is known", *_known()),
        group("The study", *_study()),
        group(
            "Success",
            shown_if(
                "design",
                OF_EFFECT,
                choice("rule", "A study is a find by", RULES, FIRST.rule),
                slider("goal", "Goal", 50, 95, 100 * FIRST.goal, words="{}% of studies are finds"),
            ),
            shown_if(
                "design",
                ["calls"],
                number("dose_um", "A line is resistant where its IC50 is above", FIRST.dose_um, unit="µM"),
                choice("certainty", "It is called so where the probability is", CERTAINTY, f"{FIRST.certainty:g}"),
                slider("goal_of_calls", "Goal", 5, 95, GOAL_OF_CALLS, words="{}% of all lines are called"),
            ),
        ),
        folded(
            "Prices",
            word("currency", "Currency", FIRST.prices.currency),
            *[
                number(f"price_{name}", label, getattr(FIRST.prices, name), high=LARGEST_PRICE)
                for name, label in PRICES.items()
            ],
        ),
        folded(
            "Seed",
            number(
                "seed",
                "Seed",
                FIRST.seed,
                hint="The same seed and fields give the same numbers, here and in lensim plan.",
            ),
        ),
        class_="form",
        aria_label="The study and its question",
        autocomplete="off",
    )


def _known() -> tuple[Any, ...]:
    return (
        choice("start", "Start from", {"fields": "the numbers below", "file": "a file"}),
        shown_if(
            "start", ["fields"],
            shown_if(
                "design", OF_EFFECT,
                tags.div(
                    number("effect", "Effect", FIRST.effect),
                    choice("unit", "given as", {"percent": "% of control", "fold": "-fold"}, FIRST.unit),
                    class_="pair",
                ),
                slider("spread", "Spread between subjects (sd)", 0, 2, FIRST.spread, step=0.05, words="{} log2"),
                slider("doubt", "Uncertainty of the effect (sd)", 0, 1, FIRST.doubt, step=0.05, words="{} log2",
                       hint="Above 0, power is averaged over effects that may be so: assurance."),
            ),
            shown_if(
                "design", ["calls"],
                number("ic50_um", "Typical IC50 of a line", FIRST.ic50_um, unit="µM"),
                slider("ic50_spread", "Spread between lines (sd)", 0, 1.5, FIRST.ic50_spread, step=0.05,
                       words="{} log10"),
                slider("ic50_doubt", "Uncertainty of the typical IC50 (sd)", 0, 0.5, FIRST.ic50_doubt, step=0.05,
                       words="{} log10", hint="Above 0, shares are averaged over IC50s that may be so: assurance."),
            ),
        ),
        shown_if(
            "start", ["file"],
            file("file", "Fit (.nc), paper's summary (.toml) or table of ratios", FILES,
                 hint="It goes to lensim on this machine, and nowhere else."),
            tick("trust", TAKE_IT),
            ui.output_ui("of_start"),
        ),
        tags.div(ui.output_ui("effect_said"), class_="meaning"),
    )  # fmt: skip


def _study() -> tuple[Any, ...]:
    return (
        shown_if(
            "start", ["fields"],
            shown_if("design", [*PAIRED, "groups"],
                     tags.div(word("target", "Gene", FIRST.target),
                              choice("subject", "Subjects", {one: plural(one) for one in SUBJECTS}, FIRST.subject),
                              class_="pair")),
        ),
        slider("number", tags.span(
            shown_if("design", list(PAIRED), "Number of subjects"),
            shown_if("design", ["groups"], "Number in each group"),
            shown_if("design", PANELS, "Number of lines"),
        ), FEWEST, MOST, FIRST.number),
        shown_if("design", [*PAIRED, *PANELS],
                 slider("experiments", "Experiments", 1, MOST_EXPERIMENTS, FIRST.experiments,
                        hint="Of a patient or donor: one, and one more for a second sample on another day. Of a line: "
                        "each time that it is grown and treated anew.")),
        shown_if("design", ["expression", "groups", *PANELS],
                 slider("replicates", "Replicates (wells)", 1, 4, FIRST.replicates)),
        shown_if("design", PANELS,
                 slider("doses", "Doses", 3, 10, FIRST.doses),
                 number("top_dose_um", "Top dose", FIRST.top_dose_um, unit="µM")),
    )  # fmt: skip


def subject_of(values: Mapping[str, Any]) -> str:
    """Who is studied, from the values of the controls."""
    if values["design"] in PANELS:
        return LINE
    named = values.get("start_subject") if values["start"] == "file" else values["subject"]
    return str(named or "")


def fields_of_start(start: Start) -> Tag:
    """The choices that a file offers; of a panel the condition alone."""
    if not start.effects:
        return tags.div()
    treatments = {one: one or "treated" for one in start.contrasts}
    against = f" against {start.control}" if start.control else ""
    if start.designs == ("dose_response",):
        return tags.div(choice("start_contrast", f"Condition{against}", treatments))
    return tags.div(
        choice("start_target", "Gene", dict(zip(start.targets, start.targets, strict=True))),
        choice("start_subject", "Subjects", {one: plural(one) for one in start.cell_types}),
        choice("start_contrast", f"Treatment{against}", treatments),
    )


def asked_of(values: Mapping[str, Any], start: Start | None) -> Asked:
    """The fields, from the values of the controls.

    Raises
    ------
    InputError
        If a number is missing or out of its range, or a file is wanted and none is there.
    """
    design = str(values["design"])
    prices = Prices(
        str(values["currency"]).strip() or FIRST.prices.currency,
        **{name: _number(values, f"price_{name}", label, 0.0) for name, label in PRICES.items()},
    )
    if values["start"] == "file":
        more = _of_start(values, design, start)
    else:
        more = {"target": str(values["target"]).strip() or FIRST.target, "subject": str(values["subject"])}
    if design in PANELS:
        more["subject"] = LINE
    is_called = design == "calls"
    return Asked(
        design=design,
        unit=values["unit"],
        effect=_number(values, "effect", "Effect", 0.0),
        spread=round(float(values["spread"]), 3),
        doubt=round(float(values["doubt"]), 3),
        number=int(values["number"]),
        experiments=int(values["experiments"]),
        replicates=int(values["replicates"]),
        doses=int(values["doses"]),
        top_dose_um=_number(values, "top_dose_um", "Top dose", 0.0),
        ic50_um=_number(values, "ic50_um", "Typical IC50 of a line", 0.0),
        ic50_spread=round(float(values["ic50_spread"]), 3),
        ic50_doubt=round(float(values["ic50_doubt"]), 3),
        dose_um=_number(values, "dose_um", "The dose of the call", 0.0),
        certainty=float(values["certainty"]),
        rule=str(values["rule"]),
        goal=round(float(values["goal_of_calls" if is_called else "goal"]) / 100, 3),
        prices=prices,
        seed=int(_number(values, "seed", "Seed", 0.0)),
        **more,
    )


def _of_start(values: Mapping[str, Any], design: str, start: Start | None) -> dict[str, Any]:
    """What a file gives.

    Raises
    ------
    InputError
        If there is none, or the design cannot start from it.
    """
    if start is None:
        raise InputError("Start from a file must have a file, got none: choose one, or start from the numbers")
    if design not in start.designs:
        fitting = " or ".join(f"“{DESIGNS[one].title}”" for one in start.designs)
        raise InputError(
            f"Kind of study must be {fitting}, as {start.file} is {start.kind}, got “{DESIGNS[design].title}”: choose "
            f"{'it' if len(start.designs) == 1 else 'one of these'}, or start from the numbers"
        )
    if not start.effects:
        return {"start": start}
    several = len(start.contrasts) > 1
    return {
        "start": start,
        "target": str(values.get("start_target") or start.targets[0]),
        "subject": str(values.get("start_subject") or start.cell_types[0]),
        "contrast": str(values.get("start_contrast") or start.contrasts[0]) if several else "",
    }


NAMES: Final = (
    "design", "start", "effect", "unit", "spread", "doubt", "target", "subject", "number", "experiments", "replicates",
    "doses", "top_dose_um", "ic50_um", "ic50_spread", "ic50_doubt", "dose_um", "certainty", "rule", "goal",
    "goal_of_calls", "currency", "seed", *(f"price_{name}" for name in PRICES),
)  # fmt: skip
"""Of the controls that are always there."""
OF_START: Final = ("start_target", "start_subject", "start_contrast")


def _number(values: Mapping[str, Any], name: str, label: str, low: float) -> float:
    value = values[name]
    if value is None or not low <= float(value) <= LARGEST_PRICE:
        raise InputError(
            f"{label} must be a number of {low:g} to {LARGEST_PRICE:g}, got {'none' if value is None else value}"
        )
    return float(value)


def offered(start: Start, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Choices of a file as far as it offers them; a control may still have that of a former file."""
    known = dict(zip(OF_START, (start.targets, start.cell_types, start.contrasts), strict=True))
    return {name: chosen[name] if chosen[name] in known[name] else None for name in OF_START}
