"""Designs, truths and analyses of dose-response panels, as strict data."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

import numpy as np
import xarray as xr
from pydantic import Field, create_model, model_validator

from lensim import limits
from lensim import vocabulary as v
from lensim.bounds import require_size
from lensim.config import FrozenConfig
from lensim.dose_response.design import DoseResponseDesign, PlateMap
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.truth import DoseResponsePopulation
from lensim.plate_faults import NO_FAULTS, PlateFaults
from lensim.power.design_prior import FileOfPosterior
from lensim.power.spec import GrownConfig, NonNegativeNumber, Number, PositiveNumber, ShareNumber

Curve = Literal["log10_ec50_um", "log_hill_slope", "effect_at_saturation"]
CURVE_NAMES: Final = get_args(Curve)


class DoseResponseDesignSpec(GrownConfig):
    """The panel whose power is asked.

    Attributes
    ----------
    groups
        Number of lines of each molecular group.
    top_dose_um, dose_ratio, dose_count
        A series of so many doses downwards from the top, beside untreated [uM].
    doses_um
        The doses themselves, in place of a series [uM].
    replicates, experiments, plate_map, uses_edge_wells, blanks_per_plate, untreated_wells
        As `DoseResponseDesign` has them.
    conditions
        Conditions that every line is treated under beside the compound, each with a curve of its own; the first is
        that which others are compared with. ("parental", "resistant") are a line and that made from it.
    """

    advice: ClassVar[Mapping[str, str]] = {
        "lines": "groups has the number of lines of each group, as in groups = { A = 12 }",
        "days": "experiments is the number of days",
        "control": "the first of conditions is that which others are compared with",
    }

    later: ClassVar[tuple[str, ...]] = ("conditions", "untreated_wells")
    assay: Literal["dose_response"] = "dose_response"
    groups: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default={"MMSET": 5, "MAF/MAFB": 7, "CCND1": 7, "CCND3": 1, "nonrecurrent": 3}
    )
    top_dose_um: float = Field(default=10.0, gt=0)
    dose_ratio: float = Field(default=10**0.5, gt=1)
    dose_count: int = Field(default=7, ge=2)
    doses_um: tuple[Annotated[float, Field(gt=0)], ...] = ()
    replicates: int = Field(default=3, ge=1)
    experiments: int = Field(default=3, ge=1)
    plate_map: PlateMap = "randomised"
    uses_edge_wells: bool = True
    blanks_per_plate: int = Field(default=3, ge=0)
    conditions: tuple[str, ...] = ()
    untreated_wells: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _fits(self) -> "DoseResponseDesignSpec":
        if sum(self.groups.values()) < 2:
            raise ValueError(f"groups must hold at least 2 lines, got {sum(self.groups.values())}")
        if sum(self.groups.values()) > limits.ENTRIES:
            raise ValueError(f"groups must hold at most {limits.ENTRIES:,} lines, got {sum(self.groups.values()):,}")
        if len(self.conditions) == 1:
            raise ValueError(f"conditions must be at least 2, or none, got {self.conditions[0]!r} alone")
        if len(set(self.conditions)) < len(self.conditions):
            raise ValueError(f"conditions must differ, got {', '.join(self.conditions)}")
        require_size("dose_count", self.dose_count, limits.PLATE_SIDE**2, "doses", "lower dose_count")
        _ = self.plates  # which says what does not fit
        return self

    @property
    def doses(self) -> tuple[float, ...]:
        """Doses above 0, from the lowest [uM]."""
        if self.doses_um:
            return tuple(sorted(self.doses_um))
        return tuple(self.top_dose_um * self.dose_ratio**-k for k in reversed(range(self.dose_count)))

    @property
    def lines(self) -> tuple[str, ...]:
        """Names of the lines."""
        return tuple(f"{group} {1 + k}" for group, number in self.groups.items() for k in range(number))

    @property
    def plates(self) -> DoseResponseDesign:
        """The same as the design that lays out plates: a curve for every line, or for each of its conditions."""
        several = self.conditions or ("",)
        names = [f"{line}, {condition}" if condition else line for line in self.lines for condition in several]
        groups = [group for group, number in self.groups.items() for _ in range(number * len(several))]
        return DoseResponseDesign(
            names,
            groups,
            (0.0, *self.doses),
            self.replicates,
            self.experiments,
            self.plate_map,
            self.uses_edge_wells,
            self.blanks_per_plate,
            untreated_wells=self.untreated_wells,
        )

    def with_conditions(self, sheet: xr.Dataset) -> xr.Dataset:
        """A sheet of this design, its curves with the names of their lines and conditions where there are these."""
        if not self.conditions:
            return sheet
        lines = np.repeat(self.lines, len(self.conditions))
        conditions = np.tile(self.conditions, len(self.lines))
        names = {v.LINE_OF_CURVE: (v.CELL_LINE, lines), v.CONDITION_OF_CURVE: (v.CELL_LINE, conditions)}
        return sheet.assign_coords(names).assign_attrs({v.CONTROL: self.conditions[0]})


class GroupSpec(FrozenConfig):
    """Shift of the mean of a molecular group, added to its mean in the population."""

    group: str
    log10_ec50_um: Number = 0.0
    log_hill_slope: Number = 0.0
    effect_at_saturation: Number = 0.0


class ConditionSpec(FrozenConfig):
    """How a condition moves the EC50 of lines, against the first condition.

    Attributes
    ----------
    condition
        Its name in the design.
    fold
        Population median of the ratio of EC50s, and so of IC50s: 2 where twice the dose is needed.
    sd_log2_fold
        Spread between lines of log2 of that ratio.
    """

    advice: ClassVar[Mapping[str, str]] = {
        "shift": "fold is the ratio of IC50s, 2 for two-fold",
        "log2_fold": "fold is the ratio of IC50s, 2 for two-fold",
        "sd": "sd_log2_fold is the spread between lines of log2 of the ratio",
    }
    condition: str
    fold: PositiveNumber = 1.0
    sd_log2_fold: NonNegativeNumber = 0.0


def _population_fields() -> dict[str, Any]:
    fields = {}
    for name, value in vars(DoseResponsePopulation()).items():
        positive = name.startswith(("sigma_", "sd_")) or name in ("nu_well", "background_signal")
        number = ShareNumber if name in (v.DAY_SHARE, v.SHARED_SHARE) else NonNegativeNumber if positive else Number
        fields[name] = (number, float(value))
    return fields


PopulationSpec = create_model("PopulationSpec", __base__=FrozenConfig, **_population_fields())
PopulationSpec.__doc__ = f"""Every figure of `DoseResponsePopulation`, as a number or a distribution.

{DoseResponsePopulation.__doc__}"""


def _fault_fields() -> dict[str, Any]:
    return {name: (float, 0.0) for name in vars(NO_FAULTS)}


PlateFaultSpec = create_model("PlateFaultSpec", __base__=FrozenConfig, **_fault_fields())
PlateFaultSpec.__doc__ = "What goes wrong on plates, as `PlateFaults` has it; what is not named does not happen."


class DoseResponseTruthSpec(GrownConfig):
    """What the world is taken to be.

    Attributes
    ----------
    population
        Where lines, cultures and plates are drawn from; by default one in which panels like the published one are
        ordinary.
    groups
        Molecular groups that differ.
    conditions
        How conditions of the design move IC50s; those that are not named move nothing.
    faults
        Of plates: "ordinary" for those of a careful laboratory, "none", or each with its size.
    posterior
        A result file of a dose-response fit in which lines were pooled: every figure that it has comes from one of its
        draws, all from the same; lines are new ones.
    nuisance
        Of a posterior: "drawn" takes all figures of a study from one draw; "mean" takes all but those of the effect
        (what a rule asks about) at their posterior mean.
    scale, shift
        Figures multiplied, then shifted, after all else, by their names in a truth's Dataset: what if spreads were
        half as large again.
    """

    later: ClassVar[tuple[str, ...]] = ("conditions",)
    population: PopulationSpec = PopulationSpec()  # type: ignore[valid-type]
    groups: tuple[GroupSpec, ...] = ()
    conditions: tuple[ConditionSpec, ...] = ()
    faults: Literal["ordinary", "none"] | PlateFaultSpec = "ordinary"  # type: ignore[valid-type]
    posterior: FileOfPosterior | None = None
    nuisance: Literal["drawn", "mean"] = "drawn"
    scale: dict[str, Annotated[float, Field(ge=0)]] = Field(default={})
    shift: dict[str, float] = Field(default={})

    @property
    def plate_faults(self) -> PlateFaults:
        """Faults of plates, as the simulator takes them."""
        if isinstance(self.faults, str):
            return PlateFaults() if self.faults == "ordinary" else NO_FAULTS
        return PlateFaults(**self.faults.model_dump())


class DoseResponseAnalysisSpec(FrozenConfig):
    """How the later study is analysed.

    Attributes
    ----------
    engine
        'auto': laplace where its weights can be trusted, else NUTS; 'laplace': the rest count as failed; 'nuts'.
    priors
        Of `dose_response_hierarchical`.
    """

    engine: Literal["auto", "laplace", "nuts"] = "auto"
    priors: DoseResponsePriors = DoseResponsePriors()
