"""Every public function with values that nobody means: it refuses them with an InputError, or does what it should."""

import inspect
import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import lensim
from lensim.dose_response.design import DoseResponseDesign
from lensim.expression.design import ExpressionDesign
from lensim.face import fit as face_of_fits
from lensim.face import plan as face_of_plans
from lensim.face import power as face_of_power
from lensim.face import published as face_of_published
from tests.face.test_face_fit import made_up

JUNK = (None, 1, math.nan, b"x", {}, [], object(), pd.DataFrame(), "", "no/such/file", "a\0b", -1, 10**400, ["a=b"])
READERS = {
    "dose_response": "cell_line,dose_um,signal,plate\nK562,0,100,p1\nK562,1,50,p1\nK562,10,20,p1\n",
    "expression": "subject,condition,gene,ratio\ns1,IL-4,TNF,2.0\n",
    "bioassay": "role,concentration_pg_per_ml,cell_line,od\nstandard,0,,1.0\nstandard,1,,0.9\nstandard,10,,0.7\n"
    "standard,100,,0.4\nstandard,1000,,0.2\nsample,,K562,0.6\n",
    "cell_cycle": "cell_line,condition,g0g1,s,g2m\nK562,none,5000,3000,2000\nK562,IL-4,5100,2800,2100\n",
}
"""A small file that each reader takes without an option."""
SIMULATORS = {
    "dose_response": DoseResponseDesign(["a"], ["g"], experiments=1),
    "expression": ExpressionDesign(("s1", "s2", "s3"), ("donor",) * 3, experiments=3),
    "bioassay": None,
    "cell_cycle": None,
}
STUBBED = ((face_of_fits, "fit_study"), (face_of_power, "run_power"), (face_of_plans, "run_plan"),
           (face_of_published, "run_published"))  # fmt: skip
FIT = face_of_fits.Fit
METHODS = ("summary", "tables_at", "plot", "save")


def _outcomes(function: Any, usual: dict[str, Any], own: tuple[str, ...] = ()) -> list[str]:
    """What goes wrong with the junk, one value and one parameter at a time, that is no InputError."""
    wrong = []
    for name in (*inspect.signature(function).parameters, "no_such_option", *own):
        for value in JUNK:
            try:
                function(**{**usual, name: value})
            except lensim.InputError:
                continue
            except Exception as error:
                wrong.append(f"{name}={type(value).__name__} {str(value)[:20]!r}: {type(error).__name__} {error}"[:200])
    return wrong


@pytest.fixture(autouse=True)
def _nothing_is_sampled(monkeypatch, tmp_path):
    for module, name in STUBBED:
        monkeypatch.setattr(module, name, lambda *given, **named: None)
    monkeypatch.setattr(face_of_fits, "Fit", lambda tree: tree)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_readers(name, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(READERS[name])
    reader = getattr(lensim.read, name)
    assert reader(path).attrs["assay"] == name
    assert _outcomes(reader, {"files": path}) == []


@pytest.mark.parametrize("name", SIMULATORS)
def test_simulators(name):
    assert _outcomes(getattr(lensim.simulate, name), {"design": SIMULATORS[name]}) == []


def test_every_reader_and_simulator_is_walked():
    assert set(dir(lensim.read)) - {"toy"} <= set(READERS)
    assert set(dir(lensim.simulate)) - {"toy", "cell_cycle_events"} <= set(SIMULATORS)


def test_fits_and_files():
    data = lensim.simulate.expression(SIMULATORS["expression"], seed=1)[1]
    assert _outcomes(lensim.fit, {"data": data}) == []
    assert _outcomes(lensim.load, {"path": "fit.nc"}) == []
    assert _outcomes(lensim.models, {}) == []


@pytest.mark.parametrize(
    ("function", "usual"),
    [
        (lensim.power, {"scenario": "study.toml"}),
        (lensim.plan, {"question": "next.toml"}),
        (lensim.published, {"summaries": "paper.toml"}),
    ],
)
def test_scenarios_questions_and_summaries(function, usual):
    assert _outcomes(function, usual) == []


@pytest.mark.parametrize("method", METHODS)
def test_methods_of_a_fit(method):
    one = made_up()
    usual = {"path": "fit.nc"} if method == "save" else {}
    assert _outcomes(getattr(one, method), usual) == []


def test_a_fit_of_something_else_is_none():
    with pytest.raises(lensim.InputError) as refused:
        FIT(1)
    assert str(refused.value) == 'tree must be a DataTree, got 1: read a fit with lensim.load("fit.nc")'
    with pytest.raises(lensim.InputError, match=r"^prior.tree must be DataTree, got int: 1$"):
        lensim.plan("next.toml", prior=SimpleNamespace(tree=1))


def test_a_result_of_an_unknown_assay_is_not_summarised():
    one = made_up()
    one.tree.attrs["assay"] = "[red]x"
    with pytest.raises(lensim.InputError) as refused:
        one.summary()
    assert str(refused.value) == (
        "a result must be of an assay that is installed (bioassay, cell_cycle, dose_response, expression), got "
        "'[red]x': install the package of this assay"
    )


def test_python_takes_as_few_draws_as_the_command(monkeypatch, tmp_path):
    monkeypatch.undo()
    path = tmp_path / "paper.toml"
    path.write_text("")
    with pytest.raises(lensim.InputError, match=r"^draws must lie between 100 and 1e\+07, got 1$"):
        lensim.published(path, draws=1)
