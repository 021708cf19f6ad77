"""A complete run of selections into one folder: cultures under each schedule, tables, sentences, and a manifest."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import xarray as xr

from lensim import seeding
from lensim.arguments import checked
from lensim.input_digests import NamedDigest, digests_of
from lensim.notebook import in_notebook, paragraph, table
from lensim.ownership import require_replaceable
from lensim.result_workbook import NamedTable, entries_of, input_files, sentences, write_result_workbook
from lensim.results_folder import Manifest, results_folder
from lensim.selection.from_fit import curve_draws, truth_from_draws
from lensim.selection.outcomes import compare_schedules
from lensim.selection.read import read_selections
from lensim.selection.tables import tables_of, write_tables
from lensim.selection.truth import truth_of
from lensim.selection.words import findings_of


@dataclass(frozen=True)
class SelectionResult:
    """Outcomes of cultures under each schedule.

    Attributes
    ----------
    table
        A row a schedule; see `lensim.selection.outcomes.compare_schedules`.
    runs, ends
        Cultures of each schedule, and their outcomes, by the schedule's name.
    text
        What was found, a sentence a line.
    folder
        Where all of it lies; None where nothing was kept.
    settings
        What it was made from: the file, the seed, and the line of a fit where there was one.
    files
        Names and SHA-256 of the files that it was made from.
    """

    table: pd.DataFrame
    runs: Mapping[str, xr.Dataset]
    ends: Mapping[str, xr.Dataset]
    text: str
    folder: Path | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    files: tuple[NamedDigest, ...] = ()

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write outcomes, paths and cultures to `path`, one workbook (.xlsx); the last sheet has sentences and seed.

        Raises
        ------
        InputError
            If the name ends otherwise, or something is there and `force` is false.
        """
        frames = tables_of(self.table, self.runs, self.ends)
        found = sentences("found", self.text.splitlines())
        about = [*found, *input_files(self.files), *entries_of("settings", self.settings)]
        write_result_workbook(Path(path), [NamedTable(name, one) for name, one in frames.items()], about, force=force)

    def _repr_html_(self) -> str:
        """Sentences above the table, for a notebook."""
        said = map(paragraph, self.text.splitlines())
        return in_notebook([*said, table(self.table, float_format="{:.3g}".format)])


Draw = Callable[[SelectionResult, Path], None]
"""A function that writes figures into a folder; `lensim.report.selection_folder.draw_selection` is one."""


def run_selection(
    selection_file: Path,
    folder: Path | None = None,
    *,
    fit: xr.DataTree | None = None,
    line: str = "",
    seed: int = 1,
    draw: Draw | None = None,
    read_here: Iterable[Path] = (),
    force: bool = False,
) -> SelectionResult:
    """Simulate the cultures of a file under each of its schedules, and write the results.

    Parameters
    ----------
    selection_file
        Clones, culture and schedules (TOML); see `lensim.selection.read.read_selections`.
    folder
        Gets outcomes.csv, paths.csv, cultures.csv, findings.txt, manifest.json, the file, and figures where `draw` is
        given. Nothing is kept without it.
    fit, line
        A dose-response fit and one of its lines: each culture has a draw of that line's curve.
    seed
        Root of the random numbers.
    draw
        Draws figures into the folder.
    read_here
        Other files that were read, such as that of the fit; a folder that holds one is not replaced.
    force
        Replace a folder that lensim wrote.

    Raises
    ------
    InputError
        With every fault of the file; if the fit has no such line, or the folder is there and `force` is false.

    Examples
    --------
    >>> result = run_selection(Path("schedules.toml"), seed=3)
    >>> print(result.text)
    """
    read_here = [selection_file, *read_here]
    files = tuple(digests_of(read_here))
    if folder is not None:
        require_replaceable(folder, force=force, inputs=read_here)
    manifest = Manifest(seed)
    asked = read_selections(selection_file)
    truth = truth_of(asked.clones, asked.cultures)
    if fit is not None:
        truth = truth_from_draws(truth, curve_draws(fit, line), seeding.stream(seed, "selection", "draws"))
    with manifest.timed("cultures"):
        table, runs, ends = compare_schedules(asked.schedules, asked.culture, truth, seed)
    settings = {"file": selection_file.name, "seed": seed, "line of the fit": line}
    text = "\n".join(findings_of(table))
    result = SelectionResult(table, runs, ends, text, settings=settings, files=files)
    if folder is None:
        return result
    with results_folder(folder, selection_file, force=force, inputs=read_here) as partial:
        write_tables(partial, table, runs, ends)
        (partial / "findings.txt").write_text(result.text + "\n", encoding="utf-8", newline="\n")
        if draw is not None:
            with manifest.timed("figures"):
                draw(result, partial)
        manifest.write(partial)
    return replace(result, folder=folder)
