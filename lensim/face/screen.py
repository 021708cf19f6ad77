"""`lensim.screen(...)`: every compound of a table, fitted in parallel into one store; and what is read from it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from lensim.arguments import checked
from lensim.checks import InputError
from lensim.exclude import Excluding
from lensim.face.fit import Fit
from lensim.inference.settings import SamplerSettings
from lensim.result_workbook import write_result_workbook
from lensim.screen.result import StoredScreen, open_result
from lensim.screen.run import COLUMN, run_screen
from lensim.screen.settings import ScreenSettings, priors_in
from lensim.tables.exclusions import Exclusions, require_readable

Files = str | Path | Sequence[str | Path]


class Screen:
    """A screen in a folder, done or still running.

    >>> import lensim
    >>> screen = lensim.load("screen/")  # doctest: +SKIP
    >>> screen.table, screen.failed, screen.fit("CPD-0001").plot()  # doctest: +SKIP

    Attributes
    ----------
    folder
        Where it is.
    """

    @checked
    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._stored: StoredScreen = open_result(self.folder)

    @property
    def compounds(self) -> tuple[str, ...]:
        """Names of all compounds in the order of the table, also of those that are not done yet."""
        return self._stored.names

    @property
    def table(self) -> pd.DataFrame:
        """The long table, a row a compound and line, of the compounds that are done.

        Columns: the compound; those of `Fit.summary` with intervals, bounds and flags; model, engine, converged (yes,
        no, approximate, or empty where a compound failed), verdict, and error (why a compound failed).
        """
        return self._stored.table()

    @property
    def failed(self) -> Mapping[str, str]:
        """Why compounds have no result, by name."""
        return {part.name: part.error for part in self._stored.parts() if part.error}

    @property
    def not_converged(self) -> Mapping[str, str]:
        """Verdicts of compounds whose gate did not pass, by name."""
        return {part.name: part.verdict for part in self._stored.parts() if not part.error and not part.passed}

    @checked
    def fit(self, compound: str) -> Fit:
        """The fit of one compound in compact form: verdict, tables and figures as of any fit.

        Raises
        ------
        InputError
            If there is no such compound, it is not done yet, or it failed.

        Examples
        --------
        >>> screen.fit("CPD-0001").summary()
        """
        return Fit(self._stored.result(compound))

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write the long table, and what came of each compound, to `path` (.xlsx); the last sheet has settings.

        Raises
        ------
        InputError
            If the name ends otherwise, the table has more rows than a sheet, or something is there and `force` is
            false.
        """
        write_result_workbook(Path(path), self._stored.sheets(), self._stored.about(), force=force)

    def __repr__(self) -> str:
        return f"<lensim.Screen in {self.folder}: {self._stored.counts.sentences(self._stored.record.by)[0]}>"


@checked
def screen(
    data: Files | Mapping[str, xr.Dataset],
    out: str | Path,
    *,
    reading: Mapping[str, Any] | None = None,
    by: str = COLUMN,
    model: str = "",
    priors: Any = None,
    engine: str = "auto",
    exclude: str | Path | pd.DataFrame | Exclusions | None = None,
    seed: int = 1,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    target_accept: float = 0.95,
    attempts: int = 2,
    ci_prob: float = 0.9,
    keep: int = 0,
    workers: int = 1,
    scheduler: str = "",
    trust_network: bool = False,
    force: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Screen:
    """Fit every compound of a dose-response table, each by itself, into one folder.

    >>> import lensim
    >>> screen = lensim.screen("screen.csv", "screen/", reading={"dose_unit": "uM"}, workers=2)  # doctest: +SKIP

    Parameters
    ----------
    data
        Table with a column of compounds, or several tables; or data by name, as `lensim.read.expression("cts.csv",
        by="plate")` gives them.
    out
        Folder of the store. A run that was broken off goes on there; what was done is not done again.
    reading
        Options of `lensim.read.dose_response` for the table, such as {"dose_unit": "uM"}: columns, roles and units are
        settled once, for all compounds.
    by
        What names the compounds, as the first column of the table is called.
    model, priors, engine, draws, tune, chains, target_accept, attempts
        As for `lensim.fit`, of each compound. engine="approximate" answers each in about a second, without draws that
        are kept: `converged` is then "approximate", or no where the answer cannot be trusted.
    exclude
        Wells to leave out, as for `lensim.fit`; each line must name a well of some compound.
    seed
        Root seed. Each compound has its own by its name, so numbers do not depend on order, on other compounds, or on
        workers.
    ci_prob
        Probability inside the intervals of the table.
    keep
        Draws that the file of each compound keeps; all where 0.
    workers, scheduler, trust_network
        Processes on this machine, or a dask scheduler that someone started; as for `lensim.power`.
    force
        Remove results of other settings, data or compounds from the folder.
    progress
        Called with compounds done and their number.
    tell
        Called with a sentence when there is something to say on the way.

    Raises
    ------
    InputError
        If the table cannot be read, the folder is another screen's, or a number is out of its range. What is wrong with
        one compound is in its row, in the column error.

    Examples
    --------
    >>> screen.table[["compound", "cell_line", "ic50", "converged"]]
    """
    sampler = SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept)
    settings = ScreenSettings(seed, model, priors_in(priors), engine, sampler, attempts, ci_prob, keep)
    run_screen(
        _without(_studies(data, reading, by), exclude, by),
        Path(out),
        settings,
        by=by,
        workers=workers,
        scheduler=scheduler,
        trust_network=trust_network,
        force=force,
        progress=progress,
        tell=tell,
    )
    return Screen(Path(out))


def _without(
    studies: Mapping[str, xr.Dataset], exclude: str | Path | pd.DataFrame | Exclusions | None, by: str
) -> Mapping[str, xr.Dataset]:
    exclusions = require_readable(exclude, by)
    if exclusions is None:
        return studies
    whole = getattr(studies, "data", None)  # all compounds of a table
    return Excluding(studies, exclusions, whole if isinstance(whole, xr.Dataset) else None, by)


def _studies(
    data: Files | Mapping[str, xr.Dataset], reading: Mapping[str, Any] | None, by: str
) -> Mapping[str, xr.Dataset]:
    if isinstance(data, Mapping):
        if reading:
            raise InputError("reading must go with the files of a table, got data that are read already: leave it out")
        return data
    from lensim.dose_response.read import read_compounds, read_dose_response

    if by == COLUMN:
        return read_compounds(data, reading)
    return read_dose_response(data, by=by, **(reading or {}))
