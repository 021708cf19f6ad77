"""Evidence is counted by target, subject and contrast: hundreds of random studies against a count by hand."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, ResultTable
from lensim.checks import InputError
from lensim.expression.assay import notes, remarks, tables
from lensim.expression.estimands import expression_estimands, summarise_populations, summarise_subjects
from lensim.expression.evidence import (
    CONTROL_DETECTED,
    DETECTED,
    LEFT_OUT,
    NOT_DETECTED,
    PAIRS,
    controls_among,
    evidence_of,
    without_controls,
)
from lensim.expression.read.ratios import read_ratios
from lensim.seeding import stream
from tests.expression.random_studies import RandomStudy, made_up_fit, random_study

STUDIES = 100


def studies(of_ratios: bool) -> list[tuple[int, RandomStudy, xr.DataTree]]:
    rng = stream(15, "random studies", "ratios" if of_ratios else "reactions")
    made = [random_study(rng, of_ratios=of_ratios) for _ in range(STUDIES)]
    return [(number, study, made_up_fit(study, rng)) for number, study in enumerate(made)]


def tables_of(fit: xr.DataTree) -> dict[str, pd.DataFrame]:
    found: tuple[ResultTable, ...] = tables(expression_estimands(fit), Asked())
    return {table.name: table.frame for table in found}


def by_hand(study: RandomStudy) -> dict[tuple[str, str, str], int]:
    """Pairs by target, subject and contrast, counted one by one."""
    targets, subjects, contrasts = study.names
    count: dict[tuple[str, str, str], int] = {}
    for t, s, c, _ in np.argwhere(study.pairs):
        key = (targets[t], subjects[s], contrasts[c])
        count[key] = count.get(key, 0) + 1
    return count


@pytest.mark.parametrize("of_ratios", [True, False])
def test_tables_have_rows_of_the_pairs_that_there_are_and_count_them(of_ratios):
    missing = 0
    for number, study, fit in studies(of_ratios):
        count, own = by_hand(study), tables_of(fit)
        key = ["target", "subject", "contrast"]
        assert own["subjects"].set_index(key)["pairs"].to_dict() == count, number
        kind = dict(zip(own["subjects"]["subject"], own["subjects"]["cell_type"], strict=True))
        subjects: dict[tuple[str, str, str], int] = {}
        for target, subject, contrast in count:
            place = (target, kind[subject], contrast)
            subjects[place] = subjects.get(place, 0) + 1
        counted = own["populations"].set_index(["target", "cell_type", "contrast"])["subjects"].to_dict()
        assert counted == subjects, number
        missing += study.pairs.any(axis=3).size - len(count)
        if "contrasts" in own:
            folds = own["contrasts"].query("quantity == 'fold change'")
            for row in folds.itertuples():
                assert {(row.target, kind, row.contrast) for kind in (row.first, row.second)} <= set(subjects), number
        said = [one for one in remarks(expression_estimands(fit)) if one.startswith("no pair of ")]
        assert bool(said) == (len(count) < study.pairs.any(axis=3).size), number
    assert missing > STUDIES  # the check has something to find


def test_reactions_are_those_of_the_pairs_of_a_contrast():
    for number, study, _ in studies(of_ratios=False):
        data, evidence = study.data, evidence_of(study.data)
        sample = data[v.SAMPLE_OF_REACTION].to_numpy()
        gene, ct = data[v.GENE_OF_REACTION].to_numpy(), data[v.CT].to_numpy()
        where = [
            data[name].to_numpy()[sample]
            for name in (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)
        ]
        control = study.pairs.shape[2]
        for t, s, c in np.ndindex(study.pairs.shape[:3]):
            of_pairs = np.isin(where[2], np.flatnonzero(study.pairs[t, s, c])) & (gene == t) & (where[0] == s)
            of_pairs &= np.isin(where[1], [c, control])
            found = [int(evidence[name][t, s, c]) for name in (DETECTED, NOT_DETECTED)]
            assert found == [np.isfinite(ct[of_pairs]).sum(), np.isnan(ct[of_pairs]).sum()], number
            own = (gene == t) & (where[0] == s) & (where[1] == control)
            assert int(evidence[CONTROL_DETECTED][t, s]) == np.isfinite(ct[own]).sum(), number


def test_one_treatment_more_does_not_count_for_the_other():
    """Five donors under the stimulus, four of them with an inhibitor as well: nine pairs, and nothing of the fifth."""
    pairs = np.ones((2, 5, 2, 1), dtype=bool)
    pairs[:, 4, 1] = False
    study = random_like(pairs)
    own = tables_of(made_up_fit(study, stream(15, "fit")))
    assert own["populations"].query("target == 'TNF'")["subjects"].tolist() == [5, 4]
    assert len(own["subjects"].query("target == 'TNF'")) == 9
    assert own["arms"].query("target == 'TNF'")["subjects"].tolist() == [4]
    said = remarks(expression_estimands(made_up_fit(study, stream(15, "fit"))))
    assert said[0] == "no pair of arm1, so no fold change: TNF in s4, IGF1 in s4"


def random_like(pairs: np.ndarray) -> RandomStudy:
    target, subject, contrast, experiment = np.nonzero(pairs)
    pointers = {
        v.TARGET_OF_PAIR: target,
        v.SUBJECT_OF_PAIR: subject,
        v.CONTRAST_OF_PAIR: contrast,
        v.EXPERIMENT_OF_PAIR: experiment,
        v.LOG2_RATIO: stream(15, "ratios").normal(1.0, 1.0, len(target)),
    }
    data = xr.Dataset(
        {name: (v.PAIR, values) for name, values in pointers.items()}
        | {v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, np.zeros(pairs.shape[1], dtype=int))},
        {
            v.TARGET: ["TNF", "IGF1"],
            v.SUBJECT: [f"s{k}" for k in range(pairs.shape[1])],
            v.CONTRAST: [f"arm{k}" for k in range(pairs.shape[2])],
            v.CELL_TYPE: ["line"],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )
    return RandomStudy(data, pairs)


def test_a_condition_without_a_ct_makes_the_fold_change_a_bound():
    rng = stream(15, "bound")
    study = next(one for one in iter(lambda: random_study(rng, of_ratios=False), None) if one.pairs[0, 0, 0].all())
    sample = study.data[v.SAMPLE_OF_REACTION].to_numpy()
    gene = study.data[v.GENE_OF_REACTION].to_numpy()
    condition = study.data[v.CONDITION_OF_SAMPLE].to_numpy()[sample]
    own = (gene == 0) & (study.data[v.SUBJECT_OF_SAMPLE].to_numpy()[sample] == 0)
    notes = {}
    for name, dark in (("none", [study.pairs.shape[2]]), ("arm0", [0]), ("both", [0, study.pairs.shape[2]])):
        ct = np.where(own, 25.0, study.data[v.CT].to_numpy())
        ct[own & np.isin(condition, dark)] = np.nan
        changed = RandomStudy(study.data.assign({v.CT: (v.REACTION, ct)}), study.pairs)
        table = summarise_subjects(expression_estimands(made_up_fit(changed, rng)))
        row = table.query("target == 'TNF' and subject == 's0' and contrast == 'arm0'").iloc[0]
        low, high = (row[f"fold_change_percent_{end}"] / 100 for end in ("lower", "upper"))
        notes[name] = row["note"], low, high
    assert (
        notes["none"][0] == f"never detected under none: > {notes['none'][1]:.3g}-fold, and how much more is not known"
    )
    assert (
        notes["arm0"][0] == f"never detected under arm0: < {notes['arm0'][2]:.3g}-fold, and how much less is not known"
    )
    assert notes["both"][0] == "never detected: no more than its population says"


def test_a_target_that_no_control_shows_has_a_mean_that_is_a_bound():
    rng = stream(15, "bound of a mean")
    study = random_study(rng, of_ratios=False)
    condition = study.data[v.CONDITION_OF_SAMPLE].to_numpy()[study.data[v.SAMPLE_OF_REACTION].to_numpy()]
    ct = np.full(study.data.sizes[v.REACTION], 25.0)
    ct[(study.data[v.GENE_OF_REACTION].to_numpy() == 0) & (condition == study.pairs.shape[2])] = np.nan
    changed = RandomStudy(study.data.assign({v.CT: (v.REACTION, ct)}), study.pairs)
    table = summarise_populations(expression_estimands(made_up_fit(changed, rng)))
    dark = table.query("target == 'TNF'").iloc[0]
    low = dark["fold_change_percent_lower"] / 100
    assert dark["note"] == f"never detected under none: > {low:.3g}-fold, and how much more is not known"
    assert set(table.query("target != 'TNF'")["note"]) <= {""}


def test_a_contrast_of_ratios_that_are_all_1_is_the_control():
    """As many random tables of ratios as there are studies, each with one contrast set to 1."""
    rng = stream(15, "controls")
    for _ in range(STUDIES):
        study = random_study(rng, of_ratios=True)
        assert controls_among(study.data) == ()
        chosen = int(rng.integers(study.pairs.shape[2]))
        own = study.data[v.CONTRAST_OF_PAIR].to_numpy() == chosen
        ratio = np.where(own, 0.0, study.data[v.LOG2_RATIO].to_numpy())
        expected = (study.names[2][chosen],) if own.sum() > 1 else ()
        changed = study.data.assign({v.LOG2_RATIO: (v.PAIR, ratio)})
        assert controls_among(changed) == expected
        if len(study.names[2]) == 1 and expected:
            with pytest.raises(InputError, match="must not all be exactly 1"):
                without_controls(changed)
            continue
        left = without_controls(changed)
        at = left[v.CONTRAST_OF_PAIR].to_numpy()
        names = left[v.CONTRAST].to_numpy()[at].tolist()
        before = study.data[v.CONTRAST].to_numpy()[study.data[v.CONTRAST_OF_PAIR].to_numpy()]
        assert names == [name for name in before.tolist() if name not in expected]
        assert left.attrs.get(LEFT_OUT, "") == "".join(expected)


def test_a_control_among_contrasts_is_told_in_words(tmp_path):
    path = tmp_path / "ratios.csv"
    rows = ["gene,donor,treatment,fold_change", "Y,d1,none,1", "Y,d2,none,1.0", "Y,d1,drug,2", "Y,d2,drug,1"]
    path.write_text("\n".join(rows))
    data = read_ratios(path)
    assert data[v.CONTRAST].to_numpy().tolist() == ["drug"]
    assert notes(data) == (
        "none: every ratio of it is exactly 1, so it is the control and no contrast, and is left out",
    )
    path.write_text("\n".join(rows[:3]))
    said = r"^ratios must not all be exactly 1, got 2 that are: of none against itself there is nothing to find$"
    with pytest.raises(InputError, match=said):
        read_ratios(path)


def test_pairs_of_nothing_are_none():
    data = random_like(np.zeros((2, 3, 1, 1), dtype=bool)).data
    assert int(evidence_of(data)[PAIRS].sum()) == 0
