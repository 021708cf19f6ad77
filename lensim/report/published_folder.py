"""Figures of published summaries in their folder of results."""

from pathlib import Path

from lensim.report.figures import style
from lensim.report.figures.summaries import plot_attainable, plot_implied
from lensim.summaries.run import PublishedResult


def draw_published(result: PublishedResult, folder: Path) -> None:
    """Write the figures of published summaries into a folder, as PNG."""
    style.save_figure(plot_implied(result.tree, result.summaries), folder / "implied.png")
    if len(result.audit):
        style.save_figure(plot_attainable(result.audit), folder / "attainable.png")
