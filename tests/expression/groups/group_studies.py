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


def repeated_study(rows: Sequence[tuple[int, int, float]] = ()) -> xr.Dataset:
    """Levels as (subject, group, level) of one target; else of two targets, with errors and subjects of one group."""
    if rows:
        subjects = sorted({row[0] for row in rows})
        target, known = np.zeros(len(rows), dtype=int), np.zeros(len(rows))
        subject, group = (
            np.array([how(row) for row in rows]) for how in (lambda r: subjects.index(r[0]), lambda r: r[1])
        )
        level = np.array([row[2] for row in rows])
    else:
        rng = np.random.default_rng(5)
        of = [(t, s, g) for t in (0, 1) for s in range(6) for g in range(3) if (s + g + t) % 5]
        target, subject, group = np.array(of).T
        subjects = list(range(6))
        level = rng.normal(0.0, 1.0, 6)[subject] + 0.7 * group + rng.normal(0.0, 0.4, len(of))
        known = rng.uniform(0.0, 0.2, len(of))
    groups = int(group.max()) + 1
    return xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, level),
            v.SUBJECT_LEVEL_SD: (v.LEVEL, known),
            v.TARGET_OF_LEVEL: (v.LEVEL, target),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, subject),
            v.GROUP_OF_LEVEL: (v.LEVEL, group),
            v.CELL_TYPE_OF_GROUP: (v.GROUP, np.zeros(groups, dtype=int)),
            v.CONDITION_OF_GROUP: (v.GROUP, np.arange(groups)),
            v.IS_CONTROL: (v.CONDITION, [1] + [0] * (groups - 1)),
        },
        coords={
            v.TARGET: ["TNF", "IGF1"][: int(target.max()) + 1],
            v.SUBJECT: [f"s{k}" for k in subjects],
            v.GROUP: [f"c{c}" for c in range(groups)],
            v.CELL_TYPE: ["k0"],
            v.CONDITION: [f"c{c}" for c in range(groups)],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )
