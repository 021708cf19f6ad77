"""Fits of the bioassay and of the cell cycle as a page shows them: tables and figures."""

from collections.abc import Iterator

import xarray as xr

from lensim.bioassay.estimands import bioassay_estimands, is_bioassay, summarise_changes, summarise_media
from lensim.cell_cycle.estimands import (
    cell_cycle_estimands,
    summarise_effects,
    summarise_line_differences,
    summarise_shares,
)
from lensim.report.compact import compacted
from lensim.report.fit_view import FitView, interval_words
from lensim.report.page import PageTable, Picture
from lensim.report.pictures import picture_of


def _bioassay_tables(result: xr.DataTree, ci_prob: float) -> Iterator[PageTable]:
    words = interval_words(ci_prob)
    estimands = bioassay_estimands(result)
    changes, media = summarise_changes(estimands, ci_prob), summarise_media(estimands, ci_prob)
    if len(changes):
        shown = changes[["cell_line", "contrast", "change", "p_increase", "control_tnf", "treated_tnf"]]
        yield PageTable(compacted(shown), f"Change of TNF under treatment, {words}", {"change": "% of control"})
    shown = media[["medium", "cell_line", "condition", "experiment", "tnf", "p_below", "p_above"]]
    yield PageTable(compacted(shown), f"TNF of each medium as an interval or a bound, {words}", {"tnf": "pg/ml"})


def _bioassay_pictures(result: xr.DataTree, ci_prob: float) -> Iterator[Picture]:
    from lensim.report.figures import bioassay as report

    yield picture_of(
        report.plot_calibration(result, ci_prob),
        "calibration",
        "Standards, posterior curves and samples of each plate; the shaded ends lie beyond the standards.",
        "Calibration curves of optical density against TNF on a log axis, one panel a plate, with samples",
    )
    yield picture_of(
        report.plot_tnf(result, ci_prob),
        "tnf",
        "TNF of each medium under each condition; an arrow is a bound, for what lies beyond the standards.",
        "TNF concentration of conditioned media in pg/ml, one panel a line",
    )


def _is_cell_cycle(result: xr.DataTree) -> bool:
    return "phase_log_ratio" in result["posterior"]


def _cell_cycle_tables(result: xr.DataTree, ci_prob: float) -> Iterator[PageTable]:
    words = interval_words(ci_prob)
    estimands = cell_cycle_estimands(result)
    tables = (
        (summarise_effects(estimands, ci_prob), "Effect of treatment on each phase"),
        (summarise_line_differences(estimands, ci_prob), "Difference of the effects in two lines"),
        (summarise_shares(estimands, ci_prob), "Share of each phase"),
    )
    for frame, caption in tables:
        if len(frame):
            yield PageTable(compacted(frame), f"{caption}, {words}")


def _cell_cycle_pictures(result: xr.DataTree, ci_prob: float) -> Iterator[Picture]:
    from lensim.report.figures import cell_cycle as report

    yield picture_of(
        report.plot_phases(result, ci_prob),
        "phases",
        f"Share of each phase with its {ci_prob:.0%} interval; points are single cultures.",
        "Bars of the share of cells in each phase, by line and condition",
    )
    effects = report.effects_for_figure(result, ci_prob)
    if len(effects):
        yield picture_of(
            report.plot_effects({f"{ci_prob:.0%} interval": effects}),
            "effects",
            "Change of the S share under treatment in each line, and the difference of lines.",
            "Intervals of the change of the S share, one row a line",
        )


BIOASSAY = FitView("TNF of conditioned media", is_bioassay, _bioassay_tables, _bioassay_pictures)
CELL_CYCLE = FitView("Phases of the cell cycle", _is_cell_cycle, _cell_cycle_tables, _cell_cycle_pictures)
