"""Figures of power in its folder of results."""

from pathlib import Path

from lensim.power.result import PowerResult
from lensim.report.figures import style
from lensim.report.figures.power import power_figures


def draw_power(result: PowerResult, folder: Path) -> None:
    """Write every figure that the grid of a result allows into a folder, as PNG."""
    for name, figure in power_figures(result.table).items():
        style.save_figure(figure, folder / f"{name}.png")
