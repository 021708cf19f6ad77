"""`lensim fit ... --every-compound`, or `--by` with a folder: many fits into one store, with one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lensim import limits
from lensim.checks import InputError
from lensim.cli.progress import progress_bar
from lensim.cli.remedies import in_own_options
from lensim.cli.shared import say
from lensim.cli.workbook import named, require_workbook, write_tables
from lensim.cli.workers import interrupted_in_one_sentence, say_what_is_trusted
from lensim.inference.approximation import APPROXIMATE

if TYPE_CHECKING:
    import xarray as xr

    from lensim.assay import Asked
    from lensim.screen.result import StoredScreen
    from lensim.screen.settings import ScreenSettings

EveryCompound = Annotated[
    bool,
    typer.Option(
        "--every-compound",
        help="Fit every compound of the file by itself, into the folder of --out, with one table of all. A run that "
        "was broken off goes on there.",
    ),
]
KeepDraws = Annotated[
    int,
    typer.Option(
        "--keep", min=0, max=limits.SAMPLER_DRAWS, help="Draws that a screen keeps of each compound; all where 0."
    ),
]


@dataclass(frozen=True)
class Where:
    """Where a screen goes, and by whom it is worked on."""

    folder: Path
    workers: int
    scheduler: str
    trust_network: bool
    figures: Path | None
    csv: Path | None
    xlsx: Path | None
    force: bool


def is_store(path: Path, by: str, *, every_compound: bool) -> bool:
    """Whether results go into one store: every compound, or each value of --by into a folder."""
    return every_compound or (bool(by) and not path.suffix)


def require_screen_options(
    path: Path,
    by: str,
    *,
    every_compound: bool,
    workers: int,
    scheduler: str,
    keep: int,
    engine: str = "",
    figures: Path | None = None,
) -> None:
    """Refuse options of screens where there is none, and a file where a folder is needed.

    Raises
    ------
    InputError
        With what to write instead.
    """
    if every_compound and by:
        raise InputError("--by must be left out with --every-compound, whose studies are the compounds")
    if every_compound and path.suffix.lower() == ".nc":
        raise InputError(f"--out must be a folder with --every-compound, got the file {path}: leave out .nc")
    if is_store(path, by, every_compound=every_compound):
        if engine == APPROXIMATE and figures is not None:
            raise InputError(f"--figures must be left out with --engine {APPROXIMATE}, which keeps no draws")
        return
    for option, given in (
        (f"--engine {APPROXIMATE}", engine == APPROXIMATE),
        ("--workers", workers != 1),
        ("--scheduler", bool(scheduler)),
        ("--keep", bool(keep)),
    ):
        if given:
            raise InputError(
                f"{option} must go with several fits: add --every-compound, or --by with a folder as --out, a name "
                "without .nc"
            )


def run_screen_command(
    studies: "Mapping[str, xr.Dataset]",
    by: str,
    settings: "ScreenSettings",
    where: Where,
    asked: "Asked",
    compound: str,
    inputs: Sequence[Path],
) -> None:
    """Fit all, say what was found, write figures; the exit status is that of `--by`.

    Parameters
    ----------
    studies
        By the name of each.
    by
        What names them.
    settings
        Of each fit.
    where
        Folder and workers.
    asked
        How results are read for figures.
    compound
        Of which figures are drawn; of all where empty.
    inputs
        Files that are read.
    """
    from lensim.screen.result import open_result
    from lensim.screen.run import run_screen

    require_free_folder(where.folder, inputs)
    say_what_is_trusted(where.scheduler, trust_network=where.trust_network)
    say(f"{len(studies):,} {'value' if len(studies) == 1 else 'values'} of {by}, into {where.folder}", quietly=True)
    left = f"what was finished is in {where.folder}, and the same command goes on there"
    with interrupted_in_one_sentence(left), progress_bar("compounds" if by == "compound" else "studies") as progress:
        counts = run_screen(
            studies,
            where.folder,
            settings,
            by=by,
            workers=where.workers,
            scheduler=where.scheduler,
            trust_network=where.trust_network,
            force=where.force,
            progress=progress,
            tell=lambda said: say(in_own_options(said), quietly=True),
        )
    for sentence in counts.sentences(by):
        say(sentence)
    say(f"table of all in {where.folder / 'summary.csv'}, one row each in {where.folder / 'compounds.csv'}")
    stored = open_result(where.folder)
    say_misread(stored)
    write_screen_csv(stored, where.csv, force=where.force)
    write_screen_workbook(stored, where.xlsx, force=where.force)
    write_screen_figures(stored, [compound] if compound else None, asked, where.figures, force=where.force)
    if counts.not_done:
        raise typer.Exit(2)
    if counts.not_passed:
        raise typer.Exit(3)


def summarize_screen(
    folder: Path,
    names: Sequence[str],
    asked: "Asked",
    csv: Path | None,
    figures: Path | None,
    xlsx: Path | None,
    *,
    force: bool,
) -> None:
    """Read a screen: how many compounds converged, or the tables, remarks and verdicts of some of them.

    Parameters
    ----------
    folder
        Of the screen.
    names
        Compounds; all where empty, of which the numbers are told.
    asked
        Intervals, threshold and levels of the tables of `names`.
    csv, figures, xlsx
        Where tables, figures and the workbook are written, if at all.
    force
        Replace those that lensim wrote there.
    """
    from lensim.cli.studies import joint_tables
    from lensim.cli.summarize import print_said, require_room, said_of, with_about, write_csv
    from lensim.screen.result import open_result

    require_room(csv, figures, force=force, inputs=[folder])
    require_workbook(xlsx, force=force, inputs=[folder])
    stored = open_result(folder)
    by = stored.record.by
    if not names:
        for sentence in stored.counts.sentences(by):
            say(sentence)
        if csv is not None:
            say_misread(stored)
        write_screen_csv(stored, csv, force=force)
        write_screen_workbook(stored, xlsx, force=force)
    else:
        said = {}
        for name in dict.fromkeys(names):
            result = stored.result(name)
            said[name] = with_about(said_of(result, asked), result, asked, xlsx, f"{by} = {name}")
        tables = joint_tables(by, {name: one.tables for name, one in said.items()})
        print_said(said, tables, by)
        write_csv(tables, csv, force=force)
        write_tables(xlsx, named(tables), [row for one in said.values() for row in one.about], force=force)
    write_screen_figures(stored, names or None, asked, figures, force=force)


def require_free_folder(folder: Path, inputs: Sequence[Path]) -> None:
    """Refuse a folder that holds a file which is read.

    Raises
    ------
    InputError
        Naming the file.
    """
    from lensim.ownership import protected

    if reason := protected(folder, inputs):
        raise InputError(f"{folder} must be a new folder or one of a screen, got {reason}")


def say_misread(stored: "StoredScreen") -> None:
    """Say which name of the tables a spreadsheet would take for something else, if there is one."""
    from lensim.screen.table import misread_in_screen

    if note := misread_in_screen(stored.parts(), stored.record.by):
        say(f"note: {note}", quietly=True)


def write_screen_csv(stored: "StoredScreen", csv: Path | None, *, force: bool) -> None:
    """Write the long table to a file, or both tables to a folder."""
    import shutil

    from lensim.added_files import added_file, added_to
    from lensim.screen.table import COMPOUNDS, SUMMARY

    if csv is None:
        return
    if csv.suffix:
        with added_file(csv, force=force) as partial:
            shutil.copyfile(stored.folder / SUMMARY, partial)
        say(f"table in {csv}")
        return
    with added_to(csv, force=force, is_stale=lambda name: name.endswith(".csv")) as folder:
        for name in (SUMMARY, COMPOUNDS):
            shutil.copyfile(stored.folder / name, folder / name)
    say(f"2 tables in {csv}")


def write_screen_workbook(stored: "StoredScreen", xlsx: Path | None, *, force: bool) -> None:
    """Write the long table and the table of compounds as a workbook."""
    if xlsx is not None:
        write_tables(xlsx, stored.sheets(), stored.about(), force=force, inputs=[stored.folder])


def write_screen_figures(
    stored: "StoredScreen", names: Sequence[str] | None, asked: "Asked", folder: Path | None, *, force: bool
) -> None:
    """Write the figures of some compounds, or of all that have a fit, each into a folder of its own."""
    from lensim.cli.summarize import write_figures
    from lensim.screen.part import stem_of

    if folder is None:
        return
    chosen = [part.name for part in stored.parts() if part.fit] if names is None else names
    with progress_bar("figures") as progress:
        for number, name in enumerate(chosen, start=1):
            write_figures(stored.result(name), asked, folder / stem_of(name), force=force)
            progress(number, len(chosen))


def settings_of(given: Mapping[str, Any], priors: Path | None, ci: float, keep: int) -> "ScreenSettings":
    """The settings of each fit, from options; what is out of range is refused.

    Raises
    ------
    InputError
        As `ScreenSettings`.
    """
    from lensim.inference.settings import SamplerSettings
    from lensim.screen.settings import ScreenSettings, priors_in

    sampler = SamplerSettings(**{name: given[name] for name in ("draws", "tune", "chains", "target_accept")})
    return ScreenSettings(
        seed=given["seed"],
        model=given["model"],
        priors=priors_in(priors),
        engine=given["engine"],
        sampler=sampler,
        ci_prob=ci,
        keep=keep,
    )
