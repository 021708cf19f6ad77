"""Folders for what libraries keep between runs: the user's own, or this process's own where there is none.

What numba, PyTensor and matplotlib keep is run or trusted when it is read again. So a folder into which another user
can write is not read.
"""

import atexit
import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

ON_WINDOWS: Final = os.name == "nt"
OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def private_folder(folder: Path) -> Path | None:
    """A folder that this user alone can write to, made where it is absent; None where that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_private = _is_private(folder)
    except OSError:
        return None
    return folder if is_private and takes_files(folder) else None


def takes_files(folder: Path) -> bool:
    """Whether files can be made in a folder that is there.

    Windows is asked by making one, since it says of a folder only whether it is marked as read-only, not who has which
    rights.
    """
    if not ON_WINDOWS:
        return os.access(folder, os.W_OK | os.X_OK)
    probe = f".lensim-{os.urandom(8).hex()}"
    try:
        os.close(os.open(folder / probe, os.O_CREAT | os.O_EXCL | os.O_RDWR))
    except OSError:
        return False
    with suppress(OSError):
        (folder / probe).unlink()
    return True


def _is_private(folder: Path) -> bool:
    if not hasattr(os, "geteuid"):  # Windows: by the rights of the folder that it lies in
        return True
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & OTHERS_WRITE


def user_cache() -> Path | None:
    """The folder of this user for caches of all programs, whether it is there or not; None without a home.

    That is `XDG_CACHE_HOME` where it is set, else `%LOCALAPPDATA%` (Windows), `~/Library/Caches` (macOS) or `~/.cache`.
    """
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if named:
        return Path(named)
    home = _home()
    if home is None:
        return None
    if ON_WINDOWS:
        return home / "AppData" / "Local"
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


def provide_for_libraries() -> None:
    """Give PyTensor and matplotlib a folder that ends with this process, where the user has no home to write to.

    Without one PyTensor cannot be imported. What the user has set (`MPLCONFIGDIR`, `PYTENSOR_FLAGS`) stays.
    """
    home = _home()
    flags = os.environ.get("PYTENSOR_FLAGS", "")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or (home or Path()) / ".config")
    lacks_figures = "MPLCONFIGDIR" not in os.environ and not (home and _can_be_made(config / "matplotlib"))
    place = Path(os.environ.get("LOCALAPPDATA", "")) / "PyTensor" if os.name == "nt" else (home or Path()) / ".pytensor"
    lacks_sources = "base_compiledir" not in flags and not (home and _can_be_made(place))
    if not (lacks_figures or lacks_sources):
        return
    try:
        own = tempfile.mkdtemp(prefix="lensim-")
    except OSError:
        return
    atexit.register(_remove, own, os.getpid())
    if lacks_figures:
        os.environ["MPLCONFIGDIR"] = own
    if lacks_sources:
        os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, (flags, f"base_compiledir={own}")))


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a user without HOME that the system does not know
        return None


def _can_be_made(folder: Path) -> bool:
    """Whether a folder can be written to, or made."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and takes_files(folder)


def _remove(folder: str, maker: int) -> None:
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
