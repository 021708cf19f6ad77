"""The commands `lensim fit ASSAY`: options of the assay's files, and those that all fits share."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lensim.checks import between, one_of, told_of
from lensim.cli.assay_command import assay_command
from lensim.cli.remedies import in_own_options
from lensim.cli.shared import (
    Chains,
    CiProb,
    Csv,
    Draws,
    FigureFolder,
    Force,
    Seed,
    TargetAccept,
    Tune,
    out,
    paths_in,
    say,
)
from lensim.cli.studies import Source, Study, studies_of

if TYPE_CHECKING:
    from lensim.face.fit import Fit

INTERVALS = (0.01, 0.999)
"""Probabilities that an interval may have; refused at once, since summaries come after minutes of sampling."""


def fit_options(
    path: Annotated[Path, typer.Option("--out", help="Result to write (.nc): draws, checks and your data.")],
    model: Annotated[str, typer.Option(help="Model (see lensim models); else chosen by the data.")] = "",
    priors: Annotated[Path | None, typer.Option(help="Priors that differ from the model's own (TOML).")] = None,
    figures: FigureFolder = None,
    csv: Csv = None,
    ci: CiProb = 0.9,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: TargetAccept = 0.95,
    force: Force = False,
) -> None:
    """Options of every fit; the signature alone is used."""


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
    return assay_command(f"fit_{name}", source, fit_options, partial(_run, name, source), about)


def _run(
    name: str,
    source: Source,
    given: dict[str, Any],
    *,
    path: Path,
    model: str,
    priors: Path | None,
    figures: Path | None,
    csv: Path | None,
    ci: float,
    seed: int,
    draws: int,
    tune: int,
    chains: int,
    target_accept: float,
    force: bool,
) -> None:
    from lensim.assay import Asked
    from lensim.cli.summarize import print_results, require_room, write_csv, write_figures
    from lensim.inference.engine_nutpie import SamplerSettings
    from lensim.output import require_free, save_result

    one_of("--out suffix", path.suffix.lower(), (".nc",))
    between("--ci", ci, *INTERVALS)
    SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept)  # refuses what is out of range
    read_here = paths_in({**given, "priors": priors})
    if not given.get("by"):
        require_free(path, force=force, inputs=read_here)
    require_room(csv, figures, force=force, inputs=read_here)
    by = given.get("by") or ""
    studies = studies_of(source(**given), by)
    targets = [study.path(path) for study in studies]
    for study, target in zip(studies, targets, strict=True):
        require_free(target, force=force, inputs=read_here)
        require_room(None, study.folder(figures), force=force, inputs=read_here)
    drawn = partial(
        _fit,
        name,
        model=model,
        priors=priors,
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        target_accept=target_accept,
    )
    fits = {}
    for study, target in zip(studies, targets, strict=True):
        with told_of(study.words.removesuffix(": ")) if study.by else nullcontext():
            result = fits[study.value] = drawn(study)
        save_result(result.tree, target, force=force)
        out.print(f"{study.words}result in {target}", soft_wrap=True, markup=False)
    write_csv(print_results({value: one.tree for value, one in fits.items()}, Asked(ci), by), csv, force=force)
    for study in studies:
        write_figures(fits[study.value].tree, Asked(ci), study.folder(figures), force=force, data=study.data)
    if not all(one.verdict.passed for one in fits.values()):
        raise typer.Exit(3)


def _fit(
    name: str,
    study: Study,
    *,
    model: str,
    priors: Path | None,
    seed: int,
    draws: int,
    tune: int,
    chains: int,
    target_accept: float,
) -> "Fit":
    """The fit of one study, after what a person should know of it."""
    from lensim.assay import find_assay
    from lensim.face.fit import fit
    from lensim.tables.told import column_notes

    assay = find_assay(name)
    data = assay.prepared(study.data)
    chosen = model or assay.default_model(data)
    say(f"{study.words}{assay.counts(data)}; model {chosen}; compiling takes up to a minute or two", quietly=True)
    for note in (*column_notes(study.data), *assay.notes(data)):
        say(f"{study.words}note: {in_own_options(note)}", quietly=True)
    return fit(
        data,
        model=chosen,
        priors=priors,
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        target_accept=target_accept,
        progress=True,
        tell=lambda said: say(f"{study.words}{said}", quietly=True),
    )
