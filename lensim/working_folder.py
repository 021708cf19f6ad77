"""Settings of libraries in the folder where a command runs, which the command line does not take.

matplotlib, ArviZ and numba read a file of settings from the working folder as they are imported. That folder may be a
download of someone else's. Such a file could change numbers and figures, take all memory, or name a folder of compiled
functions that are run.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

READ_FROM_HERE: Final = {
    "matplotlibrc": "matplotlib",
    "arvizrc": "arviz",
    ".numba_config.yaml": "numba",
}
"""Files that libraries read from the working folder, and the library that does."""


def pass_over_settings() -> list[str]:
    """Import the libraries that have a file of settings in the working folder, without that file.

    Where there is no such file, nothing is imported.

    Returns
    -------
    The names of the files that are not read.
    """
    found = [name for name in READ_FROM_HERE if Path(name).is_file()]
    if found:
        with _elsewhere():
            for name in found:
                import_module(READ_FROM_HERE[name])
    return found


@contextmanager
def _elsewhere() -> Iterator[None]:
    """For a moment, let the working folder be that of this module, which has no such files."""
    here = Path.cwd()
    os.chdir(Path(__file__).parent)
    try:
        yield
    finally:
        os.chdir(here)
