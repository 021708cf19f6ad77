"""Where PyTensor keeps the Python source of what it compiles: one folder, cleared by age.

By default it writes a file per function into the temporary folder and leaves it there, thousands a day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytensor

FOLDER: Final = "lensim_generated_sources"


@contextmanager
def sources_kept_in_one_folder() -> Iterator[None]:
    """While the block runs, generated sources go to one folder beside PyTensor's own cache, named by their content.

    PyTensor removes those that were not used for a month. A folder that someone has set (`generated_src_dir` in
    PyTensor's configuration) stays; where no folder can be made, PyTensor keeps its default.
    """
    if getattr(pytensor.config, "generated_src_dir", None) != "":  # set by someone, or a version that has no such flag
        yield
        return
    folder = Path(pytensor.config.base_compiledir).expanduser() / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        yield
        return
    with pytensor.config.change_flags(generated_src_dir=str(folder)):
        yield
