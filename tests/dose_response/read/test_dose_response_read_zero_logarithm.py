"""A 0 in a column of logarithms of doses: asked where it may mean untreated wells, read where it is a dose."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response

COLUMNS = (("log10 dose (uM)", "log10", 1.0), ("log10 dose (nM)", "log10", 1e-3), ("-log10 dose (uM)", "-log10", 1.0))


def read(text, **options):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "wells.csv"
        path.write_text(text, encoding="utf-8")
        return read_dose_response(path, **options)


def table(column, numbers, levels, response="viability_percent"):
    rows = "".join(f"A,{number:g},{level:g}\n" for number, level in zip(numbers, levels, strict=True))
    return f"cell_line,{column},{response}\n{rows}"


def falling(logarithms):
    """Percent viability at the logarithms of doses, with half at 0.2."""
    return [100.0 / (1.0 + 10.0 ** (at - 0.2)) for at in logarithms]


@given(
    st.sampled_from(COLUMNS),
    st.sampled_from((0.5, 1.0)),
    st.integers(-4, -2),
    st.integers(5, 6),
    st.floats(-1.0, 1.0),
    st.sampled_from(("0", "0.0", "0.00")),
)
def test_zeros_with_the_response_of_untreated_wells_are_asked(column, step, first, count, off, text):
    name, scale, factor = column
    logarithms = [0.05 + step * (first + at) for at in range(count)]
    sign = -1.0 if scale.startswith("-") else 1.0
    body = table(name, [sign * at for at in logarithms], falling(logarithms))
    body += f"A,{text},{100 + off:.2f}\nA,{text},{100 - off / 2:.2f}\n"
    with pytest.raises(InputError) as caught:
        read(body)
    assert f"{name} is {text}, which is a dose of {factor:g} uM as {scale}, in wells that may be untreated" in str(
        caught.value
    )
    assert f'dose_scale="{scale}"' in str(caught.value)
    roles = {"untreated": text, "treated": "*"}
    assert f'columns={{"role": "{name}"}} and roles={{"untreated": "{text}", "treated": "*"}}' in str(caught.value)
    data = read(body, columns={"role": name}, roles=roles)
    assert (data["dose_um"].values == 0).sum() == 2
    assert (read(body, dose_scale=scale)["dose_um"].values == factor).sum() == 2


@given(st.sampled_from(COLUMNS[:2]), st.sampled_from((0.5, 1.0)), st.integers(-5, 0), st.integers(4, 6))
def test_a_zero_among_even_steps_of_a_falling_curve_is_a_dose(column, step, first, count):
    """No question where 0 is a point of the series and of the curve, or where other wells are untreated."""
    name, _, factor = column
    logarithms = [step * (first + at) for at in range(max(count, 1 - first))]
    body = table(name, logarithms, falling(logarithms))
    np.testing.assert_allclose(sorted(read(body)["dose_um"].values)[-first if first else 0], factor)
    untreated = body + "A,-inf,100\nA,-inf,99\n"
    assert (read(untreated)["dose_um"].values == factor).sum() == 1


def test_a_zero_far_from_even_steps_is_asked():
    body = table("-log10 dose (M)", [9, 8, 7, 6, 0], [90, 80, 40, 10, 70])
    with pytest.raises(InputError, match=r"is 0, which is a dose of 1e\+06 uM as -log10, in wells that may be"):
        read(body)
