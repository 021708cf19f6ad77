"""A fit as a section of a page: verdict, what the data were, tables of what was asked for, figures, settings, seed."""

import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.estimands import dose_response_estimands, summarise_lines, summarise_panel
from lensim.expression.estimands import expression_estimands, summarise_populations, summarise_subjects
from lensim.inference.intervals import interval_of
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.inference.verdict import verdict_of
from lensim.report.compact import compacted
from lensim.report.fit_view import FitView, interval_words
from lensim.report.fits_assays import BIOASSAY, CELL_CYCLE
from lensim.report.folder import said_of
from lensim.report.numbers import number_text
from lensim.report.page import PageTable, Picture, Section, State
from lensim.report.pictures import picture_of

MOST_SCALARS: Final = 60
"""A variable with more than these is data of its own, such as one value a well, and left to the result's file."""

SETTINGS: Final = {
    "model": "Model",
    "seed": "Seed",
    "attempts": "Attempts",
    "kept_every": "Kept of the draws: every",
    "sampling_seconds": "Seconds of sampling",
    "compile_seconds": "Seconds of compiling",
    "lensim_version": "lensim",
}


def fit_section(result: xr.DataTree, name: str, key: str, ci_prob: float = 0.9, *, figures: bool = True) -> Section:
    """A fit with its verdict.

    Parameters
    ----------
    result
        As `lensim fit` writes it.
    name
        What the page calls it: the file's name.
    key
        Address of the section.
    ci_prob
        Probability inside the intervals.
    figures
        Whether figures are drawn.

    Raises
    ------
    InputError
        If it carries no verdict, and its draws are no independent ones.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    state, verdict = _judged(result)
    view, lacks = view_of(result), ""
    try:
        tables, pictures = _drawn(view, result, ci_prob, figures=figures)
    except KeyError as error:
        # a model of another package, or a result that someone cut down
        view, lacks = PARAMETERS, f" The result lacks {_last_word(error)}, so its parameters are shown as they are."
        tables, pictures = _drawn(view, result, ci_prob, figures=figures)
    model = str(result.attrs.get("model", ""))
    lead = f"{view.title}{f', by the model {model}' if model else ''}. {_data_in_words(result)}{lacks}"
    return Section(
        key,
        name,
        state=state,
        verdict=verdict,
        lead=(lead.strip(),),
        tables=tables,
        pictures=pictures,
        facts=_facts(result),
    )


def _judged(result: xr.DataTree) -> tuple[State | None, str]:
    verdict = verdict_of(result)
    if verdict.kind == "independent":
        return None, said_of(verdict.sentence())
    return "yes" if verdict.passed else "no", said_of(verdict.sentence())


def _drawn(
    view: FitView, result: xr.DataTree, ci_prob: float, *, figures: bool
) -> tuple[tuple[PageTable, ...], tuple[Picture, ...]]:
    return tuple(view.tables(result, ci_prob)), tuple(view.pictures(result, ci_prob)) if figures else ()


def _last_word(error: KeyError) -> str:
    """The name at the end of a message such as 'Could not find node at log_top_signal'."""
    return str(error.args[0] if error.args else error).split()[-1].strip("'\".")


def view_of(result: xr.DataTree) -> FitView:
    """The view of the kind of a fit; one of its parameters where it has none of its own."""
    if OBSERVATIONS not in result.children:
        return PARAMETERS
    return next((view for view in VIEWS if view.is_of(result)), PARAMETERS)


# --- dose-response ---


def _is_dose_response(result: xr.DataTree) -> bool:
    return v.LOG10_EC50 in result["posterior"] and v.DOSE in result[OBSERVATIONS]


def _dose_response_tables(result: xr.DataTree, ci_prob: float) -> Iterator[PageTable]:
    words = interval_words(ci_prob)
    unit = str(observations_of(result)[v.DOSE].attrs.get("units", "uM"))
    estimands = dose_response_estimands(result)
    lines = summarise_lines(estimands, ci_prob).reset_index()
    shown = [
        "cell_line", "molecular_group", "ic50", "p_ic50_above_top", "p_resistant", "inhibition_at_top_dose_percent",
        "inhibition_at_top_dose_percent_lower", "inhibition_at_top_dose_percent_upper", "p_stimulated",
    ]  # fmt: skip
    lines = lines[[name for name in shown if name in lines]]
    yield PageTable(
        compacted(lines), f"Lines: absolute IC50 as an interval or a bound, {words}", {"ic50": _micro(unit)}
    )
    yield PageTable(compacted(_panel(summarise_panel(estimands, ci_prob))), f"The panel as a whole, {words}")


def _panel(panel: pd.DataFrame) -> pd.DataFrame:
    """Quantities in words."""
    table = panel.rename_axis("quantity").reset_index()
    table["quantity"] = [str(name).replace("_", " ") for name in table["quantity"]]
    return table


def _dose_response_pictures(result: xr.DataTree, ci_prob: float) -> Iterator[Picture]:
    from lensim.report.figures import dose_response as report

    lines = summarise_lines(dose_response_estimands(result), ci_prob)
    count = len(lines)
    yield picture_of(
        report.plot_curves(result, lines, ci_prob),
        "curves",
        f"Wells as percent of untreated, and posterior curves with {ci_prob:.0%} bands; above each stands the IC50, "
        f"or the "
        "bound that takes its place.",
        f"Dose-response curves over wells, {count} panels, on a log axis of dose",
    )
    yield picture_of(
        report.plot_ic50_forest(result, lines, ci_prob=ci_prob),
        "ic50_forest",
        f"Absolute IC50 with {ci_prob:.0%} intervals; arrows are bounds at the ends of the tested doses.",
        f"Forest plot of the IC50 of {count} lines on a log axis",
    )
    yield picture_of(
        report.plot_posterior_predictive(result),
        "posterior_predictive",
        "Whether the model could have made these wells: observed against replicated signals.",
        "Posterior predictive check of wells, as distributions and as PIT",
    )


# --- expression ---


def _is_expression(result: xr.DataTree) -> bool:
    """Other assays have fold changes too, but of no target."""
    posterior = result["posterior"]
    return v.LOG2_FOLD_CHANGE in posterior and v.TARGET in posterior[v.LOG2_FOLD_CHANGE].dims


def _expression_tables(result: xr.DataTree, ci_prob: float) -> Iterator[PageTable]:
    words = interval_words(ci_prob)
    estimands = expression_estimands(result)
    if v.MU_FOLD_CHANGE in estimands:
        populations = summarise_populations(estimands, ci_prob)
        yield PageTable(compacted(populations), f"Populations: mean, spread and a new subject, {words}")
    subjects = summarise_subjects(estimands, ci_prob)
    yield PageTable(compacted(subjects), f"Subjects: fold change in percent of control, {words}")


def _expression_pictures(result: xr.DataTree, ci_prob: float) -> Iterator[Picture]:
    from lensim.report.figures import expression as report

    data = observations_of(result)
    if v.MU_FOLD_CHANGE in result["posterior"]:
        yield picture_of(
            report.plot_forest(result, ci_prob),
            "forest",
            f"Fold change of each subject with its {ci_prob:.0%} interval, and the population behind them.",
            "Forest plot of fold changes in percent of control, by target and cell type",
        )
    if v.LOG2_LEVEL in result["posterior"] and v.CT in data:
        yield picture_of(
            report.plot_levels(result, ci_prob),
            "levels",
            "Level of each target under the control condition; a target that was never detected is a bound.",
            "Levels of mRNA of each subject on a log axis, one panel a target",
        )
    if data.sizes.get(v.STANDARD, 0):
        yield picture_of(
            report.plot_standard_curves(result, ci_prob),
            "standard_curves",
            "Dilution series, and the amplification that the model takes from them.",
            "Ct of dilution series against quantity, one panel a gene, with fitted lines",
        )


# --- any other model ---


def _parameter_tables(result: xr.DataTree, ci_prob: float) -> Iterator[PageTable]:
    """Median and interval of every parameter that is not one of data's many."""
    rows = list(_parameter_rows(result["posterior"].to_dataset(), ci_prob))
    if rows:
        yield PageTable(compacted(pd.DataFrame(rows)), f"Parameters, {interval_words(ci_prob)}")


def _parameter_rows(posterior: xr.Dataset, ci_prob: float) -> Iterator[dict[str, Any]]:
    for name, values in posterior.data_vars.items():
        size = values.size // (values.sizes["chain"] * values.sizes["draw"])
        if size > MOST_SCALARS or values.dtype.kind not in "fiu":
            continue
        dims = [dim for dim in values.dims if dim not in ("chain", "draw")]
        flat = values.transpose("chain", "draw", *dims).to_numpy().reshape(-1, size)
        lower, median, upper = interval_of(flat, ci_prob, axis=0)
        labels = [
            posterior[dim].to_numpy() if dim in posterior.coords else np.arange(values.sizes[dim]) for dim in dims
        ]
        for at, where in enumerate(np.ndindex(*[values.sizes[dim] for dim in dims])):
            yield {
                "parameter": str(name),
                "of": ", ".join(str(labels[k][i]) for k, i in enumerate(where)) or None,
                "unit": v.UNITS.get(str(name)) or values.attrs.get("units"),
                "median": median[at],
                "lower": lower[at],
                "upper": upper[at],
            }


def _no_pictures(result: xr.DataTree, ci_prob: float) -> Iterator[Picture]:
    return iter(())


PARAMETERS: Final = FitView("Parameters of a model", lambda _: True, _parameter_tables, _no_pictures)
VIEWS: Final = (
    FitView("IC50 of cell lines", _is_dose_response, _dose_response_tables, _dose_response_pictures),
    FitView("Fold changes of mRNA", _is_expression, _expression_tables, _expression_pictures),
    BIOASSAY,
    CELL_CYCLE,
)
"""The kinds of fit that have tables and figures of their own; a further assay adds its line here."""


# --- what all share ---


def _micro(unit: str) -> str:
    return unit.replace("uM", "µM")


def _data_in_words(result: xr.DataTree) -> str:
    """Sizes of the data along the dims that have names, and the file where it is known."""
    if OBSERVATIONS not in result.children:
        return ""
    data = observations_of(result)
    sizes = [f"{number_text(size)} {_plural(str(dim), size)}" for dim, size in data.sizes.items() if size]
    return f"Data: {', '.join(sizes)}."


def _plural(dim: str, size: int) -> str:
    word = {"cdna": "sample"}.get(dim, dim.replace("_", " "))
    if size == 1:
        return word
    return {"study": "studies", "assay": "assays"}.get(word, f"{word}s")


def _facts(result: xr.DataTree) -> tuple[tuple[str, str], ...]:
    facts = [(words, _fact(result.attrs[name])) for name, words in SETTINGS.items() if name in result.attrs]
    library = result["posterior"].attrs.get("inference_library")
    if library:
        facts.append(("Sampler", str(library)))
    sizes = result["posterior"].sizes
    facts.append(("Draws kept", f"{sizes['chain']} chains of {sizes['draw']}"))
    try:
        settings = json.loads(str(result.attrs.get("settings", "{}")))
    except json.JSONDecodeError:
        settings = {}
    for name, value in settings.items():
        for inner, one in value.items() if isinstance(value, dict) else [("", value)]:
            facts.append((f"{name} {inner}".replace("_", " ").strip().capitalize(), _fact(one)))
    return tuple(facts)


def _fact(value: Any) -> str:
    """A whole number is one to be copied, such as a seed."""
    if isinstance(value, bool | int | np.integer):
        return str(value)
    return number_text(float(value)) if isinstance(value, float | np.floating) else str(value)
