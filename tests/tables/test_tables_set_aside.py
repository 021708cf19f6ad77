"""Rows that a file sets aside, and summaries of other rows."""

import pytest

from lensim import vocabulary as v
from lensim.cell_cycle.read import read_cell_cycle
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.tables.told import column_notes


def wells(folder, column, values):
    """Wells of one line, three at each dose, with a column whose values are `values(row)`."""
    rows = [("L", dose, 1000 - 300 * at + k) for at, dose in enumerate(("0", "0.1", "1", "10")) for k in range(3)]
    text = "\n".join(f"{line},{dose},{signal},{values(at)}" for at, (line, dose, signal) in enumerate(rows))
    path = folder / "t.csv"
    path.write_text(f"cell_line,dose_um,signal,{column}\n{text}\n")
    return path


@pytest.mark.parametrize(
    ("column", "out", "kept"),
    [("exclude", "yes", ""), ("Excluded", "x", ""), ("outlier", "1", "0"), ("use", "no", "yes"),
     ("include", "FALSE", "TRUE"), ("omit", "true", "false"), ("Ausreisser", "ja", "nein")],
)  # fmt: skip
def test_a_flag_is_obeyed_and_told(tmp_path, column, out, kept):
    path = wells(tmp_path, column, lambda at: out if at in (4, 8) else kept)
    data = read_dose_response(path)
    assert data.sizes[v.WELL] == 10
    assert f"rows left out, as the file says: 2 with {column} = {out}" in column_notes(data)
    assert read_dose_response(path, ignore=[column]).sizes[v.WELL] == 12


def test_other_words_are_no_flags(tmp_path):
    with pytest.raises(InputError, match="the column 'use' has 2 values"):
        read_dose_response(wells(tmp_path, "use", lambda at: "maybe" if at % 2 else "no"))


@pytest.mark.parametrize("column", ["replicate", "well", "role"])
def test_a_summary_is_no_well(tmp_path, column):
    path = wells(tmp_path, column, lambda at: "mean" if at % 3 == 2 else "")
    with pytest.raises(InputError) as caught:
        read_dose_response(path)
    assert str(caught.value) == (
        f"t.csv line 4: the row is a summary of others ('mean' in the column '{column}') (and so are 3 more): delete "
        "such rows from the file"
    )


def test_a_summary_is_no_culture_and_a_line_may_be_called_sem(tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"SEM,{name},{e},60,25,15" for e in (1, 2, "SD") for name in ("DMSO", "len")]
    path.write_text("\n".join(["cell_line,condition,experiment,G0/G1,S,G2/M", *rows]))
    with pytest.raises(
        InputError, match=r"^t.csv line 6: the row is a summary of others \('SD' in the column 'experiment'\)"
    ):
        read_cell_cycle(path, scale="percent", events_per_tube=10000)
    path.write_text("\n".join(["cell_line,condition,experiment,G0/G1,S,G2/M", *rows[:4]]))
    read_cell_cycle(path, scale="percent", events_per_tube=10000)


@pytest.mark.parametrize("column", ["Kommentar", "Bemerkung", "remarque", "Spalte", "Reihe", "colonne", "Zeile"])
def test_german_and_french_words_are_known(tmp_path, column):
    path = wells(tmp_path, column, lambda at: "Blase" if at == 4 else "") if column[0] in "KBr" else None
    read_dose_response(path or wells(tmp_path, column, lambda at: at % 3 + 1))
