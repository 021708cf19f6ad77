"""Faults of plates (edge effects, trends, outliers, lost wells) and their sizes."""

from dataclasses import dataclass, fields
from typing import Final

from lensim import checks
from lensim.bounds import require_figures


@dataclass(frozen=True)
class PlateFaults:
    """What goes wrong on plates, each with its size; all sizes are assumed, as ordinary for a careful laboratory.

    Attributes
    ----------
    mean_edge_log_loss, sd_edge_log_loss
        Loss of log signal in the outermost rows and columns: its mean, and its spread between plates.
    sd_row_log_gradient, sd_column_log_gradient
        Spread between plates of a straight-line trend of log signal: the gain of the last row (column) over the
        middle of the plate, and the loss of the first.
    sd_dispensing_log
        Normal spread of log signal from uneven numbers of cells in wells.
    outlier_probability, outlier_log_shift
        Share of wells that are off, and by how much log signal, up or down with equal odds.
    lost_probability
        Share of wells that are never read.

    Raises
    ------
    InputError
        If a spread is negative or a probability lies outside 0 to 1.
    """

    mean_edge_log_loss: float = 0.15
    sd_edge_log_loss: float = 0.05
    sd_row_log_gradient: float = 0.05
    sd_column_log_gradient: float = 0.05
    sd_dispensing_log: float = 0.05
    outlier_probability: float = 0.01
    outlier_log_shift: float = 1.0
    lost_probability: float = 0.01

    def __post_init__(self) -> None:
        require_figures(self)
        for field in fields(self):
            place, value = f"PlateFaults.{field.name}", getattr(self, field.name)
            if field.name.startswith("sd_"):
                checks.at_least(place, value, 0)
            elif field.name.endswith("_probability"):
                checks.between(place, value, 0, 1)


NO_FAULTS: Final = PlateFaults(**{field.name: 0.0 for field in fields(PlateFaults)})
"""Plates on which only the noise that the models know of is at work."""
