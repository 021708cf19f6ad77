"""How a finished file or folder takes its name: in one step of the file system, and only when it is on the disk."""

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

NOT_OFFERED: Final = frozenset(
    code
    for name in ("ENOSYS", "EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM")
    if (code := getattr(errno, name, None)) is not None
)
"""Errors of a system, or a file system, that lacks what was asked for."""

_HERE: Final = -100  # paths are relative to the working folder (AT_FDCWD)
_FREE, _SWAP = (1, 2) if sys.platform == "linux" else (4, 2)  # RENAME_NOREPLACE, _EXCHANGE; macOS: _EXCL, _SWAP
_SYSTEM_CALL: Final = {"x86_64": 316, "aarch64": 276}  # renameat2, for C libraries without a function of that name


def exchange(one: Path, other: Path) -> bool:
    """Swap the names of two files or folders in one step, so that there is no moment without either.

    Returns
    -------
    bool
        False, with nothing done, where the system or the file system has no such step: Windows, some networks.

    Raises
    ------
    OSError
        If one of them is not there, or its folder cannot be written to.
    """
    return _renamed(one, other, _SWAP)


def put(new: Path, target: Path) -> None:
    """Give a finished file or folder a name that nothing has.

    Raises
    ------
    FileExistsError
        If something has the name, which stays as it is.
    OSError
        If the folder cannot be written to.
    """
    if _renamed(new, target, _FREE):
        return
    if not new.is_dir():
        try:
            os.link(new, target)  # unlike a rename it replaces nothing
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in NOT_OFFERED:
                raise
        else:
            new.unlink()
            return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    new.rename(target)


def flush(path: Path) -> None:
    """Wait until a file, or a folder with all that is in it, is on the disk, so that a loss of power keeps it.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    if not path.is_dir():
        _flush_one(path)
        return
    for folder, _, files in path.walk(top_down=False):
        for name in files:
            if not (folder / name).is_symlink():
                _flush_one(folder / name)
        flush_names(folder)


def flush_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can say so."""
    if os.name == "posix":
        _flush_one(folder)


def _flush_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NOT_OFFERED:
            raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(handle)


def _renamed(one: Path, other: Path, how: int) -> bool:
    """Whether the system renamed in the way that is asked for; false where it has no such way."""
    function = _function()
    if function is None:
        return False
    if function(os.fsencode(one), os.fsencode(other), how) == 0:
        return True
    code = ctypes.get_errno()
    if code in NOT_OFFERED:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


@cache
def _function() -> Callable[[bytes, bytes, int], int] | None:
    """The system's rename with flags; none where there is no such function."""
    if sys.platform not in ("linux", "darwin"):
        return None
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        swapping = getattr(library, "renamex_np", None)
        return None if swapping is None else lambda one, other, how: int(swapping(one, other, ctypes.c_uint(how)))
    if (renaming := getattr(library, "renameat2", None)) is not None:
        return lambda one, other, how: int(renaming(_HERE, one, _HERE, other, ctypes.c_uint(how)))
    if (number := _SYSTEM_CALL.get(platform.machine())) is None:
        return None
    return lambda one, other, how: int(
        library.syscall(ctypes.c_long(number), _HERE, one, _HERE, other, ctypes.c_uint(how))
    )
