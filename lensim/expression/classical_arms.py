"""Ratios of a study of ratios, and of one arm to another, as the classical tests take them: one a subject.

An arm is set against another by the two samples of one subject and experiment themselves, not through the control: what
the control's reading adds to both ratios is not in theirs.
"""

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.classical import classical_fold_changes, classical_population

ARM_COLUMNS: Final = ("target", "subject", "cell_type", "arm", "against", "experiments", "log2_ratio", "pfaffl_ratio")
"""Columns of `classical_arms`."""


def measured_ratios(data: xr.Dataset) -> pd.DataFrame:
    """Ratios of a study that starts from ratios: one row a target, subject and contrast that there is.

    Parameters
    ----------
    data
        As from `read_ratios`.

    Returns
    -------
    pandas.DataFrame
        target, subject, cell_type, condition (the contrast), experiments (ratios of it), log2_ratio (their mean) and
        pfaffl_ratio (2 to that power), as `classical_population` takes them.

    Raises
    ------
    InputError
        If the data have no ratios.
    """
    pairs = _pairs(data)
    key = ["target", "subject", "cell_type", "condition"]
    table = pairs.groupby(key, sort=False)["log2_ratio"].agg(experiments="size", log2_ratio="mean").reset_index()
    return table.assign(pfaffl_ratio=np.exp2(table["log2_ratio"]))


def classical_arms(data: xr.Dataset) -> pd.DataFrame:
    """Ratio of one arm to another: one row a target, subject and two treatments that the subject has pairs of.

    Of Cts Pfaffl's ratio of the two samples; of ratios the quotient of the two, experiment by experiment, and the mean
    of its log over experiments.

    Parameters
    ----------
    data
        Observations of one study, of Cts or ratios.

    Returns
    -------
    pandas.DataFrame
        target, subject, cell_type, arm, against, experiments (with both), log2_ratio and pfaffl_ratio (arm over the
        other).
    """
    parts = _of_ratios(data) if v.CT not in data else _of_reactions(data)
    found = [part for part in parts if len(part)]
    if not found:
        return pd.DataFrame(columns=ARM_COLUMNS)
    return pd.concat(found, ignore_index=True)[list(ARM_COLUMNS)]


def classical_arm_tests(table: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Paired tests of one arm against another over subjects: one row a target, cell type and two arms.

    Parameters
    ----------
    table
        As from `classical_arms`.
    confidence
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        As from `classical_population`, with arm and against in place of condition.

    Raises
    ------
    InputError
        If the confidence does not lie between 0 and 1.
    """
    parts = []
    for (arm, against), own in table.groupby(["arm", "against"], sort=False):
        tests = classical_population(own.rename(columns={"arm": "condition"}), confidence)
        names = pd.DataFrame({"target": tests["target"], "cell_type": tests["cell_type"], "arm": str(arm)})
        rest = tests.drop(columns=["target", "cell_type", "condition"])
        parts.append(pd.concat([names.assign(against=str(against)), rest], axis=1))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _pairs(data: xr.Dataset) -> pd.DataFrame:
    """One row a ratio, with names."""
    checks.has_variables(data, {v.LOG2_RATIO: (v.PAIR,)}, "measured_ratios")

    def named(dim: str, pointers: np.ndarray) -> np.ndarray:
        return data[dim].to_numpy().astype(str)[pointers]

    subject = data[v.SUBJECT_OF_PAIR].to_numpy()
    # results of before have no experiments: a subject's ratios of one contrast are then numbered
    has_experiment = v.EXPERIMENT_OF_PAIR in data
    table = pd.DataFrame(
        {
            "target": named(v.TARGET, data[v.TARGET_OF_PAIR].to_numpy()),
            "subject": named(v.SUBJECT, subject),
            "cell_type": named(v.CELL_TYPE, data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject]),
            "condition": named(v.CONTRAST, data[v.CONTRAST_OF_PAIR].to_numpy()),
            "log2_ratio": data[v.LOG2_RATIO].to_numpy(),
        }
    )
    number = table.groupby(["target", "subject", "condition"]).cumcount()
    return table.assign(experiment=data[v.EXPERIMENT_OF_PAIR].to_numpy() if has_experiment else number)


def _of_ratios(data: xr.Dataset) -> list[pd.DataFrame]:
    pairs = _pairs(data)
    key = ["target", "subject", "cell_type", "experiment"]
    wide = pairs.pivot_table(index=key, columns="condition", values="log2_ratio", sort=False)
    found = []
    for against, arm in combinations([str(name) for name in data[v.CONTRAST].to_numpy()], 2):
        if not {arm, against} <= set(wide.columns):
            continue
        difference = (wide[arm] - wide[against]).dropna().rename("log2_ratio").reset_index()
        mean = difference.groupby(key[:3], sort=False)["log2_ratio"].agg(experiments="size", log2_ratio="mean")
        own = mean.reset_index().assign(arm=arm, against=against)
        found.append(own.assign(pfaffl_ratio=np.exp2(own["log2_ratio"])))
    return found


def _of_reactions(data: xr.Dataset) -> list[pd.DataFrame]:
    names = data[v.CONDITION].to_numpy().astype(str)[data[v.IS_CONTROL].to_numpy() == 0]
    found = []
    for position, against in enumerate(names):
        later = names[position + 1 :]
        if not len(later):
            continue
        table = classical_fold_changes(data, against=str(against)).dropna(subset=["pfaffl_ratio"])
        own = table[table["condition"].isin(later)].rename(columns={"condition": "arm"})
        found.append(own.assign(against=str(against)))
    return found
