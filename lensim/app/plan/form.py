"""The form of the room, and the fields that are read from it."""

from collections.abc import Mapping
from typing import Any, Final

from htmltools import Tag
from shiny import ui
from shiny.ui import tags

from lensim.app.fields import choice, file, folded, group, number, shown_if, slider, tick, word
from lensim.app.plan.asked import Asked
from lensim.app.plan.chosen import SUBJECTS, Prices
from lensim.app.plan.designs import DESIGNS, FEWEST, MOST, RULES
from lensim.app.plan.said import plural
from lensim.app.plan.start import Start
from lensim.checks import InputError

FIRST: Final = Asked()
FILES: Final = (".nc", ".toml", ".csv", ".tsv", ".txt", ".xlsx", ".ods")
PAIRED: Final = ("expression", "ratios")
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
            choice("rule", "A study is a find by", RULES, FIRST.rule),
            slider("goal", "Goal", 50, 95, 100 * FIRST.goal, words="{}% of studies are finds"),
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
            "start", ["file"],
            file("file", "Fit (.nc), paper's summary (.toml) or table of ratios", FILES,
                 hint="It goes to lensim on this machine, and nowhere else."),
            tick("trust", "Take a fit that did not pass its convergence gate as it is"),
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
            shown_if("design", ["dose_response"], "Number of lines"),
        ), FEWEST, MOST, FIRST.number),
        shown_if("design", [*PAIRED, "dose_response"], slider("experiments", "Experiments", 1, 6, FIRST.experiments)),
        shown_if("design", ["expression", "groups", "dose_response"],
                 slider("replicates", "Replicates (wells)", 1, 4, FIRST.replicates)),
        shown_if("design", ["dose_response"],
                 slider("doses", "Doses", 3, 10, FIRST.doses),
                 number("top_dose_um", "Top dose", FIRST.top_dose_um, unit="µM")),
    )  # fmt: skip


def fields_of_start(start: Start) -> Tag:
    """The choices that a file offers."""
    return tags.div(
        choice("start_target", "Gene", dict(zip(start.targets, start.targets, strict=True))),
        choice("start_subject", "Subjects", {one: plural(one) for one in start.cell_types}),
        choice("start_contrast", "Treatment", {one: one or "treated" for one in start.contrasts}),
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
    of_file = values["start"] == "file"
    if of_file and start is None:
        raise InputError("Start from a file must have a file, got none: choose one, or start from the numbers")
    if of_file and design not in PAIRED:
        raise InputError(
            f"A file must be the start of a paired design, got {DESIGNS[design].title}: start from numbers"
        )
    more: dict[str, Any] = {}
    if of_file and start is not None:
        several = len(start.contrasts) > 1
        more = {
            "start": start,
            "target": str(values.get("start_target") or start.targets[0]),
            "subject": str(values.get("start_subject") or start.cell_types[0]),
            "contrast": str(values.get("start_contrast") or start.contrasts[0]) if several else "",
        }
    else:
        more = {"target": str(values["target"]).strip() or FIRST.target, "subject": str(values["subject"])}
    if design == "dose_response":
        more["subject"] = "line"
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
        rule=str(values["rule"]),
        goal=round(float(values["goal"]) / 100, 3),
        prices=prices,
        seed=int(_number(values, "seed", "Seed", 0.0)),
        **more,
    )


NAMES: Final = (
    "design", "start", "effect", "unit", "spread", "doubt", "target", "subject", "number", "experiments", "replicates",
    "doses", "top_dose_um", "rule", "goal", "currency", "seed", *(f"price_{name}" for name in PRICES),
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
