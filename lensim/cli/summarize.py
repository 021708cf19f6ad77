"""The tables, figures and verdict that every fit prints and writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lensim.checks import InputError
from lensim.cli.shared import say
from lensim.cli.tables import print_tables

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from lensim.assay import Asked, ResultTable
    from lensim.inference.verdict import Verdict
    from lensim.result_workbook import Entry


def require_room(csv: Path | None, figures: Path | None, *, force: bool, inputs: Sequence[Path] = ()) -> None:
    """Refuse targets that are taken, before any work is done.

    Raises
    ------
    InputError
        If a file is there and `force` is false, one of `inputs` would be replaced, or --csv ends on something else than
        .csv.
    """
    from lensim.added_files import require_added
    from lensim.ownership import require_filled

    if csv is not None and csv.suffix.lower() not in (".csv", ""):
        raise InputError(f"--csv must end on .csv or be a folder without suffix, got {csv}")
    below = () if figures is None else (figures.absolute(), *figures.absolute().parents)
    if csv is not None and csv.suffix and csv.absolute() in below:
        raise InputError(f"--figures must be a folder beside the table of --csv, got {figures}: name another folder")
    if csv is not None and (csv.suffix or (csv.exists() and not csv.is_dir())):
        require_added(csv, force=force, inputs=inputs)
    for option, folder in (("--csv", None if csv is None or csv.suffix else csv), ("--figures", figures)):
        if folder is not None:
            require_filled(folder, option)
    if csv is not None and not csv.suffix and csv.is_dir():
        if here := [one for one in inputs if one.resolve().parent == csv.resolve() and one.suffix.lower() == ".csv"]:
            raise InputError(f"--csv must not be the folder of {here[0]}, which is read here: name another folder")
        if not force and any(csv.glob("*.csv")):
            raise InputError(f"{csv} must hold no tables yet, got some: add --force to replace those that lensim wrote")
    if figures is not None and figures.exists() and not figures.is_dir():
        raise InputError(f"--figures must be a folder, got the file {figures}")
    if figures is not None and not force and any(figures.glob("*.png")):
        raise InputError(
            f"{figures} must hold no figures yet, got some: add --force to replace those that lensim wrote"
        )


def require_room_for_figures(result: "xr.DataTree", asked: "Asked", folder: Path | None, *, force: bool) -> None:
    """Refuse a folder with a file of someone else's in the place of a figure, before any table is made or written.

    Raises
    ------
    InputError
        With the first that is there.
    """
    if folder is None or not folder.is_dir():
        return
    from lensim.added_files import require_added
    from lensim.report.figures.catalogue import figures_of
    from lensim.report.shown import last_word

    try:
        names = [figure.name for figure in figures_of(result, asked.ci_prob, asked.threshold_um)]
    except KeyError as error:
        raise _lacking(last_word(error)) from None
    for name in names:
        require_added(folder / f"{name}.png", force=force)


def _lacking(name: str) -> InputError:
    return InputError(f"--figures needs {name}, got a result that lacks it: leave out --figures, or fit again")


@dataclass(frozen=True)
class Said:
    """What is told of a result: tables, sentences that go with them, the verdict, and the last sheet of a workbook."""

    tables: "tuple[ResultTable, ...]"
    notes: tuple[str, ...]
    verdict: "Verdict"
    about: "tuple[Entry, ...]" = ()


def said_of(result: "xr.DataTree", asked: "Asked") -> Said:
    """What is told of a result, computed once for the terminal and for CSV files."""
    from lensim.earlier_results import EARLIER
    from lensim.inference.verdict import verdict_of
    from lensim.report.shown import shown_of

    _, tables, remarks, lacks = shown_of(result, asked)
    notes = (*remarks, lacks.strip(), str(result.attrs.get(EARLIER, "")))
    return Said(tables, tuple(note for note in notes if note), verdict_of(result))


def with_about(said: Said, result: "xr.DataTree", asked: "Asked", xlsx: Path | None, of: str = "") -> Said:
    """The same with the rows of the last sheet of --xlsx, where it is asked for; `of` names one of several studies."""
    from lensim.report.about import about_fit

    if xlsx is None:
        return said
    return replace(said, about=tuple(about_fit(result, asked, said.verdict, said.notes, of)))


def print_result(result: "xr.DataTree", asked: "Asked") -> Said:
    """Print the tables, remarks and verdict of a result, and hand them on, so that they are computed once."""
    said = said_of(result, asked)
    print_said({"": said}, said.tables)
    return said


def print_said(said: Mapping[str, Said], tables: "tuple[ResultTable, ...]", by: str = "") -> None:
    """Print the joint tables of several studies, then the remarks and the verdict of each.

    `said` is by the value of the column `by`.
    """
    print_tables(tables)
    words = {value: f"{by} = {value}: " if by else "" for value in said}
    for value, one in said.items():
        for note in one.notes:
            say(f"{words[value]}note: {note}")
    for value, one in said.items():
        say(f"{words[value]}{one.verdict.sentence()}", style="green" if one.verdict.passed else "red")


def write_csv(tables: "tuple[ResultTable, ...]", csv: Path | None, *, force: bool) -> None:
    """Write the main table to a file, or every table to a folder, from which those of an earlier result go."""
    from lensim.added_files import added_to
    from lensim.csv_file import write_csv_file

    if csv is None or not tables:
        return
    if csv.suffix:
        write_csv_table(tables[0].frame, csv, force=force)
        say(f"table in {csv}")
        return
    say_misread(one.frame for one in tables)
    with added_to(csv, force=force, is_stale=lambda name: name.endswith(".csv")) as folder:
        for table in tables:
            write_csv_file(table.frame, folder / f"{table.name}.csv")
    say(f"{len(tables)} {'table' if len(tables) == 1 else 'tables'} in {csv}")


def write_csv_table(table: "pd.DataFrame", csv: Path, *, force: bool, inputs: Sequence[Path] = ()) -> None:
    """Write a table as CSV, and say which name a spreadsheet would take for something else."""
    from lensim.added_files import added_file
    from lensim.csv_file import write_csv_file

    say_misread([table])
    with added_file(csv, force=force, inputs=inputs) as partial:
        write_csv_file(table, partial)


def say_misread(tables: "Iterable[pd.DataFrame]") -> None:
    """Say which name of tables a spreadsheet would take for something else, if there is one."""
    from lensim.csv_file import misread_note

    if note := misread_note(tables):
        say(f"note: {note}", quietly=True)


def write_figures(
    result: "xr.DataTree",
    asked: "Asked",
    folder: Path | None,
    *,
    force: bool,
    data: "xr.Dataset | None" = None,
) -> None:
    """Write every figure of the result's assay, and of the data as read, as PNG; those of an earlier result go."""
    if folder is None:
        return
    from lensim.added_files import added_to
    from lensim.report.figures.catalogue import figures_of, figures_of_data
    from lensim.report.figures.style import save_figure
    from lensim.report.shown import last_word

    try:
        drawn = figures_of(result, asked.ci_prob, asked.threshold_um)
        drawn += figures_of_data(data) if data is not None else ()
        if drawn or folder.exists():
            with added_to(folder, force=force, is_stale=lambda name: name.endswith(".png")) as filling:
                for figure in drawn:
                    save_figure(figure.draw(), filling / f"{figure.name}.png")
    except KeyError as error:
        raise _lacking(last_word(error)) from None
    assay = result.attrs.get("assay", "without a name")
    say(f"figures in {folder}" if drawn else f"note: no package offers figures of the assay {assay}, so none was drawn")
