"""Simulated data from Python: the same as those of the command at the same seed, and told which assay they are of."""

import numpy as np
import pytest

import lensim
from lensim import vocabulary as v
from lensim.bioassay.assemble import write_bioassay
from lensim.cell_cycle.read.events import write_cell_cycle
from lensim.dose_response import DoseResponseDesign
from lensim.dose_response.read import write_tidy
from lensim.expression.design import ExpressionDesign
from lensim.expression.read import write_cts
from tests.cli.test_cli import run

WRITERS = {
    "dose_response": (write_tidy, ()),
    "expression": (write_cts, ()),
    "bioassay": (write_bioassay, ()),
    "cell_cycle": (write_cell_cycle, ("--counts",)),
}


@pytest.mark.parametrize("name", WRITERS)
def test_python_and_the_command_give_the_same_numbers(name, tmp_path, capsys):
    write, options = WRITERS[name]
    command, python = tmp_path / "command.csv", tmp_path / "python.csv"
    status, _, error = run(capsys, "simulate", name.replace("_", "-"), "--out", str(command), "--seed", "5", *options)
    assert status == 0, error
    truth, data = getattr(lensim.simulate, name)(seed=5)
    write(data, python)
    assert python.read_text() == command.read_text()
    assert truth.attrs[v.ASSAY] == data.attrs[v.ASSAY] == name
    assert v.STUDY not in truth.dims


def test_a_design_of_ones_own_takes_a_population_and_faults():
    design = DoseResponseDesign(["a", "b"], ["g", "g"], experiments=1)
    truth, data = lensim.simulate.dose_response(design, seed=2)
    assert data[v.CELL_LINE].to_numpy().tolist() == ["a", "b"]
    assert np.isfinite(truth[v.LOG10_EC50]).all()
    _, again = lensim.simulate.dose_response(design, seed=2)
    assert again.identical(data)
    _, other = lensim.simulate.dose_response(design, seed=3)
    assert not other[v.SIGNAL].equals(data[v.SIGNAL])


def test_a_design_of_other_subjects_is_no_twin():
    truth, data = lensim.simulate.expression(ExpressionDesign(("s1", "s2"), ("donor", "donor")), seed=2)
    assert data[v.SUBJECT].to_numpy().tolist() == ["s1", "s2"]
    assert truth[v.LOG2_FOLD_CHANGE].sizes[v.SUBJECT] == 2
