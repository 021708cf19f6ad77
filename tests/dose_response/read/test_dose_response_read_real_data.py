import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import (
    Roles,
    compounds_of,
    one_compound,
    read_plate,
    read_tidy,
    select_compound,
)
from lensim.tables.choice import Choice

pytestmark = pytest.mark.real_data

GDSC_ROLES = Roles(untreated=("NC-1",), blank=("B",), ignored=("NC-0", "PC-*"), treated=("L*",))


def test_gdsc2_raw_wells(shared_data):
    path = shared_data / "gdsc2_raw_wells_mm_lines.csv"
    columns = {"role": "tag", "well": "position"}
    with pytest.raises(InputError, match="the column 'seeding_density' has 2 values"):
        read_tidy(path, columns, roles=GDSC_ROLES)
    data = read_tidy(path, columns, roles=GDSC_ROLES, choice=Choice(ignore=("seeding_density",)))
    assert (data.sizes["cell_line"], data.sizes["plate"], data.sizes["culture"]) == (17, 39, 39)
    assert (data.sizes["well"], data.sizes["blank"]) == (4290 + 1239, 1092)
    assert data.attrs["wells_ignored"] == 780 + 234 + 4 * 39
    assert data.sizes["well"] + data.sizes["blank"] + data.attrs["wells_ignored"] == 7791
    assert len(compounds_of(data)) == 6
    with pytest.raises(InputError, match=r"one of the 6 of the file .*got none"):
        one_compound(data)
    afatinib = select_compound(data, "Afatinib")
    assert int((afatinib["dose_um"] > 0).sum()) == 126
    assert afatinib.sizes["culture"] == 18
    assert int((afatinib["dose_um"] == 0).sum()) == 18 * 110


def test_gdsc1_lenalidomide(shared_data):
    data = read_tidy(shared_data / "gdsc1_lenalidomide_9dose_9_nonMM_lines.csv")
    assert (data.sizes["well"], data.sizes["cell_line"]) == (81, 9)
    assert compounds_of(data) == ["lenalidomide"]
    assert float(data["viability_percent"].max()) > 100


def test_gdsc2_normalised_viability_is_a_fraction(shared_data):
    path, columns = (
        shared_data / "gdsc2_mm_lines_normalised_viability.csv",
        {"viability": "viability_untrimmed"},
    )
    with pytest.raises(InputError, match="are these fractions"):
        read_tidy(path, columns)
    data = read_tidy(path, columns, scale="fraction")
    assert data.sizes["well"] == 1239
    assert float(data["viability_percent"].min()) < 0


def test_ryegrass_and_mustard(shared_data):
    columns = {"cell_line": "=ryegrass", "dose": "conc_mM_ferulic_acid", "signal": "root_length_cm"}
    data = read_tidy(shared_data / "drc_ryegrass.csv", columns)
    assert np.unique(data["dose_um"]).tolist() == [0, 940, 1880, 3750, 7500, 15000, 30000]
    columns = {
        "cell_line": "=S. alba",
        "dose": "dose_g_per_ha",
        "signal": "dry_matter_g_per_pot",
        "compound": "herbicide",
        "plate": "herbicide",
    }
    data = read_tidy(shared_data / "drc_S_alba.csv", columns, "as-is:g/ha")
    assert data["dose_um"].attrs["units"] == "g/ha"
    glyphosate = select_compound(data, "Glyphosate")
    assert (glyphosate.sizes["well"], int((glyphosate["dose_um"] == 0).sum())) == (32, 8)


def test_berthold_export(shared_data, tmp_path):
    path = shared_data / "formats" / "berthold_tristar_mikrowin_plate_export.txt"
    rows = "".join(
        f"{row}{column},HCT,{0 if column == 2 else 10 ** (column - 9)},treated\n"
        for row in "BCDEFG"
        for column in range(2, 11)
    )
    (tmp_path / "map.csv").write_text(f"well,cell_line,dose,role\n{rows}A1,,,empty\nB12,,,blank\n", encoding="utf-8")
    data = read_plate(path, tmp_path / "map.csv", "uM")
    assert data.sizes["well"] == 54
    assert data["signal"].values[:3].tolist() == [302130, 299723, 336565]
    assert data["blank_signal"].values.tolist() == [0]
    assert data.attrs["wells_ignored"] == 96 - 55


@pytest.mark.parametrize(
    "name", ["rdmltools_relative.rdml", "stepone_std.rdml", "quantstudio_csv_relative_example.csv"]
)
def test_files_of_other_assays_are_refused_in_words(shared_data, name):
    with pytest.raises(InputError):
        read_tidy(shared_data / "formats" / name)
