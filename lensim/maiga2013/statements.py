"""Whether a simulated study supports what the paper says in words: 1 where yes, 0 where no, an array (study).

Each rule is ours (assumed), as lenient as the paper's words: a test at 5% where it speaks of significance, else the
direction of what was measured.
"""

from typing import Final

import numpy as np
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.maiga2013.expression_twin import ABSENT, LINE, PARENTS, RAISED_GENES
from lensim.maiga2013.lines import cell_line
from lensim.maiga2013.readings import subject_changes

LEVEL: Final = 0.05
FACTOR: Final = 1.93  # assumed, of every gene: levels are compared within a gene


def expression_statements(data: xr.Dataset, pairs: xr.Dataset) -> dict[str, np.ndarray]:
    """Statements about expression (Figures 2 and 3B), for every study of a batch.

    Parameters
    ----------
    data
        As from `lensim.expression.simulate`, of the study's design.
    pairs
        As from `lensim.expression.pairs.pairs_of` on them.

    Returns
    -------
    dict
        <gene>_absent_line: the stated line and no other has no Ct of the gene in any untreated reaction;
        <gene>_whatever_call: more than half of the lines of either published call are increased;
        lp1_lr_raised_genes, r10_4_raised_genes: each named gene is above the parent's in both experiments;
        variants_igf1_p_below: IGF1 is above the parent's at P < 0.05 (t test of two experiments each) in both.
    """
    found = {f"{gene.lower()}_absent_line": _only_absent(data, gene, line) for gene, line in ABSENT.items()}
    change = subject_changes(pairs)
    subjects = [str(one) for one in pairs[v.SUBJECT].to_numpy()]
    kind = np.array(pairs[v.CELL_TYPE].to_numpy())[pairs[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    targets = [str(one) for one in pairs[v.TARGET].to_numpy()]
    for gene, absent in ABSENT.items():
        both = np.ones(len(change), dtype=bool)
        for call in ("sensitive", "resistant"):
            own = [
                i
                for i, name in enumerate(subjects)
                if kind[i] == LINE and name != absent and cell_line(name).published_call == call
            ]
            both &= (change[:, targets.index(gene), own] > 0).mean(axis=1) > 0.5
        found[f"{gene.lower()}_whatever_call"] = both
    return {name: values.astype(float) for name, values in (found | _variants(data)).items()}


def _only_absent(data: xr.Dataset, gene: str, line: str) -> np.ndarray:
    """(study) whether of the lines this one alone has no Ct of the gene in untreated cells."""
    own, subject = _untreated(data, gene)
    subjects = [str(one) for one in data[v.SUBJECT].to_numpy()]
    kind = np.array(data[v.CELL_TYPE].to_numpy())[data[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    seen = np.isfinite(data[v.CT].to_numpy())
    fits = np.ones(len(seen), dtype=bool)
    for s, name in enumerate(subjects):
        if kind[s] == LINE:
            fits &= seen[:, own & (subject == s)].any(axis=1) != (name == line)
    return fits


def _untreated(data: xr.Dataset, gene: str) -> tuple[np.ndarray, np.ndarray]:
    """Which reactions (reaction) are of a gene in untreated samples, and of which subject each is."""
    sample = data[v.SAMPLE_OF_REACTION].to_numpy()
    control = data[v.IS_CONTROL].to_numpy()[data[v.CONDITION_OF_SAMPLE].to_numpy()[sample]] == 1
    genes = [str(one) for one in data[v.GENE].to_numpy()]
    own = (data[v.GENE_OF_REACTION].to_numpy() == genes.index(gene)) & control
    return own, data[v.SUBJECT_OF_SAMPLE].to_numpy()[sample]


def _variants(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Levels of variants over their parents, experiment by experiment, by Livak's difference."""
    subjects = [str(one) for one in data[v.SUBJECT].to_numpy()]
    ct = data[v.CT].to_numpy().astype(float)
    experiment = data[v.EXPERIMENT_OF_SAMPLE].to_numpy()[data[v.SAMPLE_OF_REACTION].to_numpy()]
    genes, is_reference = [str(one) for one in data[v.GENE].to_numpy()], data[v.IS_REFERENCE].to_numpy() == 1

    def mean_ct(gene: str, name: str) -> np.ndarray:
        own, subject = _untreated(data, gene)
        found = np.full((len(ct), data.sizes[v.EXPERIMENT]), np.nan)
        for e in range(found.shape[1]):
            here = ct[:, own & (subject == subjects.index(name)) & (experiment == e)]
            count = np.isfinite(here).sum(axis=1)
            found[:, e] = np.where(count > 0, np.nansum(here, axis=1) / np.maximum(count, 1), np.nan)
        return found

    references = [gene for gene, is_one in zip(genes, is_reference, strict=True) if is_one]

    def level(gene: str, name: str) -> np.ndarray:
        """(study, experiment) log2 level up to a constant of the gene."""
        reference = np.mean([mean_ct(one, name) for one in references], axis=0)
        return np.asarray(np.log2(FACTOR) * (reference - mean_ct(gene, name)))

    found = {}
    significant = np.ones(len(ct), dtype=bool)
    for variant, raised in RAISED_GENES.items():
        above = np.ones(len(ct), dtype=bool)
        for gene in raised:
            here, parent = level(gene, variant), level(gene, PARENTS[variant])
            above &= (here > parent).all(axis=1)
            if gene == "IGF1":
                with np.errstate(invalid="ignore"):
                    significant &= stats.ttest_ind(here, parent, axis=1, alternative="greater").pvalue < LEVEL / 2
        key = "lp1_lr_raised_genes" if variant == "LP1-LR" else "r10_4_raised_genes"
        found[key] = above
    return found | {"variants_igf1_p_below": significant}
