import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from lensim.checks import InputError
from lensim.dose_response import (
    NO_FAULTS,
    DoseResponseDesign,
    DoseResponsePopulation,
    PlateFaults,
    draw_truth,
    lay_out,
    one_study,
    simulate,
)
from lensim.dose_response.read import read_tidy, write_tidy
from lensim.seeding import stream
from lensim.tables.summary_words import summaries_among

NAME = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda name: not summaries_among([name, "another"])  # which are refused, see test_tables_set_aside
)
DESIGNS = st.builds(
    lambda named, doses, **kept: DoseResponseDesign(
        [name for name, _ in named], [group for _, group in named], (0.0, *doses), **kept
    ),
    st.lists(st.tuples(NAME, NAME), min_size=1, max_size=6, unique_by=lambda pair: pair[0]),
    st.lists(st.floats(1e-6, 1e4), min_size=2, max_size=6, unique_by=lambda dose: f"{dose:g}"),
    replicates=st.integers(1, 3),
    experiments=st.integers(1, 3),
    plate_map=st.sampled_from(["randomised", "by_column"]),
    blanks_per_plate=st.integers(0, 3),
    counting_minutes=st.sampled_from([1.0, np.inf]),
)


def simulated(design, faults=NO_FAULTS, name="write"):
    rng = stream(1, "test", name)
    sheet = lay_out(design, rng)
    return simulate(sheet, draw_truth(DoseResponsePopulation(), sheet, rng, 1), faults, rng)


@given(DESIGNS)
def test_a_simulated_assay_comes_back_equal(tmp_path_factory, design):
    path = tmp_path_factory.getbasetemp() / "assay.csv"
    data = one_study(simulated(design), 0)
    write_tidy(data, path)
    back = read_tidy(
        path,
        counting_minutes=design.counting_minutes,
        dose_scale="linear",  # random doses may be odd ones, and what is odd is asked
        decimal=".",
        repeats="keep",
        saturated="keep",
    )
    xr.testing.assert_equal(back, data)
    for name in ("dose_um", "counting_minutes"):
        assert back[name].attrs == data[name].attrs


def test_what_was_read_comes_back_identical(tmp_path):
    (tmp_path / "wells.csv").write_text(
        "cell_line,dose_um,viability_percent,drug\na,0,101,\na,1,50,len\na,2,-1.5,len\n", encoding="utf-8"
    )
    data = read_tidy(tmp_path / "wells.csv")
    write_tidy(data, tmp_path / "again.tsv")
    back = read_tidy(tmp_path / "again.tsv")
    named = {"source": "wells.csv", "columns_used": data.attrs["columns_used"]}
    xr.testing.assert_identical(back.assign_attrs(named), data)


def test_lost_wells_are_written_empty(tmp_path):
    design = DoseResponseDesign(["a", "b"], ["g", "g"], (0.0, 1.0, 10.0), replicates=10, experiments=1)
    data = simulated(design, PlateFaults(lost_probability=0.1), "lost").isel(study=0)
    lost = int(np.isnan(data["signal"]).sum())
    assert lost > 0
    write_tidy(data, tmp_path / "assay.csv")
    back = read_tidy(tmp_path / "assay.csv", lost="drop")
    assert back.attrs["wells_lost"] == lost
    np.testing.assert_array_equal(back["signal"], data["signal"].dropna("well"))


def test_a_unit_of_ones_own_must_be_stated_again(tmp_path):
    (tmp_path / "wells.csv").write_text("dose,signal\n0,9\n1,5\n2,1\n", encoding="utf-8")
    data = read_tidy(tmp_path / "wells.csv", {"cell_line": "=a"}, "as-is:g/ha")
    write_tidy(data, tmp_path / "again.csv")
    back = read_tidy(tmp_path / "again.csv", dose_unit="as-is:g/ha")
    xr.testing.assert_identical(back["dose_um"], data["dose_um"])


def test_what_cannot_be_written_is_refused(tmp_path):
    data = simulated(DoseResponseDesign(["a"], ["g"]))
    with pytest.raises(InputError, match="write_tidy needs data of one study: choose it with one_study"):
        write_tidy(data, tmp_path / "assay.csv")
    alone = one_study(data, 0)
    with pytest.raises(InputError, match="write_tidy needs the variable dose_um"):
        write_tidy(alone.drop_vars("dose_um"), tmp_path / "assay.csv")
    with pytest.raises(InputError, match=r"csv: the file cannot be written \(No such file or directory\)$"):
        write_tidy(alone, tmp_path / "no folder" / "assay.csv")
