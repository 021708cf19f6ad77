"""The commands `lensim fit ASSAY`: options of the assay's files, and those that all fits share."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from lensim.checks import fault_of, one_of, told_of
from lensim.cli.assay_command import assay_command, joined
from lensim.cli.first_table import first_table
from lensim.cli.kept import going_on, keep, tell
from lensim.cli.remedies import in_own_options
from lensim.cli.screen import (
    EveryCompound,
    KeepDraws,
    Where,
    is_store,
    require_screen_options,
    run_screen_command,
    settings_of,
)
from lensim.cli.shared import (
    Chains,
    CiProb,
    Csv,
    Draws,
    Exclude,
    FigureFolder,
    Force,
    Seed,
    TargetAccept,
    Tune,
    err,
    paths_in,
    say,
)
from lensim.cli.studies import Source, Study, joint_tables, studies_of, without_excluded
from lensim.cli.workbook import Xlsx, named, require_workbook, write_tables
from lensim.cli.workers import Scheduler, TrustNetwork, Workers

if TYPE_CHECKING:
    import xarray as xr

    from lensim.assay import Asked
    from lensim.cli.summarize import Said
    from lensim.face.fit import Fit
    from lensim.screen.settings import ScreenSettings

Engine = Literal["auto", "laplace", "exact", "kernel", "nuts"]
ScreenEngine = Literal[Engine, "approximate"]


def fit_options(
    path: Annotated[Path, typer.Option("--out", help="Result to write (.nc): draws, checks and your data.")],
    model: Annotated[str, typer.Option(help="Model (see lensim models); else chosen by the data.")] = "",
    priors: Annotated[Path | None, typer.Option(help="Priors that differ from the model's own (TOML).")] = None,
    engine: Annotated[
        ScreenEngine,
        typer.Option(
            help="How draws are made: auto takes the fastest that suits the data; nuts takes minutes; approximate, of "
            "screens alone, takes a second a compound."
        ),
    ] = "auto",
    exclude: Exclude = None,
    figures: FigureFolder = None,
    csv: Csv = None,
    xlsx: Xlsx = None,
    ci: CiProb = 0.9,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: TargetAccept = 0.95,
    workers: Workers = 1,
    scheduler: Scheduler = "",
    trust_network: TrustNetwork = False,
    keep: KeepDraws = 0,
    force: Force = False,
) -> None:
    """Options of every fit; the signature alone is used."""


def options_with_compounds(every_compound: EveryCompound = False) -> None:
    """Options of assays whose files may have compounds."""


def fit_command(name: str, source: Source, about: str) -> Callable[..., None]:
    """The command that fits a model to data of one assay.

    Parameters
    ----------
    name
        The assay.
    source
        Its files and options to data; its parameters become arguments and options of the command.
    about
        What the help says.
    """
    has_compounds = name == "dose_response"
    shared = joined(fit_options, options_with_compounds) if has_compounds else fit_options
    return assay_command(f"fit_{name}", source, shared, partial(_run, name, source), about)


def _run(
    name: str,
    source: Source,
    given: dict[str, Any],
    *,
    path: Path,
    model: str,
    priors: Path | None,
    engine: ScreenEngine,
    exclude: Path | None,
    figures: Path | None,
    csv: Path | None,
    xlsx: Path | None,
    ci: float,
    seed: int,
    draws: int,
    tune: int,
    chains: int,
    target_accept: float,
    workers: int,
    scheduler: str,
    trust_network: bool,
    keep: int,
    force: bool,
    every_compound: bool = False,
) -> None:
    from lensim.assay import Asked
    from lensim.cli.summarize import require_room
    from lensim.inference.settings import SamplerSettings
    from lensim.output import require_room_for

    by = given.get("by") or ""
    require_screen_options(
        path,
        by,
        every_compound=every_compound,
        workers=workers,
        scheduler=scheduler,
        keep=keep,
        engine=engine,
        figures=figures,
    )
    if is_store(path, by, every_compound=every_compound):
        where = Where(path, workers, scheduler, trust_network, figures, csv, xlsx, force)
        of_fits = {"seed": seed, "model": model, "engine": engine, "draws": draws, "tune": tune, "chains": chains}
        settings = settings_of({**of_fits, "target_accept": target_accept}, priors, ci, keep)
        _screen(source, given, where, settings, Asked(ci), exclude, every_compound=every_compound)
        return
    one_of("--out suffix", path.suffix.lower(), (".nc",))
    SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept)  # refuses what is out of range
    read_here = paths_in({**given, "priors": priors, "exclude": exclude})
    if not by:
        require_room_for(path, force=force, inputs=read_here)
    require_room(csv, figures, force=force, inputs=read_here)
    require_workbook(xlsx, force=force, inputs=read_here)
    studies = without_excluded(studies_of(source(**given), by), exclude, given.get("decimal"))
    for study in studies:
        require_room_for(study.path(path), force=force, inputs=read_here)
        require_room(None, study.folder(figures), force=force, inputs=read_here)
    drawn = partial(
        _fit,
        name,
        model=model,
        priors=priors,
        engine=cast("Engine", engine),
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        target_accept=target_accept,
    )
    outcomes = [_outcome(study, path, drawn, Asked(ci), figures, xlsx, force=force) for study in studies]
    _tell_all(outcomes, by, csv, xlsx, force=force)


def _screen(
    source: Source,
    given: dict[str, Any],
    where: Where,
    settings: "ScreenSettings",
    asked: "Asked",
    exclude: Path | None,
    *,
    every_compound: bool,
) -> None:
    """Many fits into one store."""
    from lensim.cli import sources
    from lensim.cli.summarize import require_room
    from lensim.tables.told import column_notes

    inputs = paths_in({**given, "exclude": exclude})
    require_room(where.csv, where.figures, force=where.force, inputs=inputs)
    require_workbook(where.xlsx, force=where.force, inputs=inputs)
    compound = given.get("compound", "") if every_compound else ""
    studies: Mapping[str, xr.Dataset] = (
        sources.every_compound(**{**given, "compound": ""})
        if every_compound
        else cast("dict[str, xr.Dataset]", source(**given))
    )
    for note in column_notes(sources.whole(studies)):
        say(f"note: {in_own_options(note)}", quietly=True)
    if exclude is not None:
        from lensim.exclude import Excluding
        from lensim.tables.exclusions import read_exclusions

        of = "" if every_compound else str(given["by"])
        exclusions = read_exclusions(exclude, given.get("decimal"), of)
        excluding = Excluding(studies, exclusions, sources.whole(studies) if every_compound else None, of)
        say(f"note: {excluding.sentence}", quietly=True)
        studies = excluding
    by = "compound" if every_compound else str(given["by"])
    run_screen_command(studies, by, settings, where, asked, compound, inputs)


@dataclass(frozen=True)
class _Outcome:
    """What came of one study: its file, what is told of it, and what went wrong."""

    study: Study
    path: Path | None = None
    said: "Said | None" = None
    faults: tuple[str, ...] = ()


def _outcome(
    study: Study,
    path: Path,
    drawn: "Callable[[Study], Fit]",
    asked: "Asked",
    figures: Path | None,
    xlsx: Path | None,
    *,
    force: bool,
) -> _Outcome:
    """Fit a study and save it before anything is said of it; one of several that fails does not end the others."""
    from lensim.cli.summarize import said_of, with_about, write_figures

    try:
        with told_of(study.words.removesuffix(": ")) if study.by else nullcontext():
            result = drawn(study).tree
            kept = keep(result, study.path(path), force=force)
    except Exception as error:
        if not study.by:
            raise
        tell(f"error: {in_own_options(fault_of(error))}")
        return _Outcome(study, faults=(fault_of(error),))
    faults = [kept.fault] if kept.fault else []
    if kept.fault:
        tell(f"error: {in_own_options(kept.fault)}")
    else:
        tell(f"{study.words}result in {kept.path}", quietly=False)
    said = None
    with going_on("its tables could not be made", kept.path, faults):
        said = with_about(said_of(result, asked), result, asked, xlsx, study.words.removesuffix(": "))
    with going_on("its figures could not be written", kept.path, faults):
        write_figures(result, asked, study.folder(figures), force=force, data=study.data)
    return _Outcome(study, kept.path, said, tuple(faults))


def _tell_all(outcomes: list[_Outcome], by: str, csv: Path | None, xlsx: Path | None, *, force: bool) -> None:
    """Tables, verdicts and faults of all studies together, and the exit status that goes with them."""
    from lensim.cli.summarize import print_said, write_csv

    said = {one.study.value: one.said for one in outcomes if one.said is not None}
    without = {one.study.value: "; ".join(one.faults) for one in outcomes if one.said is None}
    saved = next((one.path for one in outcomes if one.path is not None), None)
    faults = [fault for one in outcomes for fault in one.faults]
    if said and saved is not None:
        tables = joint_tables(by, {value: own.tables for value, own in said.items()}, without)
        with going_on("tables could not be printed", saved, faults):
            print_said(said, tables, by)
        with going_on("tables could not be written", saved, faults):
            write_csv(tables, csv, force=force)
        with going_on("the workbook could not be written", saved, faults):
            write_tables(xlsx, named(tables), [row for own in said.values() for row in own.about], force=force)
    if faults:
        raise typer.Exit(2)
    if not all(own.verdict.passed for own in said.values()):
        raise typer.Exit(3)


def _fit(
    name: str,
    study: Study,
    *,
    model: str,
    priors: Path | None,
    engine: Engine,
    seed: int,
    draws: int,
    tune: int,
    chains: int,
    target_accept: float,
) -> "Fit":
    """The fit of one study, after what a person should know of it."""
    from lensim.assay import find_assay
    from lensim.face.fit import fit
    from lensim.tables.excluded_record import told_of_excluded
    from lensim.tables.told import column_notes

    assay = find_assay(name)
    data = assay.prepared(study.data)
    chosen = model or assay.default_model(data)
    say(f"{study.words}{assay.counts(data)}; model {chosen}", quietly=True)
    reason = (assay.model_reason(data),) if not model and assay.model_reason(data) else ()
    for note in (*reason, *column_notes(study.data), *told_of_excluded(study.data), *assay.notes(data)):
        say(f"{study.words}note: {in_own_options(note)}", quietly=True)
    with first_table(assay, data, seed, study.words):
        return fit(
            data,
            model=chosen,
            priors=priors,
            engine=engine,
            seed=seed,
            draws=draws,
            tune=tune,
            chains=chains,
            target_accept=target_accept,
            progress=err.is_terminal,
            tell=lambda said: tell(f"{study.words}{said}"),
        )
