"""Results that are damaged or made to harm: told before the netCDF library crashes, hangs or reads other files."""

import hashlib
import io
import re

import h5py
import numpy as np
import pytest
import xarray as xr

from lensim import looked_through, result_file
from lensim.checks import InputError
from lensim.output import load_result, save_result


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(result_file, "_written", set())
    mu = xr.DataArray(np.arange(8.0).reshape(2, 4), dims=("chain", "draw"))
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"mu": mu})})
    tree.attrs["verdict"] = "{}"
    save_result(tree, tmp_path / "fit.nc")
    result_file._written.clear()  # as in another process
    return tmp_path / "fit.nc"


def changed(path, change, *, digest):
    """Change a result through h5py, with a digest of its own or without."""
    held = io.BytesIO(path.read_bytes()[: -result_file.END])
    if not digest:  # as an earlier version wrote it
        opened = xr.open_datatree(held, engine="h5netcdf").load()
        del opened.attrs[result_file.EXPECTED]
        held = io.BytesIO()
        opened.to_netcdf(held, engine="h5netcdf")
    with h5py.File(held, "r+") as file:
        change(file)
    image = held.getvalue()
    mark = result_file.MARK + hashlib.blake2b(image, digest_size=result_file.DIGEST_BYTES).digest()
    path.write_bytes(image + (mark if digest else b""))


def test_a_result_is_read_with_its_digest_and_without(path):
    whole = load_result(path)
    opened = xr.open_datatree(io.BytesIO(path.read_bytes()), engine="h5netcdf").load()
    assert opened.attrs.pop(result_file.EXPECTED) == 1
    assert whole.identical(opened)
    opened.to_netcdf(path, engine="h5netcdf")  # as an earlier version wrote it
    assert load_result(path).identical(whole)


def test_a_result_that_another_program_changed_is_told(path):
    with h5py.File(path, "r+") as file:
        file["posterior/mu"][...] *= 3.0
    assert path.read_bytes()[-result_file.END :][: len(result_file.MARK)] != result_file.MARK
    with pytest.raises(InputError, match="not changed since, got one that was damaged or changed"):
        load_result(path)


def test_a_result_of_this_process_is_not_looked_through(path, monkeypatch):
    result_file.with_digest(memoryview(path.read_bytes()[: -result_file.END]))
    monkeypatch.setattr(result_file, "LOOK", path)  # a script that fails
    load_result(path)


def test_an_attribute_without_letters_is_read(tmp_path, monkeypatch):
    mu = xr.DataArray(np.arange(4.0).reshape(2, 2), dims=("chain", "draw"), attrs={"unit": ""})
    save_result(xr.DataTree.from_dict({"posterior": xr.Dataset({"mu": mu}, attrs={"note": ""})}), tmp_path / "fit.nc")
    monkeypatch.setattr(result_file, "_written", set())
    read = load_result(tmp_path / "fit.nc")["posterior"]
    assert (read["mu"].attrs["unit"], read.attrs["note"]) == ("", "")


def test_every_damaged_byte_is_told_before_anything_is_parsed(path, monkeypatch):
    raw = path.read_bytes()
    monkeypatch.setattr(result_file, "_look", lambda content, path: pytest.fail("parsed"))
    said = "and not changed since, got one that was damaged or changed: fit again, or take a copy that is whole"
    for at in range(10, len(raw) - result_file.END, 997):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises(InputError, match=re.escape(f"{path} must be a netCDF file written by lensim {said}")):
            load_result(path)


def external_link(file):
    file["posterior/other"] = h5py.ExternalLink("/etc/hostname", "/x")


def soft_link(file):
    file["posterior/other"] = h5py.SoftLink("/posterior/mu")


def again(file):
    file["posterior/again"] = file["posterior"]


def external_values(file):
    file.create_dataset("posterior/other", shape=(64,), dtype="u1", external=[("/etc/passwd", 0, 64)])


def virtual(file):
    layout = h5py.VirtualLayout(shape=(4,), dtype="f8")
    layout[...] = h5py.VirtualSource("other.nc", "x", shape=(4,))
    file.create_virtual_dataset("posterior/other", layout)


def compound(file):
    file["posterior/other"] = np.zeros(2, dtype=[("a", "i4"), ("b", "f8")])


def references(file):
    file.create_dataset("posterior/other", shape=(2,), dtype=h5py.ref_dtype)


def bomb(file):
    file.create_dataset("posterior/other", shape=(10**6, 10**6), dtype="f8", chunks=(100, 100), compression="gzip")


def other_filter(file):
    file.create_dataset("posterior/other", shape=(100,), dtype="f8", chunks=(100,), compression="lzf")


def long_attribute(file):
    file.attrs["settings"] = "x" * 1_000_001


def odd_attribute(file):
    file.attrs["settings"] = 1j


def deep(file):
    file["posterior"].create_group("/".join("abcdefghi"))


def without_values(file):
    file["posterior/other"] = h5py.Empty("f8")


REFUSED = {
    external_link: "a link in the place of /posterior/other",
    soft_link: "a link in the place of /posterior/other",
    again: "one group or variable twice, the second time as /posterior/again",
    external_values: "the variable /posterior/other with its values in another file",
    virtual: "the variable /posterior/other with its values in another file",
    compound: "the variable /posterior/other of the type",
    references: "the variable /posterior/other of the type object",
    bomb: "variables of more than 256,000,000 bytes (for one of ",
    other_filter: "the variable /posterior/other with a filter that lensim does not use",
    long_attribute: "the attribute settings of / of more than 1,000,000 bytes",
    odd_attribute: "the attribute settings of / of the type complex128",
    deep: "more than 20,000 variables or 8 groups within groups",
    without_values: "the variable /posterior/other without values, or of too many dims",
}


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: change.__name__)
@pytest.mark.parametrize("digest", [True, False], ids=["digest", "none"])
def test_what_no_result_has_is_refused_also_under_a_digest(path, change, digest):
    changed(path, change, digest=digest)
    with pytest.raises(InputError) as told:
        load_result(path)
    assert str(told.value).startswith(f"{path} must be a netCDF file written by lensim, got {REFUSED[change]}")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import os; os.abort()", "got one at which the HDF5 library breaks off (exit status -6): fit again"),
        ("while True: pass", "got one that was not read within 1 s of processor time: fit again"),
        ("import time; time.sleep(60)", "was not read within 2 s: if the machine or the disk was busy, try again; if "),
    ],
)
def test_a_file_that_crashes_or_hangs_the_library_is_one_sentence(path, tmp_path, monkeypatch, script, said):
    bound = "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2]) + 1))\n"
    (tmp_path / "look.py").write_text(bound + script)
    monkeypatch.setattr(looked_through, "WAIT", 20.0 if "while" in script else 2.0)
    monkeypatch.setattr(result_file, "LOOK", tmp_path / "look.py")
    monkeypatch.setattr(result_file, "LOOK_SECONDS", 1.0)
    with pytest.raises(InputError, match=re.escape(said)):
        load_result(path)


def test_other_files_are_named(path):
    for content, said in (
        (b"", "got something else (an empty file)"),
        (b"CDF\x01", "got one of the classic format of netCDF"),
        (b"text", "got something else"),
        (b"\x89HDF\r\n\x1a\n", "got one that cannot be read (OSError: "),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=re.escape(f"{path} must be a netCDF file written by lensim, {said}")):
            load_result(path)
