"""What can be changed in the world that simulated panels of cell lines come from; one value a world."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from lensim import checks
from lensim.bounds import require_figures, require_spreads
from lensim.dose_response.design import HALF_LOG_DOSES_UM, DoseResponseDesign, PlateMap

Lines = Literal["usual", "skewed", "two_humps", "flat", "between_doses"]
TENFOLD_DOSES_UM: Final = (0.0, 0.01, 0.1, 1.0, 10.0)


@dataclass(frozen=True)
class PanelWorld:
    """A panel as a laboratory measures it; the defaults are the world in which nothing is odd.

    All numbers are assumed. They are sizes that laboratories report, not fits to data.

    Attributes
    ----------
    name, words
        How tables call it, and what is changed, in a sentence.
    lines
        Number of cell lines.
    curves
        How lines differ. "usual": midpoints, slopes and effects are normal. "skewed": midpoints and effects have one
        long tail. "two_humps": half of the lines respond strongly at low doses, the others hardly. "flat": all are
        resistant. "between_doses": steep curves that fall wholly between two doses.
    doses_um, replicates, untreated_wells, experiments, plate_map
        As in `DoseResponseDesign`.
    sd_culture_log10_ec50, sd_day_log10_ec50
        A culture's own deviation of the midpoint, and that shared by all lines of a day (one dilution series).
    sd_culture_effect, sd_day_effect
        The same for the effect at saturation, -log of the signal left there.
    sd_culture_left
        A culture's deviation of the signal left at saturation, as a share of untreated; its mean over days is the
        line's.
    sd_culture_log_slope
        A culture's deviation of the log slope.
    edge_loss, sd_gradient
        Share of signal lost in edge wells; spread of linear trends along rows and along columns of a plate, from
        middle to end.
    outlying_share, outlying_fold
        Wells that are this many fold too high or too low.
    lost_share
        Wells without a result.
    controls_fold
        Signal of untreated wells over that of wells with vehicle and no drug.
    as_percent
        The data are percents of the mean of a culture's untreated wells, blanks taken off, and no raw signals.
    """

    name: str = "nothing odd"
    words: str = "Midpoints of cultures differ by 0.10 log10 between days; all else is the same on every day."
    lines: int = 12
    curves: Lines = "usual"
    doses_um: tuple[float, ...] = HALF_LOG_DOSES_UM
    replicates: int = 3
    experiments: int = 3
    plate_map: PlateMap = "randomised"
    sd_culture_log10_ec50: float = 0.10
    sd_day_log10_ec50: float = 0.0
    sd_culture_effect: float = 0.0
    sd_day_effect: float = 0.0
    sd_culture_left: float = 0.0
    sd_culture_log_slope: float = 0.0
    edge_loss: float = 0.0
    sd_gradient: float = 0.0
    outlying_share: float = 0.0
    outlying_fold: float = 3.0
    lost_share: float = 0.0
    controls_fold: float = 1.0
    as_percent: bool = False
    untreated_wells: int = 0

    def __post_init__(self) -> None:
        require_figures(self)
        checks.one_of("PanelWorld.curves", self.curves, get_args(Lines))
        for name in ("edge_loss", "outlying_share", "lost_share"):
            checks.between(f"PanelWorld.{name}", getattr(self, name), 0.0, 0.9)
        require_spreads(self)
        for name in ("outlying_fold", "controls_fold"):
            checks.above(f"PanelWorld.{name}", getattr(self, name), 0.0)
        _ = self.design  # refuses what no plate can hold

    @property
    def design(self) -> DoseResponseDesign:
        """Lines, doses and plates; all lines are of one group."""
        return DoseResponseDesign(
            [f"line {1 + k}" for k in range(self.lines)],
            ["lines"] * self.lines,
            self.doses_um,
            self.replicates,
            self.experiments,
            self.plate_map,
            untreated_wells=self.untreated_wells,
        )
