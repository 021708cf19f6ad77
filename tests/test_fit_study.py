"""A fit of any assay: what it refuses, and what it says of prior and data beside the draws."""

import re
from dataclasses import replace

import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import find_assay, read_result
from lensim.checks import InputError
from lensim.expression.fold_change_exact import ENGINE as EXACT
from lensim.fit_study import fit_study, look_further
from lensim.inference.engine import Engine, HandedOn, engine_in_words
from lensim.inference.prior_sensitivity import OF_NUMBERS, PRIOR_SENSITIVITY
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import carry_exact, verdict_of
from lensim.output import load_result, save_result
from tests.expression.test_expression_fold_change_density import pairs
from tests.test_assay import OWN, RESULTS

SHORT = FitSettings(SamplerSettings(draws=200, chains=4))


def test_a_truth_is_not_fitted_as_data(monkeypatch):
    monkeypatch.setattr("lensim.inference.retry.fit_with_care", lambda *_, **__: pytest.fail("a fit was begun"))
    truth = xr.Dataset({v.LOG10_EC50: (v.CELL_LINE, [0.0])}, attrs={v.ASSAY: "dose_response"})
    with pytest.raises(InputError, match=r"^data must be observations of the assay dose_response, .*: a truth is no"):
        fit_study(truth, FitSettings(), 1)


DECIDED = {
    "bioassay": (v.LOG10_TNF, {v.MEDIUM: 0}, "TNF"),
    "cell_cycle": (v.PHASE_LOG_RATIO_CHANGE, {v.CELL_LINE: 0, v.CONTRAST: 0, v.LATER_PHASE: 0}, "change"),
    "dose_response": (v.LOG_HILL, {v.CELL_LINE: 0}, "slope"),
    "expression": (v.LOG2_FOLD_CHANGE, {v.TARGET: 0, v.SUBJECT: 0, v.CONTRAST: 0}, "fold change"),
}
"""A variable of each assay, a place of it that its prior alone says, and what that decides."""


@pytest.mark.parametrize("name", OWN)
def test_tables_name_what_the_prior_decides_and_the_verdict_what_to_give(name, tmp_path):
    variable, place, words = DECIDED[name]
    result = RESULTS[name]()
    carry_exact(result)
    result.attrs |= {v.ASSAY: name, "priors": f'{{"sd_{variable}": 1.5}}'}
    before = read_result(result)
    own = result["posterior"].to_dataset()[variable].isel(place, drop=True)
    log_prior = xr.Dataset({variable: -0.5 * ((own - own.mean()) / own.std()) ** 2})
    log_prior[variable].attrs[OF_NUMBERS] = 1
    result["log_prior"], result["prior"] = xr.DataTree(log_prior), xr.DataTree(result["posterior"].to_dataset())
    look_further(result, find_assay(name))
    save_result(result, tmp_path / "fit.nc")
    read = load_result(tmp_path / "fit.nc")
    tables = read_result(read).tables
    column = tables[0].frame["prior_decides"]
    assert words in column.iloc[0].split(", ")
    assert (column == "").any() or len(column) == 1
    for table, old in zip(tables, before.tables, strict=True):
        assert set(table.frame) - set(old.frame) <= {"prior_decides"}
    remedies = [note.remedy for note in verdict_of(read).notes]
    assert any(f"sd_{variable} (now 1.5) among the priors" in remedy for remedy in remedies)
    assert read[PRIOR_SENSITIVITY].attrs["power"] == 0.5


def test_a_result_of_an_earlier_lensim_has_no_such_column():
    result = RESULTS["dose_response"]()
    carry_exact(result)
    look_further(result, find_assay("dose_response"))
    assert PRIOR_SENSITIVITY not in result.children
    assert "prior_decides" not in read_result(result).tables[0].frame


# --- which engine draws ---


def _engines(monkeypatch, *engines):
    """Let the assay of RT-qPCR have these engines, and NUTS give an empty result; what NUTS was asked is noted."""
    asked = []
    assay = replace(find_assay("expression"), engines=engines)
    monkeypatch.setattr("lensim.fit_study.assay_of", lambda data: assay)

    def by_nuts(data, model, settings, seed, **named):
        asked.append(model)
        return RESULTS["expression"]()

    monkeypatch.setattr("lensim.inference.retry.fit_with_care", by_nuts)
    return asked


def _handing_on(*args, **named):
    raise HandedOn("the weights of a line cannot be trusted")


def _failing(*args, **named):
    raise FloatingPointError("overflow")


def _stuck(data, model, priors, settings, seed, **named):
    drawn = EXACT.draw(data, model, priors, settings, seed)
    own = drawn["posterior"].to_dataset()
    drawn["posterior"] = xr.DataTree((own * 0 + own.isel(draw=0)).assign_attrs({"inference_library": "lensim, stuck"}))
    drawn["posterior"]["sd_log2_pair"] = drawn["posterior"]["sd_log2_pair"] + 1e-6 * drawn["posterior"]["draw"]
    return drawn


def _always(data, model, priors):
    return ""


def test_auto_takes_the_first_engine_that_takes_the_data_and_says_why_others_did_not(monkeypatch):
    engines = (
        Engine("of_others", _always, _failing, ("another_model",)),
        Engine("refusing", lambda data, model, priors: "it knows one plate alone", _failing),
        Engine("handing_on", _always, _handing_on),
        Engine("failing", _always, _failing),
        EXACT,
    )
    asked, told = _engines(monkeypatch, *engines), []
    result = fit_study(pairs(full=False), SHORT, 1, tell=told.append)
    words = (
        "drawn by the engine exact, because refusing did not take it: it knows one plate alone; handing_on did not "
        "take it: the weights of a line cannot be trusted; failing did not take it: it failed (FloatingPointError: "
        "overflow)"
    )
    assert told == [words]
    assert engine_in_words(result) == words
    assert asked == []


def test_draws_that_do_not_pass_the_gate_are_handed_on_to_nuts(monkeypatch):
    asked, told = _engines(monkeypatch, Engine("stuck", _always, _stuck)), []
    result = fit_study(pairs(full=False), SHORT, 1, tell=told.append, attempts=1)
    assert asked == ["fold_change_hierarchical"]
    assert result.attrs["engine"] == "nuts"
    assert told[-1].startswith(
        "the engine nuts draws; compiling takes up to a minute or two; stuck did not take it: R-hat of "
    )


def test_so_few_draws_that_no_gate_passes_are_handed_on_to_nobody(monkeypatch):
    asked = _engines(monkeypatch, Engine("stuck", _always, _stuck))
    few = FitSettings(SamplerSettings(draws=20, chains=4))
    result = fit_study(pairs(full=False), few, 1, attempts=1)
    assert (asked, result.attrs["engine"]) == ([], "stuck")
    assert not verdict_of(result).passed


@pytest.mark.parametrize(
    ("engine", "reason"),
    [
        (Engine("own", lambda data, model, priors: "it knows one plate alone", _failing), "it knows one plate alone"),
        (Engine("own", _always, _handing_on), "the weights of a line cannot be trusted"),
        (Engine("own", _always, _failing, ("other",)), "it draws other, not fold_change_hierarchical"),
    ],
)
def test_an_engine_that_is_named_and_does_not_take_the_data_names_the_remedy(monkeypatch, engine, reason):
    asked = _engines(monkeypatch, engine)
    said = f'engine="own" does not take these data: {reason}; engine="auto" takes the first engine that does'
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        fit_study(pairs(full=False), SHORT, 1, engine="own")
    assert asked == []


def test_nuts_that_is_named_asks_no_other_engine(monkeypatch):
    asked = _engines(monkeypatch, Engine("own", _failing, _failing))
    assert fit_study(pairs(full=False), SHORT, 1, engine="nuts").attrs["engines_passed_over"] == "{}"
    assert asked == ["fold_change_hierarchical"]


def test_a_first_use_says_that_kernels_are_compiled(monkeypatch):
    own = replace(EXACT, kernels=("lensim.expression.exact",), compile_seconds=20)
    _engines(monkeypatch, own)
    for in_place, words in (
        (True, []),
        (
            False,
            [
                "compiling the engine exact once: about 20 s, and minutes on a slow or busy machine; "
                "later fits start at once"
            ],
        ),
    ):
        monkeypatch.setattr("lensim.inference.compiled.are_in_place", lambda package, there=in_place: there)
        told: list[str] = []
        fit_study(pairs(full=False), SHORT, 1, tell=told.append)
        assert told == words
