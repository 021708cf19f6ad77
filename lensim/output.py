"""Writing files whole or not at all, and never over an existing file unless forced."""

import errno
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, placing, unfinished
from lensim import vocabulary as v
from lensim.earlier_results import brought_up_to_date
from lensim.netcdf_image import can_write, image_of
from lensim.ownership import require_writable, same
from lensim.result_file import EXPECTED, has_mark, result_content, with_digest
from lensim.result_parts import require_parts

BY_WELL: Final = ("log_likelihood", "posterior_predictive", "prior_predictive")
"""Groups whose numbers, one a well and draw, need seven digits at most."""


def require_free(path: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse a file for results that is taken, before any work is done for it.

    Parameters
    ----------
    inputs
        Files that are read for the results: none of them is replaced, also with `force`.

    Raises
    ------
    InputError
        If something is there and `force` is false, it is no regular file or an input, or its folder permits none.
    """
    if os.path.lexists(path) and not path.is_file():
        kind = "a folder" if path.is_dir() else "a link to nothing" if path.is_symlink() else "a pipe or a device"
        other = "name a file in it, or another" if path.is_dir() else "name another file"
        raise checks.InputError(f"{path} must be a file to write, got {kind}: {other}")
    for read in inputs:
        if same(path, read):
            raise checks.InputError(f"{path} must not be a file that is read here ({read}): name another file")
    if path.is_symlink():
        raise checks.InputError(
            f"{path} must be a file to write, got a link to {path.resolve()}: name that, or another file"
        )
    if path.exists() and not force:
        raise checks.InputError(f"{path} must not exist yet, got a file of that name: add force=True to replace it")
    if path.parent.exists() and not path.parent.is_dir():
        raise checks.InputError(f"{path.parent} must be a folder, got a file")
    require_writable(path.parent)


def require_own_netcdf(path: Path) -> None:
    """Refuse a file that is there and no netCDF file of lensim's, so that none of someone else's is replaced.

    Raises
    ------
    InputError
        If it does not say of which assay it is, as fits and truths do.
    """
    if not path.exists() or path.stat().st_size == 0 or has_mark(path):
        return
    try:
        with xr.open_datatree(result_content(path), engine="h5netcdf") as opened:
            is_own = v.ASSAY in opened.attrs
    except Exception:  # whatever the libraries make of someone's file
        is_own = False
    if not is_own:
        raise checks.InputError(
            f"{path} must be free or a file that lensim wrote, got another: move it away, or choose another name"
        )


@contextmanager
def written_whole(path: Path, *, force: bool) -> Iterator[Path]:
    """A path to write to. It becomes `path` when the block ends without an error, and is removed otherwise.

    It is the name of no file yet, in a hidden folder beside `path`, and ends as `path` does. The file is on the disk
    before it takes its name, in one step. Two processes that write one file do so after each other. In a folder of
    results that is not whole yet, it is `path` itself.

    Raises
    ------
    InputError
        As `require_free`, also where a file came about while the block ran; if another process keeps writing it.
    OSError
        With `path` as its file name, also where a disk is full as the block writes.
    """
    require_free(path, force=force)
    target = path.absolute()  # the block may go elsewhere
    if unfinished.is_within(target):
        yield path
        return
    with (
        unfinished.told_with(path),
        unfinished.folder_made(target.parent),
        unfinished.held(unfinished.beside(target), path, tries=unfinished.MANY_TRIES) as filling,
    ):
        partial = filling / target.name
        yield partial
        placing.flush(partial)
        require_free(target, force=force)
        if force:
            os.replace(partial, target)
        else:
            _put(partial, target)
        placing.flush_names(target.parent)


def _put(partial: Path, path: Path) -> None:
    try:
        placing.put(partial, path)
    except FileExistsError:
        require_free(path, force=False)
        raise


def require_room_for(path: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse a path for a netCDF file that is taken; with `force` only a file that lensim wrote is replaced.

    Raises
    ------
    InputError
        As `require_free` and `require_own_netcdf`.
    """
    require_free(path, force=True, inputs=inputs)
    require_own_netcdf(path)
    require_free(path, force=force)


def save_result(result: xr.DataTree, path: Path, *, force: bool = False) -> None:
    """Write a fit to netCDF, whole or not at all.

    Raises
    ------
    InputError
        As `require_room_for`.
    OSError
        With `path` as its file name, where the disk does not take the file, or there is no memory to make it.
    """
    require_room_for(path, force=force)
    with _told_of_memory(path):
        image = image_of_result(result)
    write_image(image, path, force=force)


def image_of_result(result: xr.DataTree) -> memoryview:
    """The bytes of the netCDF file of a fit, with their digest behind them.

    They are made in memory, of about the size of the draws, and not on the disk: where a disk fails under the netCDF
    library, that one ends the whole process.
    """
    _require_memory(result.nbytes)
    marked = result.copy(deep=False)
    marked.attrs = result.attrs | {EXPECTED: 1}
    if can_write(marked):
        return with_digest(memoryview(image_of(marked, BY_WELL)))
    with io.BytesIO() as file:  # closed behind the block, as the netCDF library may keep hold of it
        marked.to_netcdf(file, engine="h5netcdf", encoding=_encoding(result))
        with file.getbuffer() as image:
            return with_digest(image)


def write_image(image: memoryview, path: Path, *, force: bool) -> None:
    """Write the bytes of a netCDF file, whole or not at all; errors as `save_result`."""
    require_room_for(path, force=force)
    with written_whole(path, force=force) as partial, partial.open("wb") as opened:
        opened.write(image)
        opened.flush()
        os.fsync(opened.fileno())


def require_storable(data: xr.Dataset) -> None:
    """Refuse data that no result could carry, such as a name with a NUL in it, before they are fitted.

    Raises
    ------
    InputError
        With what the netCDF library says.
    """
    try:
        image_of_result(xr.DataTree(data))
    except (ValueError, TypeError) as error:
        raise checks.InputError(f"data must be what a netCDF file can hold, got some that are not: {error}") from None


def _require_memory(size: int) -> None:
    """Refuse with a `MemoryError` what there is no room for, before the netCDF library does with less grace."""
    np.empty(size + size // 4, np.uint8)  # is not touched, so it costs no time


@contextmanager
def _told_of_memory(path: Path) -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), str(path)) from error


def _encoding(result: xr.DataTree) -> dict[str, dict[str, dict[str, object]]]:
    """Half the size for what is a number a well and draw, and needs seven digits at most."""
    return {
        f"/{group}": {str(name): {"dtype": "float32"} for name in result[group].data_vars}
        for group in BY_WELL
        if group in result.children
    }


def save_dataset(data: xr.Dataset, path: Path, *, force: bool = False) -> None:
    """Write a Dataset, such as the truth of a simulation, to netCDF, whole or not at all; errors as `save_result`."""
    require_room_for(path, force=force)
    with _told_of_memory(path):
        image = image_of_result(xr.DataTree(data))
    write_image(image, path, force=force)


def load_dataset(path: Path) -> xr.Dataset:
    """Read a Dataset that `save_dataset` wrote, into memory.

    Raises
    ------
    InputError
        If there is no such file, or it is damaged, too large or made to harm (`lensim.result_file`).
    """
    content = result_content(path)
    try:
        data = xr.load_dataset(content, engine="h5netcdf")
    except Exception as error:  # whatever the libraries make of someone's file
        raise checks.InputError(
            f"{path} must be a netCDF file written by lensim, got something else ({checks.fault_of(error)})"
        ) from None
    data.attrs.pop(EXPECTED, None)
    return data


def load_result(path: Path) -> xr.DataTree:
    """Read a fit that `save_result` wrote, into memory; one of an earlier lensim is brought to today's names.

    `result.attrs["earlier_result"]` says what was changed, see `lensim.earlier_results`.

    Raises
    ------
    InputError
        If there is no such file, it is damaged, too large or made to harm (`lensim.result_file`), or it is no result.
    """
    return result_in(result_content(path), str(path))


def result_in(content: io.BytesIO, place: str) -> xr.DataTree:
    """The result in the bytes of a file that was looked through; `place` and errors as `load_result`."""
    try:
        with xr.open_datatree(content, engine="h5netcdf") as opened:
            result = opened.load()
    except Exception as error:  # whatever the libraries make of someone's file
        raise checks.InputError(
            f"{place} must be a netCDF file written by lensim, got something else ({checks.fault_of(error)})"
        ) from None
    result.attrs.pop(EXPECTED, None)
    if "posterior" not in result.children:
        raise checks.InputError(f"{place} must hold a posterior, got groups {', '.join(result.children) or 'none'}")
    try:
        result = brought_up_to_date(result)
    except (ValueError, KeyError, TypeError) as error:
        raise checks.InputError(
            f"{place} must be a result as lensim writes it, got groups and variables that do not go together "
            f"({checks.fault_of(error)})"
        ) from None
    require_parts(result, place)
    return result
