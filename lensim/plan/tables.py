"""Tables of a plan's answers."""

from typing import Final

import pandas as pd

from lensim.plan.doses import DosesFound
from lensim.plan.lines import LinesFound
from lensim.plan.result import Plan
from lensim.plan.robustness import DesignTrial, Trial
from lensim.power.assays import assay_of

VERDICTS: Final = {1: "holds", 0: "undecided", -1: "breaks"}


def tables_of(found: Plan) -> dict[str, pd.DataFrame]:
    """Every table of a plan, by the name of its file.

    Returns
    -------
    dict of pandas.DataFrame
        size (a row a number that was tried), frontier, robustness and designs_tried (a row a world), interim,
        detection, bracketing, layouts, doses (a row a design) with doses_tried, doses_by_wells and doses_in_worlds,
        lines (a row a choice) with lines_groups and lines_check, as far as asked; plate_map, of an assay with plates,
        with the doses that were found.
    """
    tables: dict[str, pd.DataFrame] = {}
    if found.size is not None:
        tables["size"] = pd.DataFrame(
            [{"number": n, **share.columns} for n, share in sorted(found.size.shares.items())]
        )
    if found.frontier is not None:
        tables["frontier"] = found.frontier.table
    if found.robustness is not None:
        tables["robustness"] = _robustness(found.robustness)
    if found.designs_tried:
        tables["designs_tried"] = _designs_tried(found.designs_tried)
    parts = {
        "interim": found.interim,
        "detection": found.detection,
        "bracketing": found.bracketing,
        "layouts": found.layouts,
        **_of_doses(found.doses),
        **_of_lines(found.lines),
    }
    tables |= {name: table for name, table in parts.items() if table is not None}
    scenario = found.question.scenario
    if found.doses is not None:
        scenario = scenario.at(found.doses.setting)
    plate_map = assay_of(scenario).plate_map
    wells = None if plate_map is None else plate_map(scenario)
    if wells is not None:
        tables["plate_map"] = wells
    return tables


def _of_doses(found: DosesFound | None) -> dict[str, pd.DataFrame | None]:
    if found is None:
        return {}
    return {
        "doses": found.table,
        "doses_tried": found.tried,
        "doses_by_wells": found.by_wells,
        "doses_in_worlds": found.in_worlds,
    }


def _of_lines(found: LinesFound | None) -> dict[str, pd.DataFrame | None]:
    if found is None:
        return {}
    return {"lines": found.table, "lines_groups": found.groups, "lines_check": found.check}


def _robustness(trials: list[Trial]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "world": trial.shift.name,
                **trial.share.columns,
                "verdict": VERDICTS[trial.verdict],
                "needs": trial.size.n if trial.size else None,
            }
            for trial in trials
        ]
    )


def _designs_tried(trials: list[DesignTrial]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "world": trial.shift.name,
                **trial.share.columns,
                "verdict": VERDICTS[trial.verdict],
                "instead": " x ".join(map(str, trial.instead.values())) if trial.instead else None,
                "cost": trial.cost,
            }
            for trial in trials
        ]
    )
