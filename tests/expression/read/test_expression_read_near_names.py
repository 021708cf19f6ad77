"""Columns that are near ratios or levels by their names: what is said of them, and that the remedy works."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_expression
from lensim.expression.read.near_names import way_of_inverted, way_of_summary


def ratios(folder, *names):
    """A table of ratios of three subjects, each column with the same numbers."""
    path = folder / "t.csv"
    rows = [",".join(["TNF", f"P{k}", "LEN", *[str(k)] * len(names)]) for k in (1, 2, 3)]
    path.write_text("\n".join([",".join(["gene", "subject", "condition", *names]), *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "scale", "said"),
    [
        ("-log2FC", "log2_ratio", "has a minus before its name: if it holds log2FC, state"),
        ("-fold change", "ratio", "has a minus before its name: if it holds fold change, state"),
        ("2^\u0394\u0394Ct", "ratio", "has 2 to a power without a minus: if it holds 2^-\u0394\u0394Ct, state"),
        ("2^(ddCq)", "ratio", "has 2 to a power without a minus: if it holds 2^-(ddCq), state"),
    ],
)
def test_an_inverse_is_asked_about_and_read_as_it_is_stated(tmp_path, name, scale, said):
    path = ratios(tmp_path, name)
    with pytest.raises(InputError) as caught:
        read_expression(path)
    assert f'the column {name!r} {said} columns={{"{scale}": "{name}"}}; else write a column' in str(caught.value)
    data = read_expression(path, columns={scale: name})
    numbers = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(data[v.LOG2_RATIO], numbers if scale == "log2_ratio" else np.log2(numbers))


@pytest.mark.parametrize(
    "name", ["fold change \u00b1", "RQ \u03c3", "2^-\u0394\u0394Ct \u00b1", "ratio (SD)", "SEM RQ"]
)
def test_an_error_alone_is_no_ratio(tmp_path, name):
    with pytest.raises(InputError) as caught:
        read_expression(ratios(tmp_path, name))
    assert f"the column {name!r} is a mean or an error by its name" in str(caught.value)


@pytest.mark.parametrize("sign", ["\u00b1", "\u03c3", "SD"])
def test_an_error_beside_the_ratios_is_not_read(tmp_path, sign):
    data = read_expression(ratios(tmp_path, f"fold change {sign}", "fold change"))
    assert "ratio = fold change" in data.attrs["columns_used"]
    assert f"fold change {sign} (3 values" in data.attrs["columns_not_used"]


def test_other_names_say_nothing():
    header = ["gene", "subject", "-80 C", "fold change", "2^-ddCt", "mean"]
    assert way_of_inverted(header) == way_of_summary(header) == ""


@pytest.mark.parametrize("mean", ["Ct \u00d8", "\u00d8 Ct", "\u00d8Ct", "Ct mean"])
def test_replicates_are_read_beside_their_mean(tmp_path, mean):
    path = tmp_path / "t.csv"
    rows = [f"P1,{c},{g},{ct},{ct + 0.2},{ct + 0.1}" for c in ("ctrl", "LEN") for g, ct in (("ACTB", 18), ("TNF", 26))]
    path.write_text("\n".join([f"subject,condition,gene,Ct 1,Ct 2,{mean}", *rows]), encoding="utf-8")
    data = read_expression(path, references=["ACTB"])
    assert sorted(data[v.CT].values) == [18.0, 18.0, 18.2, 18.2, 26.0, 26.0, 26.2, 26.2]
