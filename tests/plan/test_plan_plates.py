import pandas as pd

from lensim.dose_response.read import read_dose_response
from lensim.expression.design import ExpressionDesign
from lensim.plan.plates import plate_map_files
from lensim.plate_map.contents import read_plate_map
from lensim.power.dose_response.plate_map import plate_map
from lensim.power.expression.plate_map import map_of_design
from tests.plan.test_plan_parts import PANEL, scenario_of
from tests.plate_blocks import block, signal


def test_the_map_of_a_panel_is_read_as_it_is_written(tmp_path):
    table = plate_map(scenario_of(PANEL))
    files = plate_map_files(table)
    assert list(files) == ["plate_map.xlsx"]
    (tmp_path / "plate_map.xlsx").write_bytes(files["plate_map.xlsx"])
    names = list(dict.fromkeys(table["plate"]))
    grids = []
    for name in names:
        grids.append(tmp_path / f"{name}.txt")
        grids[-1].write_text(block("", signal))
    data = read_dose_response(grids, plate_map=tmp_path / "plate_map.xlsx", repeats="keep")
    assert data["plate"].values.tolist() == names
    assert data.sizes["well"] == (table["cell_line"] != "blank").sum()
    assert data.sizes["blank"] == (table["cell_line"] == "blank").sum()


def test_reactions_also_have_files_for_machines(tmp_path):
    design = ExpressionDesign(["x", "y"], ["line"] * 2, ("TNF",), dilutions=(20, 4), no_template_replicates=0)
    table = map_of_design(design)
    files = plate_map_files(table)
    assert list(files) == [
        "plate_map.xlsx", "quantstudio_1.txt", "quantstudio_2.txt", "quantstudio_3.txt", "cfx_1.csv", "cfx_2.csv",
        "cfx_3.csv",
    ]  # fmt: skip
    assert b"Units,nanograms" in files["cfx_1.csv"]
    (tmp_path / "plate_map.xlsx").write_bytes(files["plate_map.xlsx"])
    assert len(read_plate_map(tmp_path / "plate_map.xlsx").table()) == len(table)


def test_many_plates_are_in_the_table_alone():
    table = pd.DataFrame({"plate": [f"P{at}" for at in range(101)], "well": "A1", "gene": "TNF"})
    assert plate_map_files(table) == {}
