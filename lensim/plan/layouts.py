"""The same panel on different plate maps, simulated with faults of plates, and fitted."""

from typing import Any, Final

import pandas as pd

from lensim.checks import InputError
from lensim.plan.evaluate import Evaluator
from lensim.plan.parts import require_part
from lensim.plan.question import LayoutQuestion
from lensim.power.dose_response.rules import WithinRule
from lensim.power.pool import Pool, one_by_one
from lensim.power.scenario import Scenario

MAPS: Final[dict[str, dict[str, Any]]] = {
    "dose by column": {"design.plate_map": "by_column", "design.uses_edge_wells": True},
    "randomised": {"design.plate_map": "randomised", "design.uses_edge_wells": True},
    "blocked against edges": {"design.plate_map": "blocked", "design.uses_edge_wells": True},
    "randomised, edges empty": {"design.plate_map": "randomised", "design.uses_edge_wells": False},
}
WITHIN: Final = WithinRule(name="IC50 within a factor of 2 of the truth")


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
    asked = require_part(scenario, "layouts")
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
