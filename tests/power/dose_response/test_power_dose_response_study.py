"""Dose-response panels from scenario to share of finds."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.power.chunk import run_audit, run_chunk
from lensim.power.diagnosands import COLUMNS, FAILED, LAPLACE, Tally
from lensim.power.dose_response import engine_laplace
from lensim.power.dose_response.chunk import answer, decide
from lensim.power.dose_response.study import simulate_chunk
from lensim.power.run import run_power
from lensim.power.scenario import scenario_of
from lensim.power.words import audit_sentences

FALSE_ALARM = 1e-6
SMALL = {
    "name": "small",
    "seed": 4,
    "design": {"assay": "dose_response", "groups": {"A": 3, "B": 3}, "experiments": 2, "blanks_per_plate": 2},
    "rules": [
        {"rule": "call"},
        {"rule": "ic50_within"},
        {"rule": "group_difference", "first": "A"},
    ],
    "analysis": {"engine": "laplace"},
    "studies": {"count": 12, "chunk": 4},
    "audit": {"studies": 0},
}


def test_the_same_studies_whatever_works_on_them(tmp_path):
    one = run_power(scenario_of(SMALL), tmp_path / "one").table
    two = run_power(scenario_of(SMALL), tmp_path / "two", workers=2).table
    pd.testing.assert_frame_equal(one, two)
    assert (one["studies"] == 12).all()
    assert set(one["rule"]) == {rule.label for rule in scenario_of(SMALL).rules}
    assert one["share"].between(0, 1).all()


def test_lines_of_a_chunk_are_rows_of_their_study():
    rows = run_chunk(scenario_of(SMALL), {}, 1, 4)
    assert rows["study"].unique().tolist() == [4, 5, 6, 7]
    assert (rows[rows["rule"] == 0].groupby("study").size() == 6).all()
    assert (rows[rows["rule"] == 2].groupby("study").size() == 1).all()
    assert set(rows["answered_by"]) <= {LAPLACE, FAILED}
    answered = rows["answered_by"] == LAPLACE
    assert np.isfinite(rows["estimate"][answered & (rows["rule"] == 0)]).all()


def test_every_figure_of_a_study_is_from_its_own_draw():
    """Spreads drawn from a distribution differ between studies; scale and shift come on top."""
    truth = {"population": {"sd_well": {"lognormal": [0.1, 0.3]}}, "scale": {"sd_well": 2.0}}
    plain = {"population": {"sd_well": {"lognormal": [0.1, 0.3]}}}
    a, b = (
        simulate_chunk(scenario_of(SMALL | {"truth": own}), ("x",), 50).truth[v.SD_WELL].to_numpy()
        for own in (plain, truth)
    )
    assert len(np.unique(a)) == 50
    np.testing.assert_allclose(b, 2 * a)


def test_groups_are_shifted_by_what_the_truth_says():
    own = {"population": {"sigma_group_log10_ec50_um": 0.0}, "groups": [{"group": "B", "log10_ec50_um": 0.8}]}
    truth = simulate_chunk(scenario_of(SMALL | {"truth": own}), ("x",), 20).truth
    means = truth["group_log10_ec50_um"].to_numpy()
    np.testing.assert_allclose(means[:, 1] - means[:, 0], 0.8)


def test_lines_of_one_study_do_not_pass_for_studies():
    """Rows of a study that all agree: the error of the share is that of studies, not of rows."""
    studies, lines = 200, 10
    decided = np.repeat(np.arange(studies) % 4 == 0, lines)
    rows = pd.DataFrame({name: np.zeros(studies * lines) for name in COLUMNS})
    rows = rows.assign(study=np.repeat(np.arange(studies), lines), decided=decided, is_null=False, answered_by=LAPLACE)
    tally = Tally()
    for part in np.array_split(np.arange(studies), 7):
        tally.add(rows[rows["study"].isin(part)])
    found = tally.describe()
    assert found["studies"] == studies
    assert found["share"] == pytest.approx(0.25)
    assert found["share_mcse"] == pytest.approx(np.sqrt(0.25 * 0.75 / studies), rel=0.02)


def test_a_study_without_a_mode_or_in_doubt_is_a_failure(monkeypatch):
    batch = simulate_chunk(scenario_of(SMALL), ("x",), 3)
    real = engine_laplace.analyse_panel
    seen = []

    def sometimes(*arguments):
        seen.append(1)
        if len(seen) == 1:
            raise np.linalg.LinAlgError
        found = real(*arguments)
        return dataclasses.replace(found, shapes=np.full(6, 0.9 if len(seen) == 2 else 0.1), counts=np.full(6, 99.0))

    monkeypatch.setattr(engine_laplace, "analyse_panel", sometimes)
    found = answer(batch)
    assert found.answered_by.tolist() == [FAILED, FAILED, LAPLACE]
    assert np.isnan(found.draws.curves[:2]).all()
    rows = decide(batch, found)
    tally = Tally()
    tally.add(rows[rows["rule"] == 2])
    row = tally.describe()
    assert (row["studies"], row["failed"]) == (3, 2)
    assert row["share_if_failures_are_no_find"] <= row["share"] / 3 + 1e-12


@pytest.mark.calibrate
def test_intervals_of_the_laplace_engine_cover(tmp_path):
    """Truths from the analysis prior's own kind of world: 90% intervals of log10 EC50 over studies, one line each."""
    truth = {
        "faults": "none",
        "population": {"mu_log10_ec50_um": {"normal": [-0.5, 0.5]}},
    }
    scenario = scenario_of(SMALL | {"truth": truth, "studies": {"count": 200, "chunk": 20}})
    rows = pd.concat(run_chunk(scenario, {}, chunk, 20) for chunk in range(10))
    first = rows[(rows["rule"] == 0) & (rows["answered_by"] == LAPLACE)].groupby("study").first()
    covered = ((first["low"] <= first["truth"]) & (first["truth"] <= first["high"])).sum()
    print(f"{covered} of {len(first)} in 90% intervals")
    assert stats.binomtest(int(covered), len(first), 0.9).pvalue > FALSE_ALARM


def test_an_audit_of_panels_sets_rows_of_a_study_side_by_side(monkeypatch):
    """With the fast engine in the place of NUTS nothing differs; errors are those of as many independent draws."""
    monkeypatch.setattr(
        "lensim.power.dose_response.engine_nuts.answer",
        lambda batch, studies, settings: engine_laplace.answer(batch, studies),
    )
    audit = run_audit(scenario_of(SMALL), {}, 1, 4, [0, 2])
    assert set(audit["study"]) <= {4, 6}
    assert (audit["fast_decided"] == audit["nuts_decided"]).all()
    assert (audit["fast_mean"] == audit["nuts_mean"]).all()
    by_draws = audit["nuts_sd"] / np.sqrt(1000)
    assert (audit["mean_mcse"] / by_draws).between(0.5, 3.0).all()
    known = audit["nuts_probability"].between(0.1, 0.9)
    p = audit["nuts_probability"][known]
    assert (audit["probability_mcse"][known] >= 0.999 * np.sqrt(p * (1 - p) / 1000)).all()


@pytest.mark.calibrate
@pytest.mark.sampling
def test_a_run_audits_panels_by_nuts(tmp_path):
    """Minutes: NUTS is compiled."""
    scenario = scenario_of(SMALL | {"audit": {"studies": 2, "draws": 1000}})
    audit = run_power(scenario, tmp_path / "out").audit
    assert audit["study"].nunique() == 2
    fitted = audit[~audit["nuts_failed"]]
    assert len(fitted)
    assert ((fitted["fast_mean"] - fitted["nuts_mean"]).abs() < 0.5 * fitted["nuts_sd"]).all()
    known = fitted[fitted["probability_mcse"].notna()]
    assert ((known["fast_probability"] - known["nuts_probability"]).abs() < 0.15).all()
    assert audit_sentences(audit)[0].startswith("Spot check: 2 studies were fitted again by NUTS: ")
