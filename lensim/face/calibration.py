"""`Fit.calibrate()`: whether the intervals of a fit can be believed for its data."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim.arguments import checked
from lensim.inference.observations import observations_of
from lensim.input_digests import NamedDigest, digests_in
from lensim.notebook import in_notebook, paragraph, table
from lensim.result_workbook import NamedTable, entries_of, input_files, sentences, write_result_workbook
from lensim.tables.records import records as records_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLE: Final = "calibration.csv"
FIGURE: Final = "ranks.png"
TEXT: Final = "calibration.txt"


@dataclass(frozen=True, repr=False)
class Calibration:
    """What `Fit.calibrate` found.

    Attributes
    ----------
    sentence
        Whether the intervals can be believed, with the figures behind it.
    is_believable
        The same as True or False; None where too few simulations have an answer.
    table
        One row a quantity, the worst first: name and quantity (in words); items; simulations;
        covered_50_percent and covered_90_percent with _error; pvalue of uniform ranks and pvalue_adjusted for the
        number of quantities; shift and spread of ranks in standard errors; reads.
    ranks
        Ranks (simulation, item) of the truth among draws by quantity, in the order of the table.
    simulations, handed_on, failed, not_converged
        How many there were, and of them without an answer that counts.
    seed
        Root seed.
    files
        Names and SHA-256 of the files that the data of the fit were read from.
    """

    sentence: str
    is_believable: bool | None
    table: pd.DataFrame
    ranks: dict[str, np.ndarray]
    simulations: int
    handed_on: int
    failed: int
    not_converged: int
    seed: int | None = None
    files: tuple[NamedDigest, ...] = ()

    def plot(self) -> "Figure":
        """Cumulative ranks less expected of the nine worst quantities, with the band of uniform ones."""
        from lensim.report.figures.calibration import calibration_figure

        return calibration_figure(self.ranks)

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write the table to `path`, a workbook (.xlsx); the last sheet has the sentence, its numbers and the seed.

        Raises
        ------
        InputError
            If the name ends otherwise, or something is there and `force` is false.
        """
        counts = ("simulations", "handed_on", "failed", "not_converged", "seed")
        about = [
            *sentences("verdict", [self.sentence]),
            *input_files(self.files),
            *entries_of("calibration", {name: getattr(self, name) for name in counts}),
        ]
        caption = "Truths of further runs in their intervals, the worst quantity first"
        tables = [NamedTable("calibration", self.table, caption)] if len(self.table) else []
        write_result_workbook(Path(path), tables, about, force=force)

    def __repr__(self) -> str:
        return f"<lensim.Calibration: {self.sentence}>"

    def _repr_html_(self) -> str:
        """Sentence and table for a notebook."""
        parts = [paragraph(self.sentence, "font-weight:bold")]
        if len(self.table):
            parts.append(table(self.table.round(3).astype(str)))
        return in_notebook(parts)


def calibration_of(
    result: xr.DataTree,
    *,
    simulations: int,
    seed: int,
    engine: str,
    workers: int,
    out: Path | None,
    progress: Callable[[int, int], None],
) -> Calibration:
    """As `Fit.calibrate`, whose parameters these are; table and figure go into `out` where it is given."""
    from lensim.calibrate.judged import passed_of, ranks_of, words_of_row
    from lensim.calibrate.run import calibrate

    judged, records = calibrate(
        result,
        simulations=simulations,
        seed=seed,
        engine=engine,
        workers=workers,
        folder=out,
        progress=progress,
    )
    passed = passed_of(records)
    ranks = {words_of_row(row): ranks_of(passed, str(row["name"])) for row in records_of(judged.table)}
    found = Calibration(
        judged.sentence,
        judged.is_believable,
        judged.table,
        ranks,
        judged.simulations,
        judged.handed_on,
        judged.failed,
        judged.not_converged,
        seed,
        tuple(digests_in(observations_of(result).attrs)),
    )
    if out is not None:
        _write(found, out)
    return found


def _write(found: Calibration, out: Path) -> None:
    """Table, sentence and figure in a folder, beside the simulations that are kept there."""
    from lensim.added_files import added_to
    from lensim.csv_file import write_csv_file
    from lensim.report.figures.style import save_figure

    with added_to(out, force=True, is_stale=lambda name: name in (TABLE, FIGURE, TEXT)) as folder:
        (folder / TEXT).write_text(f"{found.sentence}\n", encoding="utf-8", newline="\n")
        if len(found.table):
            write_csv_file(found.table, folder / TABLE)
            save_figure(found.plot(), folder / FIGURE)
