"""Parts of a store that were cut, changed or exchanged are simulated again, with a note; nothing else changes."""

import json
import shutil

import pandas as pd
import pytest

from lensim.checks import InputError
from lensim.power.scenario import scenario_of
from lensim.power.stored_part import MOST_COLUMNS, read_part, require_audit, require_chunk, signed
from lensim.power.sweep import sweep
from tests.power.test_power_store import PANEL, RATIOS, REACTIONS

FIRST = "chunks/point-0000/chunk-000000.parquet"


def changed(**columns):
    def change(path):
        rows = pd.read_parquet(path)
        rows.assign(**columns).to_parquet(path)

    return change


def cut(path):
    pd.read_parquet(path).head(3).to_parquet(path)


def without_a_column(path):
    pd.read_parquet(path).drop(columns="decided").to_parquet(path)


def with_other_bytes(path):
    content = bytearray(path.read_bytes())
    content[4:40] = bytes(36)
    path.write_bytes(content)


def cut_at_its_end(path):
    path.write_bytes(path.read_bytes()[:-8])


def emptied(path):
    path.write_bytes(b"")


def other(path):
    shutil.copy(path.parent / "chunk-000001.parquet", path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (cut, "got other rows than it was written with"),
        (without_a_column, "got other rows than it was written with"),
        (changed(decided=True), "got other rows than it was written with"),
        (with_other_bytes, "got something else (OSError"),
        (cut_at_its_end, "got something else (ArrowInvalid"),
        (emptied, "got something else (ArrowInvalid"),
        (other, "got another part, or one of another scenario"),
    ],
)
@pytest.mark.parametrize("content", [RATIOS, PANEL], ids=["ratios", "panel"])
def test_a_damaged_chunk_is_simulated_again(tmp_path, content, change, said):
    first = sweep(scenario_of(content), tmp_path / "out")
    path = tmp_path / "out" / FIRST
    before = path.read_bytes()
    change(path)
    again = sweep(scenario_of(content), tmp_path / "out")
    pd.testing.assert_frame_equal(again.table, first.table)
    assert path.read_bytes() == before
    assert len(again.remarks) == 1
    assert again.remarks[0].startswith(f"{path} must be a part that lensim wrote, {said}")
    assert again.remarks[0].endswith("; its studies were simulated again")
    assert not first.remarks


def test_a_chunk_of_another_scenario_is_simulated_again(tmp_path):
    first = sweep(scenario_of(RATIOS), tmp_path / "out")
    sweep(scenario_of(RATIOS | {"seed": 9}), tmp_path / "other")
    shutil.copy(tmp_path / "other" / FIRST, tmp_path / "out" / FIRST)
    again = sweep(scenario_of(RATIOS), tmp_path / "out")
    pd.testing.assert_frame_equal(again.table, first.table)
    assert "got another part, or one of another scenario" in again.remarks[0]


@pytest.mark.parametrize("content", [RATIOS, REACTIONS, PANEL], ids=["ratios", "reactions", "panel"])
def test_a_store_of_an_earlier_version_goes_on_and_is_checked_without_digests(tmp_path, content):
    first = sweep(scenario_of(content), tmp_path / "out")
    said = json.loads((tmp_path / "out" / "scenario.json").read_text())
    del said["parts_of"]
    (tmp_path / "out" / "scenario.json").write_text(json.dumps(said))
    for path in tmp_path.rglob("*.parquet"):
        rows = pd.read_parquet(path)
        rows.attrs = {}
        rows.to_parquet(path, index=False)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    assert not sweep(scenario_of(content), tmp_path / "out").remarks
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before
    cut(tmp_path / "out" / FIRST)
    again = sweep(scenario_of(content), tmp_path / "out")
    pd.testing.assert_frame_equal(again.table, first.table)
    assert "chunk-000000.parquet must hold studies 0 to " in again.remarks[0]


def test_what_cannot_be_a_chunk_is_told(tmp_path):
    sweep(scenario_of(RATIOS), tmp_path / "out")
    path = tmp_path / "out" / FIRST
    rows = pd.read_parquet(path)
    for wrong, said in (
        (rows.drop(columns="low"), "with the column low, got study, rule"),
        (rows.assign(low="a"), "with numbers in the column low, got "),
        (rows.assign(decided=2), "with numbers in the column decided, got int64"),
        (rows.head(3), "got 3 studies in 3 rows"),
        (rows.assign(study=rows["study"] + 1), "got 20 studies in 20 rows"),
        (rows.assign(target=1), "by 1 rules and targets, got 1, or others"),
        (rows.assign(answered_by=7), "with answered_by from 0 to 3, got others"),
        (rows.assign(probability=1.5), "with probability from 0 to 1, got others"),
    ):
        with pytest.raises(InputError) as told:
            require_chunk(path, wrong, 0, 20, [1])
        assert str(told.value).startswith(f"{path} must hold studies 0 to 19")
        assert said in str(told.value)
    require_chunk(path, rows, 0, 20, [1])


def test_a_part_with_too_many_columns_is_refused_before_it_is_unpacked(tmp_path):
    wide = pd.DataFrame({f"c{number}": [1.0] for number in range(MOST_COLUMNS + 1)})
    signed(wide, "a.parquet", "x").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="must be a part that lensim wrote, got 1 rows and 101 columns"):
        read_part(tmp_path / "a.parquet", "a.parquet", "x", must_be_signed=True)


def test_an_audit_has_its_columns(tmp_path):
    require_audit(tmp_path, pd.DataFrame())
    with pytest.raises(InputError, match="must hold an audit with numbers in the column rule, got something else"):
        require_audit(tmp_path, pd.DataFrame({"study": [1]}))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1]", "scenario.json must be a record of lensim power, got [1]"),
        ("[" * 100_000, "got brackets within brackets without an end"),
        ("\\xff", "got text that is no JSON"),
        ("{}", "scenario.json must say which scenario the folder is of, got something else"),
        ('{"digest": 3, "scenario": {}}', "must say which scenario the folder is of, got something else"),
        ('{"digest": "a", "scenario": {"truth": 3}}', "must hold results of this very scenario, got those of another"),
        (
            '{"digest": "a", "scenario": {"rules": null}}',
            "must hold results of this very scenario, got those of another",
        ),
    ],
)
def test_a_damaged_scenario_file_is_told(tmp_path, content, said):
    (tmp_path / "scenario.json").write_text(content)
    with pytest.raises(InputError) as told:
        sweep(scenario_of(RATIOS), tmp_path)
    assert said in str(told.value)
