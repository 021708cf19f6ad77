"""Figures of a plan in its folder of results."""

from pathlib import Path

from lensim.plan.result import PlanResult
from lensim.report.figures import style
from lensim.report.figures.plan import plan_figures


def draw_plan(result: PlanResult, folder: Path) -> None:
    """Write every figure of a plan into a folder, as PNG."""
    for name, figure in plan_figures(result.plan, result.tables.get("plate_map")).items():
        style.save_figure(figure, folder / f"{name}.png")
