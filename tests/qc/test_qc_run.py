"""Wells without RT that a study keeps: their margins are those of the same sample, in every spelling of its name."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lensim
from lensim.expression.read import read_reactions
from lensim.expression.read.role_names import sample_with_rt
from lensim.qc.run import beside_studies, run_of_reactions, run_of_study
from lensim.qc.study import check_study

SAMPLES = tuple((f"s{k}", condition) for k in (1, 2) for condition in ("control", "drug"))
COLUMNS = ("plate", "well", "sample", "subject", "condition", "gene", "task", "ct")
NAMED = {"by a column sample": "{}", "as -RT": "{} -RT", "with noRT": "{}_noRT", "in brackets": "{} (-RT)", "not": ""}


def table_of(ct: np.ndarray, without: np.ndarray, named: str) -> pd.DataFrame:
    """MYC of each sample twice at `ct`, and a well without RT at `without` of those that have one (above 0)."""
    rows = []
    for at, (subject, condition) in enumerate(SAMPLES):
        own = (f"{subject}{condition}", subject, condition)
        values = [("GAPDH", "unknown", 15.0), *(("MYC", "unknown", value) for value in ct[at])]
        rows += [("P1", f"{'ABCD'[at]}{k + 1}", *own, *value) for k, value in enumerate(values)]
        if without[at] > 0.0:
            name = NAMED[named].format(own[0])
            rows.append(("P1", f"H{at + 1}", name, *own[1:], "MYC", "no_rt", without[at]))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.drop(columns="sample") if named == "not" else table


def margins_of(found: lensim.qc.finding.Checked) -> list[float]:
    return sorted(round(one.value, 6) for one in found.findings if one.check == "no-RT margin")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(st.tuples(st.floats(18, 30), st.floats(18, 30)), min_size=4, max_size=4),
    st.lists(st.one_of(st.just(0.0), st.floats(26, 39)), min_size=4, max_size=4).filter(any),
    st.sampled_from(sorted(NAMED)),
)
def test_each_well_without_rt_is_beside_its_own_sample(tmp_path: Path, ct, without, named):
    ct, without = np.round(np.array(ct), 2), np.round(np.array(without), 2)
    path = tmp_path / "cts.csv"
    table_of(ct, without, named).to_csv(path, index=False)
    data = lensim.read.expression(path, references=["GAPDH"])
    own = without > 0.0
    expected = sorted(np.round(without - ct.max(axis=1), 6)[own].tolist())
    assert margins_of(check_study(data)) == pytest.approx(expected)
    run = run_of_reactions(read_reactions([path]), ["GAPDH"])
    assert not len(beside_studies(run, [data]).ct_cycles)
    assert run_of_study(data, beside_studies(run, [data])).of("no_rt").sum() == own.sum()


def test_wells_without_rt_on_a_plate_without_samples_are_beside_the_study(tmp_path):
    table = table_of(np.full((4, 2), 22.0), np.full(4, 30.0), "as -RT")
    table.loc[table["task"] == "no_rt", "plate"] = "P2"
    table.to_csv(tmp_path / "cts.csv", index=False)
    data = lensim.read.expression(tmp_path / "cts.csv", references=["GAPDH"])
    run = run_of_reactions(read_reactions([tmp_path / "cts.csv"]), ["GAPDH"])
    others = beside_studies(run, [data])
    assert others.task.tolist() == ["no_rt"] * 4
    assert run_of_study(data).of("no_rt").sum() == 0
    assert run_of_study(data, others).of("no_rt").sum() == 4


@pytest.mark.parametrize(
    ("name", "sample"),
    [("P1 -RT", "P1"), ("P1_noRT", "P1"), ("P1 (-RT)", "P1"), ("no RT P1", "P1"), ("P1", "P1"), ("NRT", "NRT"),
     ("SMART-RT", "SMART-RT"), ("P1 minus RT 2", "P1 minus RT 2")],
)  # fmt: skip
def test_what_a_sample_without_rt_is_called_with_it(name, sample):
    assert sample_with_rt(name) == sample
