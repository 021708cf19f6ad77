"""Titles above the header of a table of text, as of a sheet."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.expression.read import read_expression

WELLS = (
    ("cell_line", "dose_um", "signal"),
    *(("A", dose, 900 - 100 * at) for at, dose in enumerate((0, 0, 0.1, 1, 10))),
)
RATIOS = (("gene", "subject", "condition", "fold change"), *(("TNF", f"P{at}", "LEN", at + 1.5) for at in range(3)))
CTS = (
    ("gene", "subject", "condition", "ct"),
    *((gene, "P1", condition, ct) for condition, ct in (("ctrl", 25.1), ("LEN", 23.2)) for gene in ("TNF", "ACTB")),
)
TITLES = st.lists(
    st.sampled_from(
        ("Experiment 4", "Operator:,AB", "", "Dose response of lenalidomide, day 3", "2021-03-04,plate 7", "Signal")
    ),
    min_size=1,
    max_size=5,
).filter(lambda lines: lines[0] != "")


@settings(max_examples=30)
@given(TITLES, st.sampled_from((",", ";", "\t")), st.booleans())
def test_titles_above_a_header_are_passed_over_and_told(titles, separator, are_padded):
    readers = (
        (WELLS, read_dose_response, {}, "dose_um"),
        (RATIOS, read_expression, {}, "log2_ratio"),
        (CTS, read_expression, {"references": ["ACTB"], "control": "ctrl"}, "ct_cycles"),
    )
    for rows, reader, options, name in readers:
        table = "".join(separator.join(map(str, row)) + "\n" for row in rows)
        lines = [title.replace(",", separator) for title in titles]
        lines = [line + separator * (len(rows[0]) - 1 - line.count(separator)) * are_padded for line in lines]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "study.csv"
            path.write_text(table, encoding="utf-8")
            plain = reader(path, **options)
            path.write_text("".join(f"{line}\n" for line in lines) + table, encoding="utf-8")
            data = reader(path, **options)
            np.testing.assert_array_equal(data[name].values, plain[name].values)
            assert "above the header" in data.attrs["sheets_read"]
            last = ",".join(map(str, rows[-1])).rpartition(",")[0].replace(",", separator)
            path.write_text(
                "".join(f"{line}\n" for line in lines) + table + f"{last}{separator}odd\n", encoding="utf-8"
            )
            with pytest.raises(InputError, match=f"line {len(titles) + len(rows) + 1}: "):
                reader(path, **options)


def test_a_table_without_what_is_needed_keeps_its_first_row(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_text("Title,,\nname,amount,value\nA,1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="there are 'Title'"):
        read_dose_response(path)
