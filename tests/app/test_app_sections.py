"""Parts of a report on the page: what is alike goes into the caption, and notes stand below the result."""

import pandas as pd

from lensim.app.sections import page_table, section_parts
from lensim.report.page import PageTable, Section

LINES = ["A", "B"]
WIDE = pd.DataFrame(
    {"line": LINES, "group": "all", "IC50": [1.5, 2.5], "inhibition": [97.0, 96.0], "wells": [7, 8]},
)


def test_a_column_of_a_wide_table_that_is_alike_in_all_rows_is_in_its_caption():
    html = str(page_table(PageTable(WIDE, "Lines")))
    assert "<caption>Lines; group of all: all</caption>" in html
    assert 'data-head="group"' not in html
    assert 'data-head="IC50"' in html


def test_a_narrow_table_and_a_single_row_keep_their_columns():
    for frame in (WIDE[["line", "group", "IC50"]], WIDE.head(1), pd.DataFrame({name: ["x"] * 2 for name in "abcd"})):
        html = str(page_table(PageTable(frame, "Lines")))
        assert "<caption>Lines</caption>" in html
        assert html.count('scope="col"') == frame.shape[1]


def test_notes_are_folded_below_the_result_and_cautions_are_not():
    section = Section(
        "fit", "Fit", lead=("What it is.", "The file was changed.", "One note.", "Another note."),
        cautions=("The file was changed.",), tables=(PageTable(WIDE, "Lines"),),
    )  # fmt: skip
    html = str(section_parts(section, {}, folds_notes=True))
    places = [html.index(one) for one in ("What it is.", "The file was changed.", "<table", "2 notes", "One note.")]
    assert places == sorted(places)
    assert "notes</summary>" not in str(section_parts(section, {}))
