import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lensim import output
from lensim.checks import InputError
from lensim.output import load_dataset, load_result, require_free, save_dataset, save_result, written_whole
from lensim.result_file import EXPECTED


@pytest.fixture
def result() -> xr.DataTree:
    posterior = xr.Dataset(
        {"log10_ic50_um": (("chain", "draw", "cell_line"), np.array([[[0.5, np.inf], [-1.25, np.inf]]]))},
        coords={"chain": [0], "draw": [0, 1], "cell_line": ["NCI-H929", "Z138 ö"]},
    )
    posterior["log10_ic50_um"].attrs["units"] = "log10 uM"
    observations = xr.Dataset({"compound": ("well", ["", "lenalidomide"]), "counting_minutes": np.inf})
    tree = xr.DataTree.from_dict({"posterior": posterior, "observations": observations})
    tree.attrs["verdict"] = '{"passed": true}'
    return tree


def test_round_trip_with_infinities_and_strings(result, tmp_path):
    path = tmp_path / "new" / "fit.nc"
    save_result(result, path)
    read = load_result(path)
    assert read.identical(result)
    assert np.isposinf(read["posterior/log10_ic50_um"][..., 1]).all()
    assert read["posterior/cell_line"].to_numpy().tolist() == ["NCI-H929", "Z138 ö"]
    assert read["observations/compound"].to_numpy().tolist() == ["", "lenalidomide"]


def test_a_loaded_result_does_not_hold_its_file(result, tmp_path):
    path = tmp_path / "fit.nc"
    save_result(result, path)
    read = load_result(path)
    path.unlink()
    assert float(read["posterior/log10_ic50_um"][0, 1, 0]) == -1.25
    save_result(read, path)


def test_a_dataset_is_saved_whole(result, tmp_path):
    path = tmp_path / "truth.nc"
    save_dataset(result["observations"].to_dataset(), path)
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        held = opened.load()
    assert held.attrs.pop(EXPECTED) == 1
    assert held.identical(result["observations"].to_dataset())


@pytest.mark.parametrize("save", [save_result, save_dataset])
def test_nothing_is_overwritten_without_force(save, result, tmp_path):
    path = tmp_path / "fit.nc"
    content = result if save is save_result else result["posterior"].to_dataset()
    save(content, path)
    first = path.stat().st_ino
    with pytest.raises(InputError, match=f"^{re.escape(str(path))} must not exist yet, got a file of that"):
        save(content, path)
    assert path.stat().st_ino == first
    save(content, path, force=True)
    assert path.stat().st_ino != first
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"mine", b"\x89HDF\r\n\x1a\nmine", b"CDF\x01"])
@pytest.mark.parametrize("save", [save_result, save_dataset])
@pytest.mark.parametrize("force", [False, True])
def test_a_file_of_someone_is_never_replaced(save, content, force, result, tmp_path):
    path = tmp_path / "fit.nc"
    path.write_bytes(content)
    message = f"{path} must be free or a file that lensim wrote, got another: move it away, or choose another name"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        save(result if save is save_result else result["posterior"].to_dataset(), path, force=force)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_an_own_result_is_replaced_also_where_it_was_damaged(result, tmp_path):
    path = tmp_path / "fit.nc"
    save_result(result, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    save_result(result, path, force=True)
    assert load_result(path)


def test_a_folder_that_permits_no_file_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(
        InputError,
        match=f"^{re.escape(str(tmp_path))} must be a folder in which files can be made, got one without that "
        "permission: choose another$",
    ):
        require_free(tmp_path / "new" / "fit.nc", force=False)


def test_the_message_says_how_to_replace(tmp_path):
    taken = tmp_path / "fit.nc"
    taken.write_text("mine")
    with pytest.raises(
        InputError,
        match=r"fit\.nc must not exist yet, got a file of that name: add force=True to",
    ):
        require_free(taken, force=False)
    require_free(tmp_path / "new", force=False)
    require_free(taken, force=True)


@pytest.mark.parametrize("force", [True, False])
def test_a_folder_is_not_replaced_by_a_file(force, tmp_path):
    message = f"{tmp_path} must be a file to write, got a folder: name a file in it, or another"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        require_free(tmp_path, force=force)


def test_a_file_that_is_read_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("wells.csv", "other.csv"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "link.csv").symlink_to("wells.csv")
    for read in ("wells.csv", "link.csv", "./wells.csv"):
        with pytest.raises(
            InputError, match=r"wells\.csv must not be a file that is read here \(.*\): name another file$"
        ):
            require_free(tmp_path / "wells.csv", force=True, inputs=[Path("other.csv"), Path(read)])
    require_free(tmp_path / "wells.csv", force=True, inputs=[Path("other.csv"), Path("absent.csv")])
    require_free(tmp_path / "absent.csv", force=True, inputs=[Path("absent.csv")])


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o027, 0o077, 0o000])
def test_files_have_the_rights_that_the_umask_leaves(result, umask, tmp_path):
    before = os.umask(umask)
    try:
        save_result(result, tmp_path / "fit.nc")
        with written_whole(tmp_path / "table.csv", force=False) as partial:
            partial.write_text("a\n")
    finally:
        os.umask(before)
    rights = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert rights == {"fit.nc": 0o666 & ~umask, "table.csv": 0o666 & ~umask}


def test_a_file_cannot_be_a_folder(tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputError, match=r"taken must be a folder, got a file$"):
        require_free(tmp_path / "taken" / "fit.nc", force=True)


class OutOfSpaceError(Exception):
    pass


@pytest.mark.parametrize("there_before", [False, True])
def test_nothing_is_half_written_when_the_block_raises(there_before, tmp_path):
    path = tmp_path / "table.csv"
    if there_before:
        path.write_text("before")

    def interrupted():
        with written_whole(path, force=True) as partial:
            partial.write_text("half")
            raise OutOfSpaceError

    with pytest.raises(OutOfSpaceError):
        interrupted()
    assert [entry.name for entry in tmp_path.iterdir()] == (["table.csv"] if there_before else [])
    assert not there_before or path.read_text() == "before"


def test_the_file_appears_only_at_the_end_and_keeps_its_suffix(tmp_path):
    path = tmp_path / "deep" / "figure.png"
    with written_whole(path, force=False) as partial:
        assert not partial.exists()
        partial.write_text("whole")
        assert partial.suffix == ".png"
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_load_refuses_what_is_no_file(tmp_path):
    with pytest.raises(InputError, match=r"fit\.nc must be a result file, got nothing there$"):
        load_result(tmp_path / "fit.nc")
    with pytest.raises(InputError, match=r"must be a result file, got a folder$"):
        load_result(tmp_path)


def test_load_refuses_text_and_an_empty_file(tmp_path):
    path = tmp_path / "wells.csv"
    for content in ("cell_line,dose_um,signal\n", ""):
        path.write_text(content)
        with pytest.raises(InputError, match=r"wells\.csv must be a netCDF file written by lensim, got something else"):
            load_result(path)


def test_load_refuses_a_file_without_posterior(result, tmp_path):
    path = tmp_path / "prior.nc"
    save_result(xr.DataTree.from_dict({"prior": result["posterior"].to_dataset()}), path)
    with pytest.raises(InputError, match=r"prior\.nc must hold a posterior, got groups prior$"):
        load_result(path)
    save_dataset(result["posterior"].to_dataset(), path, force=True)
    with pytest.raises(InputError, match=r"prior\.nc must hold a posterior, got groups none$"):
        load_result(path)


def test_a_file_that_is_asked_whose_it_is_is_looked_through_first(tmp_path, monkeypatch):
    """As every other result: the netCDF library may crash at someone's file."""
    asked = []
    monkeypatch.setattr(output, "result_content", lambda path: asked.append(path) or io.BytesIO(path.read_bytes()))
    path = tmp_path / "a.nc"
    path.write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    with pytest.raises(InputError, match=r"must be free or a file that lensim wrote, got another"):
        output.require_own_netcdf(path)
    assert asked == [path]


def test_a_truth_is_read_as_a_result_is(tmp_path):
    truth = xr.Dataset({"mu": ("x", [1.0, 2.0])})
    save_dataset(truth, tmp_path / "truth.nc")
    assert load_dataset(tmp_path / "truth.nc").identical(truth)
    (tmp_path / "other.nc").write_text("text")
    with pytest.raises(InputError, match="must be a netCDF file written by lensim, got something else"):
        load_dataset(tmp_path / "other.nc")
