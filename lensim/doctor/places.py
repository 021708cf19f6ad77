"""Folders in which lensim writes: its cache, the temporary folder, and the folder where a command runs."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lensim.doctor.finding import Finding
from lensim.private_folders import private_folder, takes_files, user_cache

GIGABYTE: Final = 1e9
LEAST_FREE_GB: Final = 1.0


def of_places() -> Iterator[Finding]:
    """The user's cache, the temporary folder, and the folder where this command runs."""
    yield of_cache(user_cache())
    yield of_temporary()
    yield of_results(Path.cwd())


def of_cache(cache: Path | None) -> Finding:
    """The folder of the user in which kernels are kept where the installation takes no files."""
    variable = "LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME"
    remedy = f"set {variable} to a folder of yours"
    if cache is None:
        return Finding("cache", "missing", "there is no home folder", remedy)
    own = private_folder(cache / "lensim")
    if own is None:
        return Finding("cache", "missing", f"{cache / 'lensim'} cannot be written to, or others can", remedy)
    return _with_room("cache", own, remedy, is_needed=False)


def of_temporary() -> Finding:
    """The folder for what ends with a command; power and plans need one."""
    remedy = f"set {'TEMP' if os.name == 'nt' else 'TMPDIR'} to a folder of yours"
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        return Finding("temporary folder", "missing", "there is none that can be written to", remedy, is_needed=True)
    if not takes_files(folder):
        return Finding("temporary folder", "missing", f"{folder} cannot be written to", remedy, is_needed=True)
    return _with_room("temporary folder", folder, remedy, is_needed=True)


def of_results(folder: Path) -> Finding:
    """The folder where a command runs, in which results are written unless --out names another."""
    remedy = "run in a folder of yours, or name one with --out"
    if not takes_files(folder):
        return Finding("results here", "missing", f"{folder} cannot be written to", remedy)
    return _with_room("results here", folder, remedy, is_needed=False)


def _with_room(what: str, folder: Path, remedy: str, *, is_needed: bool) -> Finding:
    free_gb = shutil.disk_usage(folder).free / GIGABYTE
    said = f"{folder}, {free_gb:.1f} GB free"
    if free_gb >= LEAST_FREE_GB:
        return Finding(what, "ok", said, is_needed=is_needed)
    return Finding(what, "slow", said, f"make room there, or {remedy}", is_needed=is_needed)
