"""Kernels compiled by numba, cached on disk under a name that changes when any kernel of their folder changes.

numba keeps a compiled function as long as the file that it is written in is the same, though functions of other files
are compiled into it. So the sources of all modules of one folder together name the cache: the kernels of an engine lie
in one folder, and take no kernel of another but those of `lensim.inference.vectors`, whose source is counted too.
"""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numba
from numba.core import config

from lensim.private_folders import private_folder, user_cache

_settings: Any = config  # its attributes are made as numba starts


@cache
def cache_folder(sources: Path) -> Path | None:
    """Beside the sources, or in the user's cache; None where neither is a folder that this user alone can write to.

    What lies there is run. numba's own choice is not taken: it asks nobody whose a folder is. On Windows the user's
    cache comes first: a name of numba's behind the long ones of an installation passes the 260 letters of a path there.
    """
    shared = Path(__file__), Path(__file__).with_name("vectors.py")
    kernels = (*shared, *sorted(sources.glob("*.py")))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in kernels)).hexdigest()[:16]
    name = f"kernels-{digest}"
    beside, cache = sources / "__pycache__" / name, user_cache()
    of_user = [] if cache is None else [cache / "lensim" / name]
    places = [*of_user, beside] if os.name == "nt" else [beside, *of_user]
    return next(filter(None, map(private_folder, places)), None)


def are_in_place(package: str) -> bool:
    """Whether kernels of a package have been compiled and kept, as its sources are now.

    Parameters
    ----------
    package
        Its name; it is not imported.
    """
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    folder = cache_folder(Path(places[0])) if places else None
    return folder is not None and any(folder.rglob("*.nbi"))


def compiled(
    *, fastmath: bool | set[str] = False, allocates: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function on its first call, or take it from disk; without a folder, once in each process.

    Parameters
    ----------
    fastmath
        Whether sums may be taken in another order, or which of the liberties of LLVM.
    allocates
        Whether it may make arrays. One that makes none does not count who holds which array; that count takes longer
        than the work where a function is short and its arguments hold many arrays.

    A division by 0 gives an infinite number or NaN, as in NumPy: a check of each would keep loops from being done
    several steps at once.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def with_cache(kept: bool) -> Callable[..., Any]:
            counts: dict[str, Any] = {} if allocates else {"_nrt": False}
            return numba.njit(cache=kept, nogil=True, fastmath=fastmath, error_model="numpy", **counts)(function)

        return _in_own_folder(function, with_cache)

    return decorate


def callback(signature: Any, function: Callable[..., Any]) -> Any:
    """A function that C can call, compiled now or taken from disk; it has the attribute `address`.

    Parameters
    ----------
    signature
        Numba's types of what it takes and returns.
    function
        Raises nothing.
    """

    def with_cache(kept: bool) -> Any:
        return numba.cfunc(signature, cache=kept, error_model="numpy")(function)

    return _in_own_folder(function, with_cache)


def _in_own_folder(function: Callable[..., Any], with_cache: Callable[[bool], Any]) -> Any:
    """What `with_cache` makes, with the cache of the folder that the function is written in."""
    folder = cache_folder(Path(function.__code__.co_filename).parent)
    before = _settings.CACHE_DIR
    try:
        if folder is not None:
            _settings.CACHE_DIR = str(folder)
        return with_cache(folder is not None)
    finally:
        _settings.CACHE_DIR = before
