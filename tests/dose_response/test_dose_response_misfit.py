"""Shapes in the table of lines, doses beside their predictions, and notes of the verdict."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.assay import Asked, read_result
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.misfit import MISFIT, P_SHAPE, SHAPE, misfit_caption, misfit_notes, odd_doses
from tests.dose_response.shaped_panels import LINES, ODD, controls_above, hormesis, shaped


def read(*given):
    return read_result(shaped(*given))


def table(found, name):
    return next(one for one in found.tables if one.name == name)


def test_lines_carry_their_shape_and_its_probability():
    lines = table(read(hormesis), "lines").frame.set_index("cell_line")
    told = lines.index[lines[SHAPE] != ""].tolist()
    assert tuple(told) == ODD
    assert all(lines.loc[name, SHAPE].startswith("hormesis: rises to 1") for name in ODD)
    assert (lines.loc[list(ODD), P_SHAPE] < 0.05).all()


def test_people_see_shapes_where_there_are_some_and_never_the_probability():
    assert SHAPE in table(read(hormesis), "lines").shown
    assert SHAPE not in table(read(), "lines").shown
    assert P_SHAPE not in table(read(hormesis), "lines").shown


def test_the_table_of_doses_has_a_row_a_line_and_dose_with_its_place_among_predictions():
    doses = table(read(hormesis), "lack_of_fit").frame
    assert len(doses) == LINES * 8
    assert list(doses) == [
        "cell_line", "dose", "dose_unit", "observed_percent", "expected_percent", "expected_percent_lower",
        "expected_percent_upper", "place", "z", "p", "wells", "outlying_wells", "odd",
    ]  # fmt: skip
    assert doses["place"].between(0.0, 100.0).all()
    odd = doses[doses["odd"] == "yes"]
    assert set(odd["cell_line"]) == set(ODD)
    inside = doses["observed_percent"].between(doses["expected_percent_lower"], doses["expected_percent_upper"])
    assert inside[doses["odd"] == ""].mean() > 0.8


def test_the_caption_says_what_it_comes_to():
    assert "2 of 8 lines are not one falling Hill curve" in misfit_caption(read(hormesis).estimands, 0.9)
    assert "all 8 lines are as one Hill curve (smallest P " in misfit_caption(read().estimands, 0.9)


def test_the_verdict_names_each_line_and_its_shape():
    said = [note.sentence() for note in misfit_notes(read(hormesis).estimands)]
    assert len(said) == 2
    assert said[0].startswith("the curve of line 2: must be the shape of its data, got hormesis: rises to 1")
    assert said[0].endswith("; read its numbers off the figure, and see the table lack_of_fit and the plate")
    assert not list(misfit_notes(read().estimands))


def test_controls_that_are_off_in_all_lines_are_one_note():
    every = tuple(f"line {1 + k}" for k in range(LINES))
    first = next(misfit_notes(read(controls_above, every).estimands)).sentence()
    assert first.startswith("the controls of all lines: must lie where the other doses of the lines say, got ")
    assert "% above (P " in first
    assert first.endswith("; see the vehicle and the place of these wells on the plate")


def test_a_line_that_surely_rises_is_told():
    result = shaped().copy(deep=True)
    posterior = result["posterior"].to_dataset()
    effect = posterior[v.EFFECT].copy(deep=True)
    effect[:, :, 3] = -0.7
    ec50 = posterior[v.LOG10_EC50].copy(deep=True)
    ec50[:, :, 3] = -1.0
    result["posterior"] = type(result)(posterior.assign({v.EFFECT: effect, v.LOG10_EC50: ec50}))
    words = str(ASSAY.estimands(result, Asked())[SHAPE].to_numpy()[3])
    assert "rises with dose, to 19" in words or "rises with dose, to 20" in words
    assert words.endswith("at the top dose")


def test_odd_doses_are_those_of_lines_that_are_told():
    found = odd_doses(read(hormesis).estimands)
    assert tuple(found) == ODD
    assert 0.1 in np.round(found[ODD[0]], 3)
    assert odd_doses(read().estimands.drop_attrs()) == {}


def test_a_posterior_without_curves_has_no_shapes():
    result = shaped()
    bare = type(result).from_dict(
        {"posterior": result["posterior"].to_dataset(), "observations": result["observations"].to_dataset()}
    )
    data = bare["observations"].to_dataset().drop_vars(v.SIGNAL)
    bare["observations"] = type(result)(data)
    bare.attrs |= result.attrs
    assert MISFIT not in ASSAY.estimands(bare, Asked()).attrs


@pytest.mark.parametrize("as_percent", [False, True])
def test_numbers_are_finite_for_signals_and_percents(as_percent):
    found = read_result(shaped(hormesis, ODD, as_percent=as_percent))
    numbers = table(found, "lack_of_fit").frame.select_dtypes("number").to_numpy()
    assert np.isfinite(numbers).all()
