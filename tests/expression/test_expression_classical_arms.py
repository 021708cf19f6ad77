"""Arm against arm by the bench: hundreds of random studies against the paired difference by hand."""

import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.expression.classical_arms import classical_arm_tests, classical_arms, measured_ratios
from lensim.seeding import stream
from tests.expression.random_studies import GENES, RandomStudy, random_study

STUDIES = 100
Arms = dict[tuple[str, str, str, str], float]


def by_hand_of_ratios(study: RandomStudy) -> Arms:
    """Difference of log2 ratios of two arms of one experiment, mean over experiments."""
    data, (targets, subjects, contrasts) = study.data, study.names
    places = [data[name].to_numpy() for name in (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR)]
    places.append(data[v.EXPERIMENT_OF_PAIR].to_numpy())
    ratio = dict(zip(zip(*places, strict=True), data[v.LOG2_RATIO].to_numpy(), strict=True))
    found: dict[tuple[str, str, str, str], list[float]] = {}
    for (t, s, c, e), value in ratio.items():
        for other in range(c):
            if (t, s, other, e) in ratio:
                key = (targets[t], subjects[s], contrasts[c], contrasts[other])
                found.setdefault(key, []).append(value - ratio[t, s, other, e])
    return {key: float(np.mean(values)) for key, values in found.items()}


def by_hand_of_reactions(study: RandomStudy) -> Arms:
    """Differences of Ct between two arms of one experiment, target less reference, mean over experiments."""
    data, (targets, subjects, contrasts) = study.data, study.names
    sample = data[v.SAMPLE_OF_REACTION].to_numpy()
    places = [data[v.GENE_OF_REACTION].to_numpy()] + [
        data[name].to_numpy()[sample] for name in (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)
    ]
    cells: dict[tuple[int, ...], list[float]] = {}
    for *place, ct in zip(*places, data[v.CT].to_numpy(), strict=True):
        if np.isfinite(ct):
            cells.setdefault(tuple(int(one) for one in place), []).append(float(ct))
    mean = {place: float(np.mean(cts)) for place, cts in cells.items()}
    found: dict[tuple[str, str, str, str], list[float]] = {}
    for t, s, c, other, e in np.ndindex(2, len(subjects), len(contrasts), len(contrasts), 2):
        needed = [(gene, s, condition, e) for gene in (t, GENES.index("REF")) for condition in (c, other)]
        if other < c and all(place in mean for place in needed):
            target, target_other, reference, reference_other = (mean[place] for place in needed)
            key = (targets[t], subjects[s], contrasts[c], contrasts[other])
            found.setdefault(key, []).append((target_other - target) - (reference_other - reference))
    return {key: float(np.mean(values)) for key, values in found.items()}


@pytest.mark.parametrize("of_ratios", [True, False])
def test_arms_are_the_paired_differences_by_hand(of_ratios):
    rng = stream(15, "arms", "ratios" if of_ratios else "reactions")
    number = 0
    for _ in range(STUDIES):
        study = random_study(rng, of_ratios=of_ratios)
        expected = by_hand_of_ratios(study) if of_ratios else by_hand_of_reactions(study)
        table = classical_arms(study.data)
        found = table.set_index(["target", "subject", "arm", "against"])["log2_ratio"].to_dict()
        assert set(found) == set(expected)
        assert found == pytest.approx(expected)
        number += len(found)
        tests = classical_arm_tests(table)
        for row in tests.itertuples() if len(tests) else ():
            own = [
                value
                for (target, subject, arm, against), value in expected.items()
                if (target, arm, against) == (row.target, row.arm, row.against)
                and _kind(study, subject) == row.cell_type
            ]
            assert row.n == len(own)
            if len(own) > 1:
                assert row.t_log2_ratio_p_value == pytest.approx(stats.ttest_1samp(own, 0.0).pvalue)
                assert row.wilcoxon_p_value == pytest.approx(stats.wilcoxon(own).pvalue)
            else:
                assert np.isnan(row.t_log2_ratio_p_value)
                assert row.note == "ratios, their number, must be at least 2, got 1"
    assert number > STUDIES  # the check has something to find


def _kind(study: RandomStudy, subject: str) -> str:
    position = study.names[1].index(subject)
    kind = study.data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[position]
    return str(study.data[v.CELL_TYPE].to_numpy()[kind])


def test_measured_ratios_have_a_row_of_each_pair_that_there_is():
    rng = stream(15, "measured")
    for _ in range(STUDIES):
        study = random_study(rng, of_ratios=True)
        table = measured_ratios(study.data)
        assert len(table) == study.pairs.any(axis=3).sum()
        assert table["experiments"].sum() == study.pairs.sum()
