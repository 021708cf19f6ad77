"""Small studies of groups of different subjects for tests: levels, and tables of Cts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from lensim import vocabulary as v


def levels_study(
    *groups: Sequence[float], kinds: Sequence[int] | None = None, conditions: Sequence[int] | None = None
) -> xr.Dataset:
    """One target with these levels by group; one cell type, the first group the control, where not said otherwise."""
    number = [len(group) for group in groups]
    of_subject = np.repeat(np.arange(len(groups)), number)
    kinds = [0] * len(groups) if kinds is None else kinds
    conditions = list(range(len(groups))) if conditions is None else conditions
    own_kinds, own_conditions = max(kinds) + 1, max(conditions) + 1
    return xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, np.concatenate([np.asarray(one, dtype=float) for one in groups])),
            v.TARGET_OF_LEVEL: (v.LEVEL, np.zeros(sum(number), dtype=int)),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, np.arange(sum(number))),
            v.GROUP_OF_SUBJECT: (v.SUBJECT, of_subject),
            v.CELL_TYPE_OF_GROUP: (v.GROUP, kinds),
            v.CONDITION_OF_GROUP: (v.GROUP, conditions),
            v.IS_CONTROL: (v.CONDITION, [1] + [0] * (own_conditions - 1)),
        },
        coords={
            v.TARGET: ["TNF"],
            v.SUBJECT: [f"s{k}" for k in range(sum(number))],
            v.GROUP: [f"k{k} c{c}" for k, c in zip(kinds, conditions, strict=True)],
            v.CELL_TYPE: [f"k{k}" for k in range(own_kinds)],
            v.CONDITION: [f"c{c}" for c in range(own_conditions)],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )


def uncertain_study() -> xr.Dataset:
    """Two targets in three groups, with known errors of levels and uncertain factors of three genes."""
    rng = np.random.default_rng(3)
    one = levels_study(*(rng.normal(k, 0.5, n) for k, n in enumerate((3, 4, 2))))
    subjects = one.sizes[v.SUBJECT]
    levels = np.concatenate([one[v.SUBJECT_LEVEL].to_numpy(), rng.normal(2.0, 1.0, subjects)])
    return (
        one.drop_dims((v.LEVEL, v.TARGET))
        .assign(
            {
                v.SUBJECT_LEVEL: (v.LEVEL, levels),
                v.SUBJECT_LEVEL_SD: (v.LEVEL, rng.uniform(0.0, 0.3, len(levels))),
                v.TARGET_OF_LEVEL: (v.LEVEL, np.repeat([0, 1], subjects)),
                v.SUBJECT_OF_LEVEL: (v.LEVEL, np.tile(np.arange(subjects), 2)),
                v.FACTOR_ERROR_SD: (v.GENE, [0.02, 0.03, 0.01]),
                v.FACTOR_SLOPE: ((v.TARGET, v.GROUP, v.GENE), rng.normal(0.0, 1.0, (2, 3, 3))),
            }
        )
        .assign_coords({v.TARGET: ["TNF", "IGF1"], v.GENE: ["TNF", "IGF1", "R"]})
    )


def rtpcr_table(folder: Path) -> Path:
    """Three against three with numbers that begin anew, and stated factors, as the data of the R package rtpcr."""
    cts = {
        "control": [(21.13, 20.70333333), (21.55666667, 20.35), (21.33, 20.75333333)],
        "treatment": [(22.09, 20.24333333), (22.69666667, 20.54), (23.05333333, 20.5)],
    }
    rows = ["subject,condition,gene,ct,is_reference,amplification_factor"]
    for condition, pairs in cts.items():
        for number, (target, actin) in enumerate(pairs, 1):
            rows += [f"{number},{condition},target,{target},0,1.88", f"{number},{condition},Actin,{actin},1,1.67"]
    path = folder / "cts.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
