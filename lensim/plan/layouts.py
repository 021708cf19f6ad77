"""The same panel on different plate maps, pushed through the faults of plates and the fit; and the map to pipette."""

from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.design import lay_out
from lensim.plan.evaluate import Evaluator
from lensim.plan.question import LayoutQuestion
from lensim.power.dose_response.rules import WithinRule
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.pool import Pool, one_by_one
from lensim.power.scenario import Scenario

MAPS: Final[dict[str, dict[str, Any]]] = {
    "dose by column": {"design.plate_map": "by_column", "design.uses_edge_wells": True},
    "randomised": {"design.plate_map": "randomised", "design.uses_edge_wells": True},
    "blocked against edges": {"design.plate_map": "blocked", "design.uses_edge_wells": True},
    "randomised, edges empty": {"design.plate_map": "randomised", "design.uses_edge_wells": False},
}
WITHIN: Final = WithinRule(name="IC50 within a factor of 2 of the truth")


def require_panel(scenario: Scenario) -> DoseResponseScenario:
    """Refuse a scenario without plates of lines."""
    if not isinstance(scenario, DoseResponseScenario):
        raise InputError(f"layouts need a scenario of the assay proliferation, got {scenario.design.assay}")
    return scenario


def layouts(scenario: Scenario, question: LayoutQuestion, rule: int, pool: Pool = one_by_one) -> pd.DataFrame:
    """Every plate map with faults as the scenario has them and with none.

    Columns: plate_map, faults, plates, share (of the deciding rule), ic50_bias, ic50_rmse, ic50_width (90% interval),
    ic50_coverage (log10 uM, lines whose IC50 lies within the doses), each with _mcse; within_a_factor_of_2, failed. A
    map that the plates are too small for has the reason in `fault` and no numbers.

    Raises
    ------
    InputError
        If the scenario is not one of plates.
    """
    asked = require_panel(scenario)
    asked = asked.model_copy(update={"rules": (*asked.rules, WITHIN)})
    faulty = asked.truth.faults if asked.truth.faults != "none" else "ordinary"
    rows: list[dict[str, Any]] = []
    for name, setting in MAPS.items():
        for faults in ("none", faulty):
            said = {"plate_map": name, "faults": "none" if faults == "none" else "on"}
            try:
                own = asked.at({**setting, "truth.faults": faults})
            except InputError as fault:
                rows.append({**said, "fault": str(fault)})
                continue
            plates = own.design.experiments * own.design.plates.plates_per_experiment
            within = len(own.rules) - 1
            evaluator = Evaluator(own, rule, pool=pool, also=((within, 0),))
            evaluator.share({}, question.studies)
            decides, ic50 = evaluator.table({}), evaluator.table({}, within)
            rows.append(
                {
                    **said,
                    "plates": plates,
                    "share": decides["share"],
                    "share_mcse": decides["share_mcse"],
                    **{
                        f"ic50_{what}{end}": ic50[f"{what}{end}"]
                        for what in ("bias", "rmse", "width", "coverage")
                        for end in ("", "_mcse")
                    },
                    "within_a_factor_of_2": ic50["share"],
                    "within_a_factor_of_2_mcse": ic50["share_mcse"],
                    "failed": ic50["failed"],
                }
            )
    return pd.DataFrame(rows)


def sheet_to_pipette(scenario: Scenario) -> xr.Dataset:
    """The sheet of the planned panel, laid out by the scenario's own seed."""
    asked = require_panel(scenario)
    return lay_out(asked.design.plates, seeding.stream(asked.seed, "sheet to pipette"))


def map_table(sheet: xr.Dataset) -> pd.DataFrame:
    """A row a well: plate, well, cell_line, experiment, dose_um; blanks have no line and no dose."""
    culture = sheet[v.CULTURE_OF_WELL].to_numpy()
    plate = sheet[v.PLATE_OF_CULTURE].to_numpy()[culture]
    line = sheet[v.LINE_OF_CULTURE].to_numpy()[culture]
    experiment = sheet[v.EXPERIMENT_OF_CULTURE].to_numpy()[culture]
    wells = pd.DataFrame(
        {
            "plate": sheet[v.PLATE].to_numpy()[plate],
            "well": sheet[v.WELL_NAME].to_numpy(),
            "cell_line": sheet[v.CELL_LINE].to_numpy()[line],
            "experiment": sheet[v.EXPERIMENT].to_numpy()[experiment],
            "dose_um": sheet[v.DOSE].to_numpy(),
            "row": sheet[v.PLATE_ROW].to_numpy(),
            "column": sheet[v.PLATE_COLUMN].to_numpy(),
        }
    )
    row, column = sheet[v.BLANK_ROW].to_numpy(), sheet[v.BLANK_COLUMN].to_numpy()
    blanks = pd.DataFrame(
        {
            "plate": sheet[v.PLATE].to_numpy()[sheet[v.PLATE_OF_BLANK].to_numpy()],
            "well": [f"{chr(65 + r)}{c + 1}" for r, c in zip(row, column, strict=True)],
            "cell_line": "blank",
            "experiment": "",
            "dose_um": np.nan,
            "row": row,
            "column": column,
        }
    )
    both = pd.concat([wells, blanks], ignore_index=True)
    order = {name: k for k, name in enumerate(sheet[v.PLATE].to_numpy())}
    both = both.assign(at=both["plate"].map(order)).sort_values(["at", "row", "column"])
    return both.drop(columns=["at", "row", "column"]).reset_index(drop=True)
