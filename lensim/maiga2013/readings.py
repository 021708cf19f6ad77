"""Numbers that a laboratory would report from the assays, for many simulated studies at once, by keys of facts.

Every reading is an array (study); of a fact with a range there are two, with `.low` and `.high` behind its key, and of
a count its number. So a stated number and the readings of twins are compared by key.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.maiga2013.expression_twin import LINE, PRIMARY, STROMA
from lensim.maiga2013.lines import LINES
from lensim.summaries.p_values import p_values
from lensim.summaries.two_groups import rank_sum_p

RESISTANT_ABOVE_UM: Final = 10.0  # stated
WEAKER_LEVEL: Final = 0.03
"""Of the one-sided test that one group is weaker (assumed): 3 against 4 cultures cannot come below 1 in 35."""
STIMULATED_ABOVE_PERCENT: Final = 110.0
"""A resistant line is read as stimulated where its mean at the top dose is above it (assumed: the paper shows none)."""


def ic50_um_read_off(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """The dose at which the mean curve crosses half of untreated, and percent of untreated at the top dose.

    Blank-corrected means of a culture's wells, as percent of its untreated wells, are averaged over cultures; between
    two doses log-linear; infinite where no dose reaches half.

    Parameters
    ----------
    data
        As from `lensim.dose_response.simulate`: signal (study, well), blank_signal (study, blank), and the sheet.

    Returns
    -------
    tuple of numpy.ndarray
        IC50 [uM] and percent of untreated at the top dose, both (study, cell_line).
    """
    dose, culture = data[v.DOSE].to_numpy(), data[v.CULTURE_OF_WELL].to_numpy()
    plate_of_blank, plate = data[v.PLATE_OF_BLANK].to_numpy(), data[v.PLATE_OF_CULTURE].to_numpy()
    signal, blank = data[v.SIGNAL].to_numpy().astype(float), data[v.BLANK_SIGNAL].to_numpy().astype(float)
    doses = np.unique(dose)
    background = np.stack([np.nanmean(blank[:, plate_of_blank == p], axis=1) for p in range(plate.max() + 1)], axis=1)
    net = signal - background[:, plate[culture]]
    percent = np.full((len(signal), data.sizes[v.CULTURE], len(doses)), np.nan)
    order = np.lexsort((dose, culture))
    starts = np.flatnonzero(np.r_[True, np.diff(culture[order]) + np.diff(dose[order]) != 0])
    there = np.isfinite(net[:, order])
    total = np.add.reduceat(np.where(there, net[:, order], 0.0), starts, axis=1)
    count = np.add.reduceat(there, starts, axis=1)
    first = order[starts]
    percent[:, culture[first], np.searchsorted(doses, dose[first])] = total / np.maximum(count, 1)
    percent = 100 * percent / percent[..., :1]
    line = data[v.LINE_OF_CULTURE].to_numpy()
    mean = np.stack([np.nanmean(percent[:, line == k], axis=1) for k in range(data.sizes[v.CELL_LINE])], axis=1)
    below = mean[..., 1:] <= 50
    at = np.where(below.any(axis=-1), below.argmax(axis=-1) + 1, 1)[..., None]
    high, low = (np.take_along_axis(mean, at - step, axis=-1)[..., 0] for step in (0, 1))
    logs = np.log10(np.maximum(doses, doses[1] / 3))  # below the lowest dose: on towards untreated, a half-decade off
    left, right = logs[at[..., 0] - 1], logs[at[..., 0]]
    share = np.clip((low - 50) / np.where(low - high > 0, low - high, 1.0), 0, 1)
    return np.where(below.any(axis=-1), 10 ** (left + share * (right - left)), np.inf), mean[..., -1]


def panel_numbers(
    ic50_um: np.ndarray, top_percent: np.ndarray, group: np.ndarray, names: Sequence[str]
) -> dict[str, np.ndarray]:
    """The numbers of Figure 1 from IC50s [uM] and percent of untreated at the top dose, both (study or draw, line).

    `group` points each line at one of the `names` of molecular groups.
    """
    resistant = ic50_um > RESISTANT_ABOVE_UM
    none = resistant.all(axis=1)
    found = {
        "sensitive_lines": (~resistant).sum(axis=1),
        "resistant_lines": resistant.sum(axis=1),
        "sensitive_ic50_um.low": np.where(none, np.nan, ic50_um.min(axis=1)),
        "sensitive_ic50_um.high": np.where(none, np.nan, np.where(resistant, 0.0, ic50_um).max(axis=1)),
        "sensitive_share_in_abstract_percent": 100 * (~resistant).mean(axis=1),
        "resistant_share_in_discussion_percent": 100 * resistant.mean(axis=1),
        "stimulated_share_of_resistant_percent": 100
        * (resistant & (top_percent > STIMULATED_ABOVE_PERCENT)).sum(axis=1)
        / np.maximum(resistant.sum(axis=1), 1),
    }
    for k, name in enumerate(names):
        found[f"resistant_{name.lower().partition('/')[0]}_lines"] = resistant[:, group == k].sum(axis=1)
    return {name: np.asarray(values, dtype=float) for name, values in found.items()}


def paired_numbers(key: str, log2_change: np.ndarray) -> dict[str, np.ndarray]:
    """Count of increases, median and range of changes (study or draw, subject), behind the key of their facts."""
    percent = 100 * 2.0**log2_change
    return {
        f"{key}_increased": (log2_change > 0).sum(axis=1).astype(float),
        f"{key}_median_percent": np.median(percent, axis=1),
        f"{key}_range_percent.low": percent.min(axis=1),
        f"{key}_range_percent.high": percent.max(axis=1),
    }


def panel_readings(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Readings of the proliferation panel (Figure 1)."""
    ic50, top = ic50_um_read_off(data)
    resistant = ic50 > RESISTANT_ABOVE_UM
    groups = [str(one) for one in data[v.MOLECULAR_GROUP].to_numpy()]
    of_line = data[v.GROUP_OF_LINE].to_numpy()
    found = panel_numbers(ic50, top, of_line, groups)
    found["groups_with_resistant_lines"] = np.sum(
        [resistant[:, of_line == k].any(axis=1) for k in range(len(groups))], axis=0
    )
    found["molecular_group_p"] = np.array([_kruskal_p(one, of_line) for one in ic50])
    return {name: np.asarray(values, dtype=float) for name, values in found.items()}


def _kruskal_p(ic50_um: np.ndarray, group: np.ndarray) -> float:
    """P of a Kruskal-Wallis test of IC50s between groups; those beyond the doses share the highest rank."""
    ranked = np.where(np.isfinite(ic50_um), ic50_um, np.finfo(float).max)
    if np.ptp(ranked) == 0:  # all lines alike: no test, and nothing to find
        return 1.0
    return float(stats.kruskal(*(ranked[group == k] for k in np.unique(group))).pvalue)


def design_readings(studies: int) -> dict[str, np.ndarray]:
    """What a twin has by design (study): the panel's lines, and the bound that the highest dose puts on an IC50."""
    groups = {"mmset": "MMSET", "maf": "MAF/MAFB", "ccnd1": "CCND1", "ccnd3": "CCND3", "nonrecurrent": "nonrecurrent"}
    found = {
        "panel_lines": len(LINES),
        "lines_grown_with_il6": sum(line.il6_ng_per_ml is not None for line in LINES),
        "lines_with_stated_origin": sum(line.origin is not None for line in LINES),
        "resistant_ic50_um.low": RESISTANT_ABOVE_UM,
    } | {
        f"group_{short}_lines": sum(line.molecular_group == group for line in LINES) for short, group in groups.items()
    }
    return {key: np.full(studies, float(value)) for key, value in found.items()}


def subject_changes(pairs: xr.Dataset) -> np.ndarray:
    """(study, target, subject) mean log2 ratio of each subject over its pairs; NaN where it has none."""
    target, subject = pairs[v.TARGET_OF_PAIR].to_numpy(), pairs[v.SUBJECT_OF_PAIR].to_numpy()
    ratio = pairs[v.LOG2_RATIO].to_numpy()
    found = np.full((len(ratio), pairs.sizes[v.TARGET], pairs.sizes[v.SUBJECT]), np.nan)
    for t in range(found.shape[1]):
        for s in range(found.shape[2]):
            own = ratio[:, (target == t) & (subject == s)]
            count = np.isfinite(own).sum(axis=1)
            total = np.where(np.isfinite(own), own, 0.0).sum(axis=1)
            found[:, t, s] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def change_readings(pairs: xr.Dataset, absent: dict[str, str]) -> dict[str, np.ndarray]:
    """Readings of the paired results (Figures 2B and 2E); `absent` names the line without each target."""
    change = subject_changes(pairs)
    kinds, subjects = np.array(pairs[v.CELL_TYPE].to_numpy()), [str(one) for one in pairs[v.SUBJECT].to_numpy()]
    kind = kinds[pairs[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    targets = [str(one) for one in pairs[v.TARGET].to_numpy()]
    found: dict[str, np.ndarray] = {}
    for target in ("TNF", "IGF1"):
        for cell_type, short in ((LINE, "lines"), (PRIMARY, "primary")):
            own = [i for i, s in enumerate(subjects) if kind[i] == cell_type and s != absent[target]]
            z = change[:, targets.index(target), own]
            z = z[np.isfinite(z).all(axis=1)]  # studies with a lost pair of all wells are few, and left out
            key = f"{target.lower()}_{short}"
            found |= paired_numbers(key, z) | {f"{key}_p": p_values(z, "t_ratio", "two")}
    stroma = change[:, targets.index("TNF"), kind == STROMA]
    found["tnf_bmsc_inhibition_percent"] = 100 - 100 * 2.0 ** np.nanmean(stroma, axis=1)
    found["tnf_bmsc_p"] = p_values(stroma, "t_log2", "two")
    return found


def level_readings(data: xr.Dataset, absent: dict[str, str]) -> dict[str, np.ndarray]:
    """Readings of untreated levels (Figures 2A and 2D): by Livak's difference of Cts with a factor of 1.93 (assumed).

    `tnf_lines_against_bmsc` and `igf1_bmsc_against_primary` are 1 where the former are weaker by a one-sided exact
    Mann-Whitney test at 3%.
    """
    level = untreated_levels(data)
    kinds, subjects = np.array(data[v.CELL_TYPE].to_numpy()), [str(one) for one in data[v.SUBJECT].to_numpy()]
    kind = kinds[data[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    lines = {gene: [i for i, s in enumerate(subjects) if kind[i] == LINE and s != absent[gene]] for gene in absent}
    tnf, igf1 = level["TNF"], level["IGF1"]
    patients, cultured = igf1[:, kind == PRIMARY], igf1[:, lines["IGF1"]]
    u = (patients[:, :, None] > cultured[:, None, :]).sum(axis=(1, 2))
    fold = np.nanmean(patients, axis=1) - np.nanmean(cultured, axis=1)
    return {
        "igf1_primary_over_lines_fold": 2.0**fold,
        "igf1_primary_over_lines_p": rank_sum_p(u, patients.shape[1], cultured.shape[1]),
        "tnf_lines_against_bmsc": _weaker(tnf[:, lines["TNF"]], tnf[:, kind == STROMA]),
        "igf1_bmsc_against_primary": _weaker(igf1[:, kind == STROMA], patients),
    }


def _weaker(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(study) 1 where the first group (study, member) lies below the second by a rank test."""
    p = stats.mannwhitneyu(first, second, axis=1, alternative="less", method="exact", nan_policy="omit").pvalue
    return np.asarray(p <= WEAKER_LEVEL, dtype=float)


def untreated_levels(data: xr.Dataset, factor: float = 1.93) -> dict[str, np.ndarray]:
    """Log2 level of each gene over the references in untreated cells (study, subject), up to a constant a gene."""
    genes = [str(one) for one in data[v.GENE].to_numpy()]
    control = data[v.IS_CONTROL].to_numpy()[data[v.CONDITION_OF_SAMPLE].to_numpy()] == 1
    sample = data[v.SAMPLE_OF_REACTION].to_numpy()
    subject = data[v.SUBJECT_OF_SAMPLE].to_numpy()[sample]
    gene, ct = data[v.GENE_OF_REACTION].to_numpy(), data[v.CT].to_numpy().astype(float)
    mean = np.full((len(ct), len(genes), data.sizes[v.SUBJECT]), np.nan)
    for g in range(len(genes)):
        for s in range(data.sizes[v.SUBJECT]):
            own = ct[:, (gene == g) & (subject == s) & control[sample]]
            count = np.isfinite(own).sum(axis=1)
            total = np.where(np.isfinite(own), own, 0.0).sum(axis=1)
            mean[:, g, s] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    reference = mean[:, data[v.IS_REFERENCE].to_numpy() == 1].mean(axis=1)
    return {name: np.log2(factor) * (reference - mean[:, g]) for g, name in enumerate(genes)}
