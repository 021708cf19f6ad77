"""A run without reactions that a file of exclusions names, before a sheet says what its samples are."""

from dataclasses import replace
from typing import Final

import numpy as np

from lensim.qc.run import Run
from lensim.tables.excluded import NONE, Places, lines_of
from lensim.tables.exclusions import Exclude, read_exclusions
from lensim.tables.number_text import DecimalMark

_ALONG: Final = ("plate", "well", "sample", "gene", "task", "ct_cycles", "quantity")


def places_of_run(run: Run) -> Places:
    """Reactions by the names that a file of exclusions uses.

    Parameters
    ----------
    run
        Of exports.
    """
    names = {"plate": run.plate, "well": run.well, "target": run.gene, "sample": run.sample, "task": run.task}
    return Places(names, run.ct_cycles, "cycles", what="reaction")


def without_excluded(run: Run, exclude: Exclude | None, decimal: DecimalMark | None = None) -> tuple[Run, str]:
    """The run without what a file names, and a sentence that says how much; none where no file is given.

    Parameters
    ----------
    run
        Of exports.
    exclude
        As `lensim.tables.exclusions.read_exclusions` takes it.
    decimal
        The decimal mark, where numbers do not show it.

    Raises
    ------
    InputError
        As `lensim.tables.excluded.lines_of`.
    """
    if exclude is None:
        return run, ""
    exclusions = read_exclusions(exclude, decimal)
    [lines] = lines_of(exclusions, [places_of_run(run)])
    stays = lines == NONE
    left = replace(run, **{name: getattr(run, name)[stays] for name in _ALONG})
    return left, f"{int(np.sum(~stays))} of {len(stays)} reactions are left out, as {exclusions.place} says"
