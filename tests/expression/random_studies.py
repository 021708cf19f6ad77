"""Studies with one to three contrasts and pairs missing at random, and draws of a fit of them that no sampler made."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.inference.observations import attach_observations

SHAPE = (2, 40)
GENES = ("TNF", "IGF1", "REF")


@dataclass(frozen=True)
class RandomStudy:
    """A study, and what was measured of it: (target, subject, contrast, experiment) with a control beside it."""

    data: xr.Dataset
    pairs: np.ndarray

    @property
    def names(self) -> tuple[list[str], list[str], list[str]]:
        """Targets, subjects and contrasts."""
        return (
            list(GENES[:2]),
            [f"s{k}" for k in range(self.pairs.shape[1])],
            [f"arm{k}" for k in range(self.pairs.shape[2])],
        )


def random_study(rng: np.random.Generator, *, of_ratios: bool) -> RandomStudy:
    """Two targets in 2 to 6 subjects of one or two cell types, one or two experiments; each sample may be missing."""
    subjects, contrasts, experiments = (int(rng.integers(*ends)) for ends in ((2, 7), (1, 4), (1, 3)))
    kinds = int(rng.integers(1, 3))
    kind = np.sort(np.concatenate([np.arange(kinds), rng.integers(kinds, size=subjects - kinds)]))
    coords = {v.SUBJECT: [f"s{k}" for k in range(subjects)], v.CELL_TYPE: ["line", "donor"][:kinds]}
    if of_ratios:
        pairs = rng.random((2, subjects, contrasts, experiments)) < 0.6
        pairs[0, 0, 0, 0] = True
        return RandomStudy(_ratios(pairs, kind, coords, rng), pairs)
    there = rng.random((3, subjects, contrasts + 1, experiments)) < 0.7  # the control is the last condition
    there[:, 0, [0, -1], 0] = True
    pairs = there[:2, :, :-1] & there[:2, :, -1:] & there[2:, :, :-1] & there[2:, :, -1:]
    return RandomStudy(_reactions(there, kind, coords, rng), pairs)


def _ratios(pairs: np.ndarray, kind: np.ndarray, coords: dict[str, list[str]], rng: np.random.Generator) -> xr.Dataset:
    target, subject, contrast, experiment = np.nonzero(pairs)
    variables = {
        v.LOG2_RATIO: rng.normal(1.0, 1.0, len(target)),
        v.TARGET_OF_PAIR: target,
        v.SUBJECT_OF_PAIR: subject,
        v.CONTRAST_OF_PAIR: contrast,
        v.EXPERIMENT_OF_PAIR: experiment,
    }
    named = coords | {v.TARGET: list(GENES[:2]), v.CONTRAST: [f"arm{k}" for k in range(pairs.shape[2])]}
    data = xr.Dataset({name: (v.PAIR, values) for name, values in variables.items()}, named)
    return data.assign({v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, kind)}).assign_attrs({v.ASSAY: v.EXPRESSION})


def _reactions(
    there: np.ndarray, kind: np.ndarray, coords: dict[str, list[str]], rng: np.random.Generator
) -> xr.Dataset:
    """Two reactions of each gene that was measured in a sample; one in ten without Ct, none of the reference."""
    samples = np.argwhere(there.any(axis=0))
    of_reaction = [
        (gene, position)
        for position, (subject, condition, experiment) in enumerate(samples)
        for gene in range(3)
        if there[gene, subject, condition, experiment]
        for _ in range(2)
    ]
    gene, sample = np.array(of_reaction).T
    ct = rng.normal(25.0, 2.0, len(gene))
    ct[(gene < 2) & (rng.random(len(gene)) < 0.1)] = np.nan
    conditions = there.shape[2]
    data = xr.Dataset(
        {
            v.CT: (v.REACTION, ct),
            v.GENE_OF_REACTION: (v.REACTION, gene),
            v.SAMPLE_OF_REACTION: (v.REACTION, sample),
            v.SUBJECT_OF_SAMPLE: (v.SAMPLE, samples[:, 0]),
            v.CONDITION_OF_SAMPLE: (v.SAMPLE, samples[:, 1]),
            v.EXPERIMENT_OF_SAMPLE: (v.SAMPLE, samples[:, 2]),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, kind),
            v.IS_REFERENCE: (v.GENE, [0, 0, 1]),
            v.IS_CONTROL: (v.CONDITION, [0] * (conditions - 1) + [1]),
            v.CYCLE_LIMIT: ((), 40.0),
        },
        coords | {v.GENE: list(GENES), v.CONDITION: [*(f"arm{k}" for k in range(conditions - 1)), "none"]},
        attrs={"calibrator": "s0", v.ASSAY: v.EXPRESSION},
    )
    return data


def made_up_fit(study: RandomStudy, rng: np.random.Generator) -> xr.DataTree:
    """Draws of every fold change and population about a number of its own, whether there is a pair or not."""
    targets, subjects, contrasts = study.names
    kinds = study.data[v.CELL_TYPE].to_numpy().tolist()
    coords = {v.TARGET: targets, v.SUBJECT: subjects, v.CONTRAST: contrasts, v.CELL_TYPE: kinds}

    def around(*dims: str) -> tuple[tuple[str, ...], np.ndarray]:
        shape = tuple(len(coords[dim]) for dim in dims)
        return ("chain", "draw", *dims), rng.normal(1.0, 1.0, shape) + 0.1 * rng.standard_normal((*SHAPE, *shape))

    draws = {
        v.LOG2_FOLD_CHANGE: around(v.TARGET, v.SUBJECT, v.CONTRAST),
        v.MU_FOLD_CHANGE: around(v.TARGET, v.CELL_TYPE, v.CONTRAST),
        v.SIGMA_FOLD_CHANGE: around(v.TARGET, v.CELL_TYPE, v.CONTRAST),
    }
    if v.CT in study.data:
        draws |= {v.LOG2_LEVEL: around(v.TARGET, v.SUBJECT)}
    draws[v.SIGMA_FOLD_CHANGE] = (draws[v.SIGMA_FOLD_CHANGE][0], np.abs(draws[v.SIGMA_FOLD_CHANGE][1]))
    if v.CT in study.data:
        factor = 1.9 + 0.01 * rng.standard_normal((*SHAPE, 3))
        draws[v.FACTOR] = (("chain", "draw", v.GENE), factor)
    posterior = xr.Dataset(draws, {**coords, **({v.GENE: list(GENES)} if v.CT in study.data else {})})
    tree = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(tree, study.data)
    tree.attrs |= {v.ASSAY: v.EXPRESSION, "seed": 1}
    return tree
