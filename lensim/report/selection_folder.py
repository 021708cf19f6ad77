"""Figures of selections in their folder of results."""

from pathlib import Path

from lensim.report.figures import style
from lensim.report.figures.selection import plot_outcomes, plot_paths
from lensim.selection.run import SelectionResult


def draw_selection(result: SelectionResult, folder: Path) -> None:
    """Write the figures of selections into a folder, as PNG."""
    style.save_figure(plot_paths(result.runs), folder / "paths.png")
    style.save_figure(plot_outcomes(result.table, result.ends), folder / "outcomes.png")
