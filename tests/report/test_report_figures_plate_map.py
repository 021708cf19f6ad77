import pytest

from lensim.plate_map.contents import PlateMap, read_plate_map
from lensim.report.figures.plate_map import plot_map
from tests.plate_blocks import MAP, block


@pytest.fixture
def drawn(tmp_path):
    def draw(text):
        path = tmp_path / "map.csv"
        path.write_text(text, encoding="utf-8")
        return plot_map(read_plate_map(path))

    return draw


def texts(axis):
    return [one.get_text() for one in axis.texts]


def test_wells_have_their_line_and_dose(drawn):
    [axis] = drawn(MAP).axes
    assert len(axis.patches) == 96
    assert texts(axis)[:2] == ["LP-1\n0", "LP-1\n10"]
    thick = [patch for patch in axis.patches if patch.get_linewidth() > 1]
    assert len(thick) == 8
    assert len({patch.get_facecolor() for patch in axis.patches}) == 12
    assert axis.get_xlabel() == "Colour: Dose (uM). In wells: Cell line, Dose (uM). Thick rim: control; hatched: blank"


def test_plates_have_a_panel_each_and_unused_wells_are_empty(drawn):
    plates = [("Plate 1 line", 1), ("Plate 2 line", 8)]
    blocks = (block(name, lambda row, column, to=to: "x" if row < to else "") for name, to in plates)
    figure = drawn("\n".join(blocks))
    first, second = figure.axes
    assert first.get_xlabel().startswith("Plate 1. Colour: line.")
    assert (len(texts(first)), len(texts(second))) == (12, 96)


def test_large_plates_have_no_texts_and_names_are_no_formulas(drawn):
    [axis] = drawn(block("line", lambda row, column: "$x_1$", 16, 24)).axes
    assert texts(axis) == []
    [axis] = drawn(block("line", lambda row, column: "$x_1$")).axes
    assert texts(axis)[0] == r"\$x_1\$"


def test_an_empty_map_is_drawn():
    assert len(plot_map(PlateMap("map", ("line",), {"": {}}, {})).axes) == 1
