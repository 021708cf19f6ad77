import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from lensim.dose_response.read.columns import COLUMNS as OF_WELLS
from lensim.expression.read.columns import COLUMNS as OF_CTS
from lensim.expression.read.columns import RATIO_COLUMNS
from lensim.tables.names import is_inverted, names_along, plain_name

KNOWN = [
    (meaning, name) for of in (OF_WELLS, OF_CTS, RATIO_COLUMNS) for meaning in of.values() for name in meaning.names
]
SIGNS = ("\u00b1", "\u03c3", "\u00d8", "\u00f8", "\u2205", "x\u0304", "+/-", "+/\u2212", "\u221a", "\u03a3", "\u2211")
PLACES = ("{name} {sign}", "{sign} {name}", "{name} ({sign})", "{name} [{sign}]", "{name}_{sign}", "({sign}) {name}")


def test_names_along_a_dim_are_its_own_or_numbers():
    data = xr.Dataset({"x": ("cell_line", [1, 2])}, coords={"gene": ["TNF", "IL6"]})
    assert names_along(data, "gene") == ["TNF", "IL6"]
    assert names_along(data, "cell_line") == ["cell line 1", "cell line 2"]
    assert names_along(data, "plate") == []


@given(st.sampled_from(KNOWN), st.sampled_from(SIGNS), st.sampled_from(PLACES))
def test_a_name_with_a_sign_for_an_error_or_a_mean_is_not_that_of_the_data(known, sign, place):
    meaning, name = known
    assert meaning.rank(name) is not None
    assert meaning.rank(place.format(name=name, sign=sign)) is None


@given(st.sampled_from(KNOWN), st.sampled_from(("-", "- ", "\u2212", "\u2013 ", " -")))
def test_a_name_with_a_minus_before_it_is_known_only_where_the_reader_knows_the_sign(known, minus):
    meaning, name = known
    is_number = name[0].isdigit()  # a blank and a dash, such as a list has before 2^-ddCt
    signed = meaning in (RATIO_COLUMNS["dct"],)
    assert (meaning.rank(f"{minus}{name}") is not None) == (is_number or signed)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("RLU \u00b1", "rlu_plusminus"),
        ("Ct \u00d8", "ct_mean"),
        ("\u00d8Ct", "mean_ct"),
        ("\u00d8rsted", "rsted"),
        ("14-3-3\u03c3", "14_3_3sigma"),
        ("Dose (\u00b5M)", "dose_um"),
        ("CD4+", "cd4"),
    ],
)
def test_signs_are_words_and_letters_of_names_stay(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    "power", ["2^-\u0394\u0394Ct", "2^(-ddCq)", "2\u207bddCt", "2^-(ddCt)", "2-ddCt", "2_ddct", "-80 C", "-"]
)
def test_a_power_with_its_minus_is_the_usual_one(power):
    assert not is_inverted(power)


@pytest.mark.parametrize(
    "power", ["2^\u0394\u0394Ct", "2^(ddCq)", "2 ^ dCt", "2**ddCt", "-log2FC", "\u2212 dose", "-(log10 dose)"]
)
def test_a_power_without_its_minus_and_a_minus_before_a_name_are_seen(power):
    assert is_inverted(power)


def test_a_dose_may_be_a_negative_logarithm_and_no_negative_number():
    assert OF_WELLS["dose"].rank("-log10 dose (M)") is not None
    assert OF_WELLS["dose"].rank("-dose_um") is None
