import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.bioassay.design import BioassayDesign, lay_out
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.bioassay.truth import BioassayPopulation
from lensim.checks import InputError
from lensim.maiga2013.bioassay_twin import bioassay_design


def design(**changes: object) -> BioassayDesign:
    return BioassayDesign(**{"cell_lines": ("a", "b"), **changes})


def test_every_plate_has_its_standards_and_every_medium_its_wells():
    sheet = lay_out(design(dilution_factors=(1, 4), standard_replicates=2))
    role, plate = sheet[v.ROLE].values, sheet[v.PLATE_OF_WELL].values
    for at in range(sheet.sizes[v.PLATE]):
        own = plate == at
        assert [(role[own] == word).sum() for word in (STANDARD, SAMPLE, BLANK)] == [7 * 2 + 6, 4 * 2 * 3, 3]
        names = sheet[v.WELL_NAME].values[own]
        assert len(set(names)) == len(names)
    cells = np.column_stack([sheet[v.MEDIUM_OF_WELL], sheet[v.DILUTION]])[role == SAMPLE]
    assert np.unique(np.unique(cells, axis=0, return_counts=True)[1]).tolist() == [3]
    assert sheet.sizes[v.MEDIUM] == 2 * 2 * 3
    assert (sheet[v.EXPERIMENT_OF_MEDIUM].values == np.repeat([0, 1, 2], 4)).all()


def test_media_that_do_not_fit_take_another_plate_with_its_own_standards():
    sheet = lay_out(design(cell_lines=[f"line {k}" for k in range(15)], experiments=2))
    assert sheet.sizes[v.PLATE] == 4
    assert sheet[v.PLATE].values[1] == "experiment 1, plate 2"
    standards = sheet[v.PLATE_OF_WELL].values[sheet[v.ROLE].values == STANDARD]
    assert np.bincount(standards).tolist() == [27] * 4
    assert np.bincount(sheet[v.PLATE_OF_WELL].values).max() <= 96


def test_the_twin_has_the_stated_ends_and_six_doublings():
    series = bioassay_design().standards_pg_per_ml
    assert series == pytest.approx([12.5, 25, 50, 100, 200, 400, 800])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cell_lines": ()}, "BioassayDesign.cell_lines, their number, must be at least 1, got 0"),
        ({"cell_lines": ("a", "a")}, "BioassayDesign.cell_lines must not name anything twice, got a"),
        ({"standards_pg_per_ml": (1, 2, 3)}, "standards_pg_per_ml, their number, must be at least 4, got 3"),
        ({"standards_pg_per_ml": (0, 1, 2, 3)}, r"standards_pg_per_ml\[0\] must be above 0, got 0"),
        ({"sample_replicates": 0}, "BioassayDesign.sample_replicates must be at least 1, got 0"),
        ({"dilution_factors": (0.5,)}, r"dilution_factors\[0\] must be at least 1, got 0.5"),
        ({"standard_replicates": 13}, "standard_replicates must let a medium's 3 wells fit beside 100 wells"),
    ],
)
def test_a_faulty_design_is_told(changes, message):
    with pytest.raises(InputError, match=message):
        design(**changes)


def test_a_faulty_population_is_told():
    with pytest.raises(InputError, match=r"^BioassayPopulation.sd_od must be at least 0, got -1$"):
        BioassayPopulation(sd_od=-1)
    with pytest.raises(InputError, match=r"^BioassayPopulation.ceiling_od must be above 0, got 0$"):
        BioassayPopulation(ceiling_od=0)
