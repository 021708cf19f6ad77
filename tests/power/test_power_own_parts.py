"""A sweep replaces no file in its folder that lensim did not write, and writes nothing where a link leads."""

import json
import os
import re
import shutil

import pandas as pd
import pytest

from lensim.added_files import read_list
from lensim.checks import InputError
from lensim.ownership import MANIFEST, require_replaceable
from lensim.power import store as stores
from lensim.power import sweep as sweeps
from lensim.power.own_parts import own_of_store
from lensim.power.run import run_power
from lensim.power.scenario import scenario_of
from lensim.power.sweep import sweep
from tests.power.test_power_store import PANEL, RATIOS

FIRST = "chunks/point-0000/chunk-000000.parquet"
LAST = "chunks/point-0000/chunk-000001.parquet"
REMEDY = "move it away, and its studies are simulated again"


def text(path):
    path.write_text("mine")


def half(path):
    path.write_bytes(path.read_bytes()[:500])


def own_table(path):
    pd.DataFrame({"study": [1.0], "mine": [2.0]}).to_parquet(path)


def linked(path):
    shutil.move(path, path.parent.parent.parent.parent / "moved")
    path.symlink_to(path.parent.parent.parent.parent / "moved")


def linked_to_nothing(path):
    path.unlink()
    path.symlink_to(path.parent / "nothing")


def pipe(path):
    path.unlink()
    os.mkfifo(path)


def folder(path):
    path.unlink()
    path.mkdir()


def everything(place):
    return {path: (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in place.rglob("*") if path.name != "lock"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    sweep(scenario_of(RATIOS), out)
    return out


@pytest.fixture
def begun(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "out")


@pytest.mark.parametrize("name", [FIRST, LAST])
@pytest.mark.parametrize(
    ("change", "got"),
    [
        (text, "another file, or one that was cut or changed"),
        (half, "another file, or one that was cut or changed"),
        (own_table, "another file, or one that was cut or changed"),
        (linked, "a link to {place}/moved"),
        (linked_to_nothing, "a link to {place}/out/chunks/point-0000/nothing"),
        (pipe, "a pipe or a device"),
        (folder, "a folder"),
    ],
)
def test_what_lensim_did_not_write_is_refused_before_any_study(tmp_path, begun, monkeypatch, change, got, name):
    path = begun / name
    change(path)
    before = everything(tmp_path)
    monkeypatch.setattr(sweeps, "run_chunk", None)
    with pytest.raises(InputError) as told:
        sweep(scenario_of(RATIOS), tmp_path / "out")
    expected = got.format(place=tmp_path)
    assert str(told.value) == f"{path} must be free or a part that lensim wrote, got {expected}: {REMEDY}"
    assert {one: it for one, it in everything(tmp_path).items() if one.suffix} == {
        one: it for one, it in before.items() if one.suffix
    }


def test_the_remedy_helps(tmp_path):
    first = sweep(scenario_of(RATIOS), tmp_path / "out")
    (tmp_path / "out" / FIRST).write_text("mine")
    shutil.move(tmp_path / "out" / FIRST, tmp_path / "mine")
    again = sweep(scenario_of(RATIOS), tmp_path / "out")
    pd.testing.assert_frame_equal(again.table, first.table)
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("name", ["chunks", "chunks/point-0000", "audit"])
def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path, begun, name):
    place, elsewhere = begun / name, tmp_path / "elsewhere"
    if place.exists():
        shutil.move(place, elsewhere)
    else:
        elsewhere.mkdir()
    place.symlink_to("../" * (name.count("/") + 1) + "elsewhere")
    before = everything(elsewhere)
    with pytest.raises(InputError) as told:
        sweep(scenario_of(RATIOS), tmp_path / "out")
    assert str(told.value) == (
        f"{place} must be a folder that lensim made, got a link to {elsewhere}: move it away, or name another folder"
    )
    assert everything(elsewhere) == before


@pytest.mark.parametrize("make", [lambda path: path.write_text("mine"), os.mkfifo])
def test_a_file_in_the_place_of_a_folder_is_refused(begun, make):
    place = begun / "chunks"
    shutil.rmtree(place)
    make(place)
    with pytest.raises(InputError, match=f"^{re.escape(str(place))} must be a folder that lensim made, got no folder:"):
        sweep(scenario_of(RATIOS), begun)


def test_a_file_that_comes_while_studies_are_simulated_stays(tmp_path, monkeypatch):
    path = tmp_path / "out" / LAST
    signed = stores.signed

    def meanwhile(rows, part, of):
        if part == LAST:
            path.write_text("mine")
        return signed(rows, part, of)

    monkeypatch.setattr(stores, "signed", meanwhile)
    with pytest.raises(InputError, match="must be free or a part that lensim wrote, got another file, or one"):
        sweep(scenario_of(RATIOS), tmp_path / "out")
    assert path.read_text() == "mine"
    assert (tmp_path / "out" / FIRST).is_file()


def test_a_file_by_the_name_of_a_part_is_not_counted_as_lensims(tmp_path):
    out = tmp_path / "out"
    run_power(scenario_of(RATIOS), out)
    (out / "chunks" / "point-0007").mkdir()
    (out / "chunks" / "point-0007" / "mine.parquet").write_text("mine")
    part = out / "audit" / "part-000.parquet"
    part.parent.mkdir(exist_ok=True)
    is_own = own_of_store(out)
    part.write_text("mine")
    assert is_own(FIRST)
    assert is_own("scenario.json")
    assert not is_own("audit/part-000.parquet")
    part.unlink()
    part.parent.rmdir()
    run_power(scenario_of(RATIOS), out)
    assert "chunks/point-0007/mine.parquet" not in read_list(out, MANIFEST).digests
    with pytest.raises(InputError, match=r"\(chunks/point-0007, chunks/point-0007/mine\.parquet\): move that away"):
        require_replaceable(out, force=True)


def test_parts_of_an_earlier_version_are_known_by_their_columns(tmp_path):
    out = tmp_path / "out"
    sweep(scenario_of(PANEL), out)
    said = json.loads((out / "scenario.json").read_text())
    del said["parts_of"]
    (out / "scenario.json").write_text(json.dumps(said))
    for path in out.rglob("*.parquet"):
        rows = pd.read_parquet(path)
        rows.attrs = {}
        rows.to_parquet(path, index=False)
    assert own_of_store(out)(FIRST)
    (out / "chunks" / "point-0000" / "chunk-000001.parquet").unlink()
    sweep(scenario_of(PANEL), out)
    (out / FIRST).write_text("mine")
    with pytest.raises(InputError, match="must be free or a part that lensim wrote, got another file"):
        sweep(scenario_of(PANEL), out)


def test_below_a_file_nothing_is_said_to_be_kept(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError) as told:
        sweep(scenario_of(RATIOS), tmp_path / "notes.txt" / "out")
    assert str(told.value) == f"{tmp_path / 'notes.txt'} must be a folder, got a file: name a place in a folder"


def test_where_nothing_was_finished_none_is_said_to_be_kept(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "hidden")

    monkeypatch.setattr(stores.placing, "replace", full)
    with pytest.raises(InputError) as told:
        sweep(scenario_of(RATIOS), tmp_path / "out")
    assert str(told.value) == (
        f"{tmp_path / 'out'} must be a folder that can be written to, got: No space left on device: make room there, "
        "or name a place on another disk"
    )
