import pytest

from lensim.tables.map_titles import is_row_head, is_usual_sheet, parted, plate_alone


@pytest.mark.parametrize(
    ("title", "factor", "plate"),
    [
        ("Dose (uM)", "Dose (uM)", ""),
        ("Plate 2 Dose (uM)", "Dose (uM)", "Plate 2"),
        ("plate P1: cell line", "cell line", "plate P1"),
        ("Plate A - line", "line", "Plate A"),
        ("Plate2 \u2013 Cell line", "Cell line", "Plate2"),
        ("Dose (uM), plate 2", "Dose (uM)", "plate 2"),
        ("Dose (plate 3)", "Dose", "plate 3"),
        ("Plate map: Dose", "Dose", ""),
        ("Plate layout", "", ""),
        ("Plate 2", "", "Plate 2"),
        ("Plate ID", "Plate ID", ""),
        ("plate", "plate", ""),
        ("Plate role", "Plate role", ""),
        ("", "", ""),
    ],
)
def test_titles_are_parted(title, factor, plate):
    assert parted(title) == (factor, plate)


def test_words_without_a_meaning_are_known():
    assert [is_row_head(text) for text in ("", "Row", "row/col", "Dose")] == [True, True, True, False]
    assert [is_usual_sheet(text) for text in ("Sheet1", "Tabelle2", "Plate map", "Dose")] == [True, True, True, False]
    assert [plate_alone(text) for text in ("Plate 7", "plate: P-1", "plate", "Plate 7 dose")] == [
        "Plate 7", "plate: P-1", "", "",
    ]  # fmt: skip
