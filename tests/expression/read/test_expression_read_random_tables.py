"""Hundreds of random studies as tables, each with one thing that users do to theirs: used as it is meant, or refused.

The right fold change is delta-delta-Ct by hand, from the rows of the table. A silent other number is the only failure.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.cells import mean_ct, sample_pairs
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.read import read_expression
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import NO_FAULTS, CellTypeExpression, ExpressionPopulation, draw_truth
from lensim.seeding import stream

Row = tuple[str, str, str, str, str]  # donor, condition, experiment, gene, Ct
SEEDS = range(100)
HEADER = "donor,condition,experiment,gene,ct"


@dataclass(frozen=True)
class Study:
    """Rows of a simulated study, and the factor of a cycle that stands for doubling."""

    rows: list[Row]

    def written(self, folder: Path, header: str = HEADER, *, more: str = "") -> Path:
        path = folder / "cts.csv"
        path.write_text("\n".join([header, *(",".join(row) + more for row in self.rows)]) + "\n", encoding="utf-8")
        return path


def study(seed: int, conditions: tuple[str, ...] = ("ctrl", "drug"), level: float = 3.0) -> Study:
    rng = stream(71, "tables", str(seed))
    subjects = [f"D{k}" for k in range(int(rng.integers(2, 5)))]
    targets = ("X", "Y")[: int(rng.integers(1, 3))]
    design = ExpressionDesign(
        subjects, ["donor"] * len(subjects), targets, ("R",), conditions, int(rng.integers(1, 3)),
        technical_replicates=int(rng.integers(2, 4)), dilutions=(), no_template_replicates=0,
    )  # fmt: skip
    expression = {(gene, "donor"): CellTypeExpression(level, 0.5, 1.0, 0.5) for gene in targets}
    sheet = lay_out(design)
    truth = draw_truth(ExpressionPopulation(expression=expression), sheet, rng)
    data = one_study(simulate(sheet, truth, NO_FAULTS, rng), 0)
    names = {dim: [str(name) for name in data[dim].values] for dim in (v.SUBJECT, v.CONDITION, v.EXPERIMENT, v.GENE)}
    rows = []
    for gene, sample, ct in zip(
        *(data[name].values for name in (v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.CT)), strict=True
    ):
        place = (
            names[v.SUBJECT][int(data[v.SUBJECT_OF_SAMPLE].values[sample])],
            names[v.CONDITION][int(data[v.CONDITION_OF_SAMPLE].values[sample])],
            names[v.EXPERIMENT][int(data[v.EXPERIMENT_OF_SAMPLE].values[sample])],
        )
        rows.append((*place, names[v.GENE][gene], "Undetermined" if np.isnan(ct) else f"{ct:.3f}"))
    return Study(rows)


def by_hand(rows: list[Row], control: str = "ctrl") -> dict[tuple[str, str, str, str], float]:
    """Delta-delta-Ct of each target, donor, condition and experiment, from the Cts that are numbers."""
    cells = defaultdict(list)
    for donor, condition, experiment, gene, ct in rows:
        if ct.replace(".", "").isdigit():
            cells[donor, condition, experiment, gene].append(float(ct))
    mean = {place: float(np.mean(own)) for place, own in cells.items()}
    found = {}
    for donor, condition, experiment, gene in mean:
        control_of = [(donor, control, experiment, one) for one in (gene, "R")]
        if condition != control and gene != "R" and all(place in mean for place in control_of):
            delta = mean[donor, condition, experiment, gene] - mean[donor, condition, experiment, "R"]
            found[gene, donor, condition, experiment] = mean[control_of[0]] - mean[control_of[1]] - delta
    return found


def as_read(data) -> dict[tuple[str, str, str, str], float]:
    """The same of what was read."""
    ct, is_reference = mean_ct(data), data[v.IS_REFERENCE].values == 1
    names = {dim: [str(name) for name in data[dim].values] for dim in (v.SUBJECT, v.CONDITION, v.EXPERIMENT, v.GENE)}
    found = {}
    for control, treated, condition in sample_pairs(data):
        subject = names[v.SUBJECT][int(data[v.SUBJECT_OF_SAMPLE].values[treated])]
        experiment = names[v.EXPERIMENT][int(data[v.EXPERIMENT_OF_SAMPLE].values[treated])]
        for g in np.flatnonzero(~is_reference):
            delta = (ct[g] - ct[is_reference][0])[[control, treated]]
            if np.isfinite(delta).all():
                place = (names[v.GENE][g], subject, names[v.CONDITION][condition], experiment)
                found[place] = float(delta[0] - delta[1])
    return found


def same(read: dict, expected: dict) -> bool:
    return set(read) == set(expected) and all(math.isclose(read[at], expected[at], abs_tol=1e-9) for at in read)


@pytest.mark.parametrize("seed", range(200))
def test_an_emptied_well_is_as_one_removed(tmp_path, seed):
    made, mark = study(seed), ("", "NA", "n/a", "-", "nan")[seed % 5]
    at = int(stream(seed, "which well").integers(len(made.rows)))
    emptied = Study([*made.rows[:at], (*made.rows[at][:4], mark), *made.rows[at + 1 :]])
    data = read_expression(emptied.written(tmp_path), references=["R"])
    assert same(as_read(data), by_hand(emptied.rows))
    assert int(np.isnan(data[v.CT]).sum()) == 0
    assert f"line {at + 2})" in data.attrs[v.READ_NOTES]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_cycle_is_not_detected(tmp_path, seed):
    """A gene of few copies, of which some wells have none."""
    made = study(seed, level=-8.0)
    words = read_expression(made.written(tmp_path), references=["R"])
    assert int(np.isnan(words[v.CT]).sum()) == sum(row[4] == "Undetermined" for row in made.rows)
    forty = [(*row[:4], row[4].replace("Undetermined", "40.000")) for row in made.rows]
    numbers = read_expression(Study(forty).written(tmp_path), references=["R"])
    assert words.drop_attrs().equals(numbers.drop_attrs())


WRITINGS = {"fraction": lambda factor: factor - 1, "percent": lambda factor: 100 * (factor - 1), "fold": lambda f: f}
COLUMNS = ("amplification_factor", "efficiency", "efficiency_percent", "Efficiency (%)", "primer efficiency")


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("written", WRITINGS)
def test_an_efficiency_is_that_of_the_laboratory_or_refused(tmp_path, seed, column, written):
    rng = stream(seed, "efficiency", column, written)
    factors = {gene: round(float(rng.uniform(1.7, 2.15)), 3) for gene in ("X", "R")}
    rows = [f"{gene},{WRITINGS[written](factor):.6g}" for gene, factor in factors.items()]
    path = tmp_path / "factors.csv"
    path.write_text("\n".join([f"gene,{column}", *rows]), encoding="utf-8")
    made = Study([row for row in study(seed).rows if row[3] != "Y"])
    outcomes = []
    for scale in (None, *WRITINGS):
        try:
            data = read_expression(made.written(tmp_path), references=["R"], factors=path, efficiency_scale=scale)
        except InputError:
            outcomes.append(False)
            continue
        found = dict(zip(data[v.GENE].values.tolist(), data[v.STATED_FACTOR].values.tolist(), strict=True))
        assert found == pytest.approx(factors)
        outcomes.append(True)
    assert outcomes[1 + list(WRITINGS).index(written)]  # with its own scale it is always read


@pytest.mark.parametrize("seed", SEEDS)
def test_a_missing_partner_is_refused_or_told(tmp_path, seed):
    made = study(seed)
    donor, condition, experiment = made.rows[int(stream(seed, "which sample").integers(len(made.rows)))][:3]
    left = Study([row for row in made.rows if row[:3] != (donor, condition, experiment)])
    path = left.written(tmp_path)
    if condition == "drug":
        data = read_expression(path, references=["R"])
        assert data.attrs[v.READ_NOTES] == (
            f"ctrl samples without a treated one, so of no fold change: {donor} under ctrl in {experiment}"
        )
    else:
        with pytest.raises(InputError, match=f"subject {donor} under drug in {experiment} has no control sample"):
            read_expression(path, references=["R"])
        data = read_expression(path, references=["R"], unpaired="drop")
    assert same(as_read(data), by_hand(left.rows))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("words", [("none", "+"), ("-", "+"), ("NA", "drug"), ("n/a", "nan"), ("null", "--")])
def test_words_for_missing_are_names_of_conditions(tmp_path, seed, words):
    made = study(seed, words)
    data = read_expression(made.written(tmp_path), references=["R"], control=words[0])
    assert data[v.CONDITION].values.tolist() == list(words)
    assert same(as_read(data), by_hand(made.rows, words[0]))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_column_that_splits_the_data_is_chosen_or_refused(tmp_path, seed):
    """The same study at two times, the second with another drug effect."""
    made = study(seed)
    name = ("time_h", "dose_um", "operator", "density", "batch")[seed % 5]
    shifts = [2.0 if condition == "drug" and gene != "R" else 0.0 for _, condition, _, gene, _ in made.rows]
    late = [(*row[:4], f"{float(row[4]) - shift:.3f}") for row, shift in zip(made.rows, shifts, strict=True)]
    path = tmp_path / "cts.csv"
    rows = [",".join((*row, value)) for value, own in (("24", made.rows), ("72", late)) for row in own]
    path.write_text("\n".join([f"{HEADER},{name}", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read_expression(path, references=["R"])
    for value, own in (("24", made.rows), ("72", late)):
        chosen = read_expression(path, references=["R"], where={name: value})
        assert same(as_read(chosen), by_hand(own))
