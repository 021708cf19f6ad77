"""What the paper prints of fold changes, as published summaries."""

from typing import Any, Final

from pydantic import ValidationError

from lensim.maiga2013.expression_twin import LINE, PRIMARY
from lensim.maiga2013.facts import count_of, fact, number, span
from lensim.summaries.summary import PublishedSummary

RESULTS: Final = (
    ("TNF", "lines", LINE),
    ("TNF", "primary", PRIMARY),
    ("IGF1", "lines", LINE),
    ("IGF1", "primary", PRIMARY),
)
"""Gene, part of the facts' keys, cell type."""

NAMED_TEST: Final = {"TNF": "not named", "IGF1": "t"}
"""Of the facts' notes: a paired t-test for IGF1, scale and sides not said; nothing for TNF."""

CHANGE_SUFFIX: Final = ", as percent change"

MEASUREMENT_SD: Final = 0.3
"""Of a line's printed change around its true one [log2]: assumed, of the order of the twin's, with biological
variation of 0.25 and 0.10 of gene and reference between samples, duplicate reactions and two experiments."""


def published_summaries(measurement_sd: float = 0.0) -> list[PublishedSummary]:
    """The four paired results: TNF and IGF1, in lines and in patients' cells.

    Raises
    ------
    InputError
        If `measurement_sd` is below 0.
    """
    found = []
    for gene, kind, cell_type in RESULTS:
        key = f"{gene.lower()}_{kind}"
        increased, ends = count_of(f"{key}_increased"), span(f"{key}_range_percent")
        content: dict[str, Any] = {
            "name": f"{gene}, {cell_type}",
            "source": fact(f"{key}_median_percent").where,
            "target": gene,
            "cell_type": cell_type,
            "n": increased.total,
            "scale": "percent_of_control",
            "median": _plain(number(f"{key}_median_percent")),
            "minimum": _plain(ends.low),
            "maximum": _plain(ends.high),
            "increases": increased.count,
            "p": {"value": _plain(number(f"{key}_p")), "test": NAMED_TEST[gene]},
            "measurement_sd": measurement_sd,
        }
        found.append(PublishedSummary(**content))
    return found


def as_percent_change(summary: PublishedSummary) -> PublishedSummary | None:
    """The same numbers as percent of change, as the words "median increase of" have them; None where they cannot be.

    What the paper prints of lines has decreases counted and a range above 0, so there the reading is no option.
    """
    numbers = {name: getattr(summary, name).text for name in ("median", "minimum", "maximum")}
    content = summary.model_dump(include={"source", "target", "cell_type", "n", "increases", "p", "measurement_sd"})
    try:
        return PublishedSummary.model_validate(
            {**content, **numbers, "name": f"{summary.name}{CHANGE_SUFFIX}", "scale": "percent_change"}
        )
    except ValidationError:
        return None


def _plain(value: float) -> str:
    """As printed: none of these numbers ends in a zero after the point."""
    return f"{value:g}"
