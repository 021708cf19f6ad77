"""Figures of power in its folder of results."""

from pathlib import Path

from lensim.output import written_whole
from lensim.power.result import PowerResult
from lensim.report.figures import style
from lensim.report.figures.power import power_figures


def draw_power(result: PowerResult, folder: Path) -> list[str]:
    """Write every figure that the grid of a result allows into a folder, as PNG, and give the names of the files."""
    names = []
    for name, figure in power_figures(result.table).items():
        with written_whole(folder / f"{name}.png", force=True) as partial:
            style.save_figure(figure, partial)
        names.append(f"{name}.png")
    return names
