"""Columns that end on a reader's unit or a wavelength are signals; means, blanks and shares are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lensim
from lensim.checks import InputError
from lensim.tables.names import plain_name
from lensim.tables.raw_signal import is_raw_signal

ASSAYS = ("Luminescence", "CellTiter-Glo", "MTT", "WST-1", "3H-thymidine", "Reading", "Well read", "Channel", "")
UNITS = ("RLU", "RFU", "CPM", "cps", "DPM", "OD", "A.U.", "Counts per minute", "OD 570", "OD450", "A490", "Abs 450 nm")
WRITTEN = ("{} ({})", "{} [{}]", "{}_{}", "{} {}", "{} - {}")
DERIVED = ("Mean", "SD", "Blank", "Background", "% of control", "log10", "Normalised", "Net", "DMSO", "fold change")


@given(st.sampled_from(ASSAYS), st.sampled_from(UNITS), st.sampled_from(WRITTEN), st.sampled_from((str, str.upper)))
def test_a_unit_behind_any_assay_makes_a_signal(assay, unit, written, case):
    assert is_raw_signal(plain_name(case(written.format(assay.replace("Well read", "Glo"), unit))))


@given(st.sampled_from(ASSAYS), st.sampled_from(UNITS), st.sampled_from(WRITTEN), st.sampled_from(DERIVED))
def test_what_is_computed_from_signals_is_none(assay, unit, written, derived):
    assert not is_raw_signal(plain_name(written.format(f"{derived} {assay}", unit)))
    assert not is_raw_signal(plain_name(written.format(assay, f"{unit}, {derived.lower()}")))


@pytest.mark.parametrize(
    "name", ["A12", "A260/A280", "OD450-OD650", "450 nm", "a", "", "au2", "cell counts", "Day 450"]
)
def test_wells_and_differences_are_none(name):
    assert not is_raw_signal(plain_name(name))


def test_fluorescence_with_both_wavelengths():
    assert is_raw_signal(plain_name("Fluorescence (ex 560 / em 590 nm)"))


def table(path, **columns):
    names = ["cell_line", "dose_um", *columns]
    doses = [dose for dose in (0, 0, 0, 0.01, 0.1, 1, 10) for _ in range(2)]
    rows = [["U266", dose, *[first + at for first in columns.values()]] for at, dose in enumerate(doses)]
    path.write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]))
    return path


def test_a_likely_column_is_the_signal_where_no_other_response_is(tmp_path):
    path = tmp_path / "wells.csv"
    data = lensim.read.dose_response(table(path, **{"Glo (RLU)": 900}))
    assert data["signal"].to_numpy().tolist() == [900.0 + at for at in range(14)]
    assert "Glo (RLU)" in str(data.attrs["columns_used"])
    data = lensim.read.dose_response(table(path, **{"viability_percent": 60, "Glo (RLU)": 900}))
    assert data["viability_percent"].to_numpy().tolist() == [60.0 + at for at in range(14)]
    with pytest.raises(InputError, match=r"the column 'signal' is missing; there are .*'Glo\(RLU\)', 'Renilla\(RLU\)'"):
        lensim.read.dose_response(table(path, **{"Glo(RLU)": 900, "Renilla(RLU)": 500}))
    with pytest.raises(InputError, match="several wavelengths"):
        lensim.read.dose_response(table(path, OD450=1, OD570=2))
    with pytest.raises(InputError, match="may each be the response"):
        lensim.read.dose_response(table(path, **{"viability": 60, "Luminescence (RLU)": 900}))
