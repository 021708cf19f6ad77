"""Compiling of kernels by numba, kept on disk under a name that changes when any kernel does.

numba keeps a compiled function as long as the file that it stands in is the same, though functions of other files are
compiled into it. So the sources of all kernels together name the folder.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numba
from numba.core import config

_settings: Any = config  # its attributes are made as numba starts
_FOLDER: Final = Path(__file__).parent
KERNELS: Final = (
    "compiled.py",
    "mixture.py",
    "quadrature.py",
    "laplace_line.py",
    "laplace_panel.py",
    "laplace_population.py",
)
"""Every file of this folder with a compiled function; `tests/inference` holds that none is missing."""


def _cache_folder() -> Path | None:
    """Beside the sources where that can be written to; else numba finds a place of its own."""
    digest = hashlib.sha256(b"".join((_FOLDER / name).read_bytes() for name in KERNELS)).hexdigest()[:16]
    folder = _FOLDER / "__pycache__" / f"kernels-{digest}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


_CACHE: Final = _cache_folder()


def compiled(*, fastmath: bool | set[str] = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function on its first call, or take it from disk.

    Parameters
    ----------
    fastmath
        Whether sums may be taken in another order, or which of the liberties of LLVM.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        before = _settings.CACHE_DIR
        try:
            if _CACHE is not None:
                _settings.CACHE_DIR = str(_CACHE)
            return numba.njit(cache=True, nogil=True, fastmath=fastmath)(function)
        finally:
            _settings.CACHE_DIR = before

    return decorate
