"""What is opened, as parts of the page: verdict and tables, curves, posteriors, the spot check."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from htmltools import Tag, TagList
from shiny.ui import tags

from lensim.app.fields import table
from lensim.app.look.curves import MOST_LINES, LineCurve, curve_figure
from lensim.app.look.drawing import histogram
from lensim.app.look.opened import Opened
from lensim.app.look.posterior import Posterior
from lensim.app.look.spot import FEW, Spot
from lensim.app.sections import section_parts, verdict
from lensim.plain_text import visible


def verdict_part(opened: Opened) -> Tag | None:
    """The verdict of a fit."""
    shown = opened.shown
    return None if shown is None else verdict(shown.section.state, shown.section.verdict or shown.verdict)


def opened_parts(opened: Opened) -> TagList:
    """All that `lensim report` shows, but the verdict."""
    if opened.shown is not None:
        own = section_parts(opened.shown.section, opened.shown.images, folds_notes=True)
        return TagList(tags.h2(visible(opened.shown.section.title)), own)
    parts: list[Any] = []
    for section in opened.sections:
        parts += [tags.h2(visible(section.title)), section_parts(section, opened.images)]
    return TagList(*parts)


def curves_parts(curves: Sequence[LineCurve], lines: int) -> TagList:
    """A figure a line, each with its numbers; of how many lines, where these are not all."""
    figures = [
        tags.figure(
            tags.figcaption(tags.strong(visible(one.line))),
            curve_figure(one),
            tags.details(
                tags.summary("The numbers as a table"),
                table(
                    f"{visible(one.line)}, % of untreated",
                    (f"Dose ({one.unit})", f"Curve ({one.ci_prob:.0%} band)", "Mean of wells"),
                    one.rows,
                ),
            ),
        )
        for one in curves
    ]
    band = f"Wells, the posterior curve and its {curves[0].ci_prob:.0%} band."
    if len(curves) < lines:
        band += f" {len(curves)} of {lines} lines are drawn, {MOST_LINES} at most: tick those that you look for."
    return TagList(tags.h2("Curves"), tags.p(band, class_="note"), tags.div(*figures, class_="panels"))


def posterior_parts(own: Posterior, nuts: Posterior | None) -> TagList:
    """A histogram with its interval or bound, and the same by NUTS where that was drawn."""
    words = visible(own.words)
    return TagList(
        tags.h2("Posterior"),
        tags.p(tags.strong(words), "."),
        tags.p(f"By NUTS (dashed): {visible(nuts.words)}.") if nuts is not None else None,
        _drawn(own, nuts),
        tags.details(
            tags.summary("The numbers as a table"),
            table(f"Draws of {visible(own.title)}, in shares of all {own.draws:,}", ("From", "To", "Share"), own.rows),
        ),
    )


def _drawn(own: Posterior, nuts: Posterior | None) -> Tag | None:
    if len(own.edges) < 2 or not np.isfinite(own.edges).all():
        return None
    interval = (own.lower, own.median, own.upper)
    other = (nuts.edges, nuts.shares) if nuts is not None and len(nuts.edges) > 1 else None
    return tags.figure(
        histogram(own.edges, own.shares, interval, visible(own.title), f"Histogram. {visible(own.words)}", other)
    )


def spot_parts(spot: Spot) -> TagList:
    """Both side by side."""
    rows = [(visible(row.title), row.fast, row.nuts, row.difference or "not known") for row in spot.rows]
    head = ("Quantity", "Fast engine", "NUTS", "Medians differ by [sd]")
    return TagList(
        tags.h2("Spot check by NUTS"),
        tags.p(tags.strong(spot.sentence), f" {FEW}"),
        tags.p(f"Gate of the draws by NUTS: {visible(spot.verdict)}."),
        table("The fit, and NUTS on the same data: median (90% interval)", head, rows),
    )
