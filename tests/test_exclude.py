from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import lensim
from lensim import vocabulary as v
from lensim.assay import assay_names, find_assay
from lensim.checks import InputError
from lensim.cli.studies import Study, without_excluded
from lensim.dose_response import DoseResponseDesign
from lensim.dose_response.read import read_compounds
from lensim.exclude import Excluding, exclude_wells, places_of
from lensim.tables.excluded_record import digests_of_record, table_of_excluded, told_of_excluded
from lensim.tables.exclusions import read_exclusions

POINTERS = {
    name: dim
    for name, dim in (
        (v.CULTURE_OF_WELL, v.CULTURE), (v.LINE_OF_CULTURE, v.CELL_LINE), (v.PLATE_OF_CULTURE, v.PLATE),
        (v.EXPERIMENT_OF_CULTURE, v.EXPERIMENT), (v.PLATE_OF_BLANK, v.PLATE), (v.GENE_OF_REACTION, v.GENE),
        (v.SAMPLE_OF_REACTION, v.SAMPLE), (v.PLATE_OF_REACTION, v.PLATE), (v.SUBJECT_OF_SAMPLE, v.SUBJECT),
        (v.CONDITION_OF_SAMPLE, v.CONDITION), (v.GENE_OF_STANDARD, v.GENE), (v.PLATE_OF_STANDARD, v.PLATE),
        (v.MEDIUM_OF_WELL, v.MEDIUM), (v.PLATE_OF_WELL, v.PLATE), (v.LINE_OF_MEDIUM, v.CELL_LINE),
        (v.CULTURE_OF_TUBE, v.CULTURE), (v.CONDITION_OF_CULTURE, v.CONDITION),
    )
}  # fmt: skip


@cache
def data_of(name: str) -> xr.Dataset:
    if name == v.DOSE_RESPONSE:
        design = DoseResponseDesign(["K562", "HL60"], ["all"] * 2, experiments=2)
        return lensim.simulate.dose_response(design, seed=1)[1]
    simulators: dict[str, Callable[..., tuple[xr.Dataset, xr.Dataset]]] = {
        v.EXPRESSION: lensim.simulate.expression,
        v.BIOASSAY: lensim.simulate.bioassay,
        v.CELL_CYCLE: lensim.simulate.cell_cycle,
    }
    return simulators[name](seed=1)[1]


def line_of(data: xr.Dataset, part: int, at: int) -> dict[str, str]:
    """What a person writes of one well, by all its names."""
    place = places_of(data)[part]
    names = {what: str(own[at]) for what, own in place.columns.items() if what in ("plate", "well", "experiment")}
    others = {what: str(own[at]) for what, own in place.columns.items()}
    if not names.get("well"):
        keep = ("plate", "target", "task", "cell_line", "condition", "experiment", "sample")
        names = {what: others[what] for what in keep if others.get(what)}
    return {what: text for what, text in names.items() if text}


def left_of(data: xr.Dataset, table: pd.DataFrame) -> tuple[xr.Dataset | None, str]:
    try:
        return exclude_wells(data, table), ""
    except InputError as error:
        return None, str(error)


ASSAYS = (v.DOSE_RESPONSE, v.EXPRESSION, v.BIOASSAY, v.CELL_CYCLE)


@pytest.mark.parametrize("name", ASSAYS)
@given(pick=st.data())
def test_what_is_left_of_any_exclusion_is_whole(name, pick):
    """Pointers point at what is there, values are those that were not excluded, and the record has the rest."""
    data = data_of(name)
    places = places_of(data)
    chosen = pick.draw(st.sets(st.tuples(st.just(0), st.integers(0, len(places[0]) - 1)), min_size=1, max_size=4))
    rows = [line_of(data, part, at) | {"reason": "seen at the bench"} for part, at in sorted(chosen)]
    table = pd.DataFrame(rows).fillna("").drop_duplicates()
    left, fault = left_of(data, table)
    if left is None:
        assert "after the exclusions" in fault or "exclusions must leave" in fault
        return
    for pointer, dim in POINTERS.items():
        if pointer in left:
            values = left[pointer].to_numpy()
            assert values.max(initial=0) < left.sizes[dim]
            assert values.min(initial=0) >= -1
    assert find_assay(name).recognises(left)
    gone = table_of_excluded(left)
    assert len(gone) >= len(table)
    assert len(places_of(left)[0]) == len(places[0]) - len(gone)
    # the wells that are left are the same wells
    before = {places[0].words(at): value for at, value in enumerate(places[0].value)}
    after = places_of(left)[0]
    for at in range(len(after)):
        assert after.words(at) in before
    kept = np.sort(after.value[np.isfinite(after.value)])
    was = np.sort(np.concatenate([kept, gone["value"].dropna().to_numpy()]))
    np.testing.assert_allclose(was, np.sort(places[0].value[np.isfinite(places[0].value)]))


def test_every_assay_of_lensim_that_is_fitted_names_its_wells():
    assert {name for name in assay_names() if find_assay(name).places is not None} >= set(ASSAYS)


def test_the_record_tells_which_why_and_by_what_file(tmp_path):
    path = tmp_path / "out.csv"
    data = data_of(v.DOSE_RESPONSE)
    line = line_of(data, 0, 3)
    path.write_text(",".join([*line, "reason"]) + "\n" + ",".join(f'"{t}"' for t in [*line.values(), "tip, lost"]))
    left = exclude_wells(data, path)
    [told] = told_of_excluded(left)
    assert told.startswith("1 excluded before the fit by out.csv (SHA-256 ")
    assert told.endswith("1 for: tip, lost")
    row = table_of_excluded(left).iloc[0]
    assert (row["reason"], row["file"], row["line"]) == ("tip, lost", "out.csv", 2)
    assert row["sha256"] == read_exclusions(path).digest
    assert row["value"] == data[v.SIGNAL].to_numpy()[3]


def test_a_second_file_adds_to_the_record():
    data = data_of(v.DOSE_RESPONSE)
    once = exclude_wells(data, pd.DataFrame([line_of(data, 0, 3) | {"reason": "tip"}]))
    twice = exclude_wells(once, pd.DataFrame([line_of(data, 0, 9) | {"reason": "bubble"}]))
    assert table_of_excluded(twice)["reason"].tolist() == ["tip", "bubble"]
    assert len(told_of_excluded(twice)) == 2


def test_a_blank_is_excluded_too():
    data = data_of(v.DOSE_RESPONSE)
    left = exclude_wells(data, pd.DataFrame([line_of(data, 1, 0) | {"reason": "cells in it"}]))
    assert left.sizes[v.BLANK] == data.sizes[v.BLANK] - 1
    assert left.sizes[v.WELL] == data.sizes[v.WELL]


@pytest.mark.parametrize("name", [v.DOSE_RESPONSE, v.EXPRESSION])
def test_blanks_and_standards_have_the_experiment_and_the_run(name):
    data = data_of(name).assign_attrs(source="run1.csv")
    first, *others = places_of(data)
    assert others
    for place in others:
        assert set(place.columns["run"].tolist()) == {"run1.csv"}
        experiment = dict(zip(first.columns["plate"].tolist(), first.columns["experiment"].tolist(), strict=True))
        several = len(set(zip(first.columns["plate"].tolist(), first.columns["experiment"].tolist(), strict=True)))
        if several == len(experiment):
            assert place.columns["experiment"].tolist() == [
                experiment.get(one, "") for one in place.columns["plate"].tolist()
            ]
        else:
            assert set(place.columns["experiment"].tolist()) <= {"", *experiment.values()}


def test_a_plate_that_is_excluded_takes_its_cultures_along():
    data = data_of(v.DOSE_RESPONSE)
    plate = str(data[v.PLATE].to_numpy()[0])
    left = exclude_wells(data, pd.DataFrame({"plate": [plate], "reason": ["dropped"]}))
    assert plate not in left[v.PLATE].to_numpy().tolist()
    assert left.sizes[v.CULTURE] < data.sizes[v.CULTURE]


def test_what_cannot_be_fitted_any_more_is_refused_with_the_file():
    data = data_of(v.DOSE_RESPONSE)
    table = pd.DataFrame({"cell_line": ["K562"], "dose_um": [0.0], "plate": ["*"], "reason": ["sick cells"]})
    with pytest.raises(InputError, match=r"^exclude: cell line K562 on .* has no untreated well \(dose 0\) left"):
        exclude_wells(data, table)
    plates = data[v.PLATE].to_numpy().astype(str)
    everything = pd.DataFrame({"plate": plates, "reason": ["fire"] * len(plates)})
    with pytest.raises(InputError, match=r"exclusions must leave at least one well"):
        exclude_wells(data, everything)


def test_a_treated_sample_keeps_its_control():
    data = data_of(v.EXPRESSION)
    places = places_of(data)[0]
    control = str(data[v.CONDITION].to_numpy()[data[v.IS_CONTROL].to_numpy() == 1][0])
    subject = str(places.columns["subject"][0])
    table = pd.DataFrame({"subject": [subject], "condition": [control], "plate": ["*"], "reason": ["degraded RNA"]})
    with pytest.raises(InputError, match=r"has no control sample .* left after the exclusions"):
        exclude_wells(data, table)
    whole = pd.DataFrame({"subject": [subject], "plate": ["*"], "reason": ["degraded RNA"]})
    assert subject not in exclude_wells(data, whole)[v.SUBJECT].to_numpy().tolist()


def test_each_line_is_of_one_study_of_several():
    data = data_of(v.DOSE_RESPONSE)
    other = data.assign_coords({v.PLATE: [f"other {name}" for name in data[v.PLATE].to_numpy()]})
    line = line_of(data, 0, 3) | {"reason": "tip"}
    left = Excluding({"a": data, "b": other}, read_exclusions(pd.DataFrame([line])))
    assert left["a"].sizes[v.WELL] == data.sizes[v.WELL] - 1
    assert left["b"] is other
    with pytest.raises(InputError, match="must name at least one well"):
        Excluding({"b": other.isel({v.WELL: slice(0, 0)})}, read_exclusions(pd.DataFrame([line])))


@pytest.mark.parametrize(
    "record", ["{", "[1]", '{"a": 1}', '[{"wells": 3}]', '[{"wells": [4, {"line": "x"}]}]', "[" * 9999]
)
def test_a_damaged_record_is_read_as_far_as_it_goes(record):
    data = xr.Dataset(attrs={v.EXCLUSIONS: record})
    assert len(table_of_excluded(data)) <= 1


def test_levels_in_place_of_cts_are_excluded_by_subject_and_target(tmp_path):
    rows = [
        f"TNF,s{k},{condition},{1.0 + k + 2.0 * (condition == 'drug')}"
        for k, condition in enumerate(["untreated"] * 4 + ["drug"] * 4)
    ]
    (tmp_path / "levels.csv").write_text("target,subject,condition,log2_level\n" + "\n".join(rows))
    data = lensim.read.expression(tmp_path / "levels.csv", unpaired="keep")
    assert v.SUBJECT_LEVEL in data
    left = exclude_wells(data, pd.DataFrame({"target": ["TNF"], "subject": ["s2"], "reason": ["degraded"]}))
    assert left.sizes[v.LEVEL] == data.sizes[v.LEVEL] - 1
    assert "s2" not in left[v.SUBJECT].to_numpy().tolist()
    assert left[v.SUBJECT_LEVEL].to_numpy()[2] == data[v.SUBJECT_LEVEL].to_numpy()[3]
    untreated = pd.DataFrame({"condition": ["untreated"], "reason": ["degraded"]})
    with pytest.raises(InputError, match="exclusions must leave levels of the control and of another group"):
        exclude_wells(data, untreated)


def test_a_line_of_several_studies_of_by_must_say_which():
    data = data_of(v.DOSE_RESPONSE)
    studies = {"48": data, "72": data}
    line = line_of(data, 0, 3) | {"reason": "tip"}
    with pytest.raises(InputError, match=r"is of 2 values of time_h \(48; 72\): say which in the column time_h, or"):
        Excluding(studies, read_exclusions(pd.DataFrame([line]), by="time_h"), by="time_h")

    def sizes(value):
        table = pd.DataFrame([line | {"Time h": value}])
        left = Excluding(studies, read_exclusions(table, by="time_h"), by="time_h")
        return [left[name].sizes[v.WELL] - data.sizes[v.WELL] for name in studies], left.sentence

    assert sizes("72.0") == ([0, -1], "1 well is excluded in 1 study, as exclude says")
    assert sizes("*") == ([-1, -1], "2 wells are excluded in 2 studies, as exclude says")
    with pytest.raises(InputError, match="is none of run, plate"):
        read_exclusions(pd.DataFrame([line | {"time_h": "72"}]))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,K562,1.0,,drop"], "2 wells are excluded in 1 compound, as"),
        (["a,K562,1.0,,drop", "c,K562,2.0,,drop"], "4 wells are excluded in 2 compounds, as"),
        ([",K562,0.0,,drop"], "2 wells are excluded, untreated, as"),
        (["a,K562,1.0,,drop", ",K562,0.0,,drop"], "4 wells are excluded (2 in 1 compound, 2 untreated), as"),
    ],
)
def test_a_screen_tells_in_how_many_compounds_wells_are_excluded(tmp_path, lines, said):
    rows = ["compound,cell_line,dose_um,signal"]
    rows += [f",K562,0,{value}" for value in (99.5, 100.5)]
    rows += [f"{name},K562,{dose},{90 - 9 * dose + k}" for name in "abc" for dose in (1, 2, 4) for k in (0, 1)]
    (tmp_path / "screen.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "out.csv").write_text(
        "compound,cell_line,dose_um,plate,reason\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    studies = read_compounds(tmp_path / "screen.csv")
    left = Excluding(studies, read_exclusions(tmp_path / "out.csv"), studies.data)
    assert left.sentence.startswith(said)


def test_a_study_of_by_that_has_nothing_left_is_named(tmp_path):
    data = data_of(v.DOSE_RESPONSE)
    path = tmp_path / "out.csv"
    path.write_text("plate,time_h,reason\n*,72,fire\n")
    studies = [Study("time_h", name, data) for name in ("48", "72")]
    with pytest.raises(InputError, match=r"^time_h = 72: .*must leave at least one well"):
        without_excluded(studies, path)


def test_the_record_has_the_digest_of_each_file():
    data = data_of(v.DOSE_RESPONSE)
    table = read_exclusions(pd.DataFrame([line_of(data, 0, 3) | {"reason": "tip"}]))
    assert digests_of_record(exclude_wells(data, table)) == [("exclude", table.digest)]
    assert digests_of_record(data) == []
