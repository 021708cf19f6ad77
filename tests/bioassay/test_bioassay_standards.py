"""Standards whose concentrations are written as logarithms."""

import math

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.bioassay.read import read_bioassay
from lensim.checks import InputError

SERIES = {
    "twofold": 12.5 * 2.0 ** np.arange(7),
    "fourfold": 3.125 * 4.0 ** np.arange(6),
    "tenfold": 0.1 * 10.0 ** np.arange(5),
    "threefold": 1.0 * 3.0 ** np.arange(7),
    "half-log": 1.0 * 10.0 ** (0.5 * np.arange(7)),
}
LOG = {"log10": math.log10, "ln": math.log, "log2": math.log2}


def read(folder, column, texts, zero="", **options):
    """Standards with falling signals, cells alone and two samples."""
    rows = [f"untreated,{zero},,1.3", *(f"standard,{text},,{1.2 - 0.1 * at:g}" for at, text in enumerate(texts))]
    path = folder / "wells.csv"
    path.write_text("\n".join([f"role,{column},sample,od", *rows, "sample,,s1,0.9", "sample,,s2,0.8"]) + "\n")
    return read_bioassay(path, **options)


def concentrations(data):
    values = data[v.CONCENTRATION].values
    return values[np.isfinite(values)]


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("scale", LOG)
@pytest.mark.parametrize("decimals", [2, 3, 6])
def test_logarithms_are_converted_by_name_or_choice_and_refused_without(tmp_path, kind, scale, decimals):
    series = SERIES[kind]
    texts = [f"{LOG[scale](value):.{decimals}f}" for value in series]
    for column, options in ((f"{scale} TNF (pg/ml)", {}), ("tnf_pg_per_ml", {"concentration_scale": scale})):
        read_as = concentrations(read(tmp_path, column, texts, **options))
        np.testing.assert_allclose(read_as, [0, *series], rtol=0.025)
    with pytest.raises(InputError, match=r"of standards has numbers as logarithms have \(.*concentration_scale="):
        read(tmp_path, "tnf_pg_per_ml", texts)


@pytest.mark.parametrize("kind", SERIES)
def test_concentrations_go_through(tmp_path, kind):
    for zero in ("", "0"):
        data = read(tmp_path, "tnf_pg_per_ml", [f"{value:g}" for value in SERIES[kind]], zero)
        np.testing.assert_allclose(concentrations(data), [0, *SERIES[kind]], rtol=1e-5)


def test_even_concentrations_are_read_by_choice(tmp_path):
    even = ["1", "2", "3", "4", "5"]
    with pytest.raises(InputError) as caught:
        read(tmp_path, "tnf_pg_per_ml", even)
    assert str(caught.value) == (
        "wells.csv: tnf_pg_per_ml of standards has numbers as logarithms have (1, 2, 3, 5): say "
        'concentration_scale="log10" (or "ln", "-log10"), or concentration_scale="linear" if they are concentrations'
    )
    assert concentrations(read(tmp_path, "tnf_pg_per_ml", even, concentration_scale="linear")).tolist() == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    assert concentrations(read(tmp_path, "tnf_pg_per_ml", even, zero="0")).tolist() == [0, 1, 2, 3, 4, 5]


def test_a_unit_that_is_nowhere_is_asked(tmp_path):
    texts = ["12.5", "25", "50", "100", "200"]
    with pytest.raises(InputError) as caught:
        read(tmp_path, "concentration", texts)
    assert str(caught.value) == (
        'wells.csv line 1: the column \'concentration\' does not say its unit: say unit="pg/ml" or unit="ng/ml", or '
        "write it in the name"
    )
    assert concentrations(read(tmp_path, "concentration", texts, unit="ng/ml"))[1] == 12500
    with pytest.raises(InputError) as caught:
        read(tmp_path, "TNF (U/ml)", texts, columns={"concentration": "TNF (U/ml)"}, unit="pg/ml")
    assert str(caught.value) == (
        "wells.csv line 1: the column 'TNF (U/ml)' must have pg/ml or ng/ml, got another unit: convert its numbers"
    )


@pytest.mark.parametrize(
    ("texts", "signals", "first"),
    [
        (("0.8", "12.5", "25", "50", "100"), (0.21, 1.1, 0.9, 0.7, 0.5), "0.8 pg/ml on plate plate 1 have an optical "),
        (("25", "1", "100", "250", "500"), (1.1, 0.2, 0.9, 0.7, 0.4), "1 pg/ml on plate plate 1 have an optical "),
    ],
)
def test_a_standard_out_of_order_is_refused(tmp_path, texts, signals, first):
    path = tmp_path / "wells.csv"
    rows = [f"standard,{text},,{od}" for text, od in zip(texts, signals, strict=True)]
    path.write_text("\n".join(["role,tnf_pg_per_ml,sample,od", "untreated,0,,1.2", *rows, "sample,,s1,0.8"]))
    with pytest.raises(InputError) as caught:
        read_bioassay(path)
    assert str(caught.value) == (
        f"wells.csv: standards of {first}density of {min(signals):g}, out of order with their neighbours (1.2 at 0 and "
        f"1.1 at {'12.5' if first.startswith('0.8') else '25'}): correct the concentration, or give these wells the "
        "role ignored"
    )
