"""The stated numbers as fits of the study's twins recover them, and the truth of those twins.

Each function takes the results folder of an experiment (fit.nc, truth.nc) and gives draws (draw) and the truth (1),
both under the keys of facts.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.cell_cycle.estimands import SHARE, cell_cycle_estimands
from lensim.cell_cycle.phases import PHASES
from lensim.dose_response import curve
from lensim.dose_response.estimands import INHIBITION_AT_TOP, dose_response_estimands
from lensim.inference.observations import observations_of
from lensim.maiga2013.cell_cycle_twin import CONTROL, LENALIDOMIDE, PARENT, STATED
from lensim.maiga2013.expression_twin import ABSENT, LINE, PRIMARY, STROMA
from lensim.maiga2013.readings import RESISTANT_ABOVE_UM, paired_numbers, panel_numbers
from lensim.output import load_dataset, load_result

Quantities = dict[str, np.ndarray]


def recovered_panel(folder: Path) -> tuple[Quantities, Quantities]:
    """Posterior draws of the numbers of Figure 1, and their truth in that twin."""
    result, truth = load_result(folder / "fit.nc"), load_dataset(folder / "truth.nc")
    data = observations_of(result)
    group, names = data[v.GROUP_OF_LINE].to_numpy(), [str(one) for one in data[v.MOLECULAR_GROUP].to_numpy()]
    draws = dose_response_estimands(result, RESISTANT_ABOVE_UM).stack(sample=("chain", "draw"), create_index=False)

    def by_line(name: str) -> np.ndarray:
        return np.asarray(draws[name].transpose("sample", v.CELL_LINE))

    top = 100.0 * curve.residual(
        RESISTANT_ABOVE_UM, *(truth[name].to_numpy() for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT))
    )
    return (
        panel_numbers(10.0 ** by_line(v.LOG10_IC50), 100.0 - by_line(INHIBITION_AT_TOP), group, names),
        panel_numbers(10.0 ** truth[v.LOG10_IC50].to_numpy()[None], np.asarray(top)[None], group, names),
    )


def expression_quantities(
    fold: np.ndarray, level: np.ndarray, kind: np.ndarray, subjects: list[str], targets: list[str]
) -> Quantities:
    """The numbers of Figure 2 from log2 fold changes and levels, both (draw, target, subject)."""
    found: Quantities = {}
    for target in ("TNF", "IGF1"):
        for cell_type, short in ((LINE, "lines"), (PRIMARY, "primary")):
            own = [i for i, s in enumerate(subjects) if kind[i] == cell_type and s != ABSENT[target]]
            z = fold[:, targets.index(target), own]
            found |= paired_numbers(f"{target.lower()}_{short}", z)
    stroma = fold[:, targets.index("TNF"), kind == STROMA]
    found["tnf_bmsc_inhibition_percent"] = 100 - 100 * 2.0 ** stroma.mean(axis=1)
    igf1 = level[:, targets.index("IGF1")]
    lines = [i for i, s in enumerate(subjects) if kind[i] == LINE and s != ABSENT["IGF1"]]
    found["igf1_primary_over_lines_fold"] = 2.0 ** (igf1[:, kind == PRIMARY].mean(axis=1) - igf1[:, lines].mean(axis=1))
    return found


def recovered_expression(folder: Path) -> tuple[Quantities, Quantities]:
    """Posterior draws of the numbers of Figure 2, and their truth in that twin."""
    result, truth = load_result(folder / "fit.nc"), load_dataset(folder / "truth.nc")
    data = observations_of(result)
    kind = np.array(data[v.CELL_TYPE].to_numpy())[data[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    subjects = [str(one) for one in data[v.SUBJECT].to_numpy()]
    draws = result["posterior"].to_dataset().stack(sample_=("chain", "draw"), create_index=False)
    targets = [str(one) for one in draws[v.TARGET].to_numpy()]

    def of(source: xr.Dataset, name: str) -> np.ndarray:
        values = source[name]
        if v.CONTRAST in values.dims:
            values = values.isel({v.CONTRAST: 0})
        values = values if "sample_" in values.dims else values.expand_dims("sample_")
        return np.asarray(values.transpose("sample_", v.TARGET, v.SUBJECT))

    return (
        expression_quantities(of(draws, v.LOG2_FOLD_CHANGE), of(draws, v.LOG2_LEVEL), kind, subjects, targets),
        expression_quantities(of(truth, v.LOG2_FOLD_CHANGE), of(truth, v.LOG2_LEVEL), kind, subjects, targets),
    )


def recovered_bioassay(folder: Path) -> tuple[Quantities, Quantities]:
    """In how many lines TNF activity rises, and its truth in that twin."""
    result, truth = load_result(folder / "fit.nc"), load_dataset(folder / "truth.nc")
    fold = result["posterior"][v.LOG2_FOLD_CHANGE].isel({v.CONTRAST: 0})
    up = (fold > 0).sum(v.CELL_LINE).to_numpy().ravel().astype(float)
    true = float((truth[v.LOG2_FOLD_CHANGE] > 0).sum())
    return {"tnf_activity_increased": up}, {"tnf_activity_increased": np.array([true])}


def recovered_cell_cycle(folder: Path) -> tuple[Quantities, Quantities]:
    """Percent of LP-1 in S phase over experiments, and the stated shares, which the twin's cultures scatter around."""
    share = cell_cycle_estimands(load_result(folder / "fit.nc"))[SHARE].sel({v.CELL_LINE: PARENT, v.PHASE: "S"})
    draws, truth = {}, {}
    for key, condition in (
        ("lp1_s_phase_untreated_percent", CONTROL),
        ("lp1_s_phase_treated_percent", LENALIDOMIDE),
    ):
        draws[key] = share.sel({v.CONDITION: condition}).to_numpy().ravel()
        truth[key] = np.array([STATED[PARENT, condition][PHASES.index("S")]])
    return draws, truth


RECOVERED: Final[Mapping[str, Callable[[Path], tuple[Quantities, Quantities]]]] = {
    "fig1_dose_response": recovered_panel,
    "fig2_expression": recovered_expression,
    "fig2c_bioassay": recovered_bioassay,
    "fig3a_cell_cycle": recovered_cell_cycle,
}
"""By the name of the experiment whose results folder it reads."""
