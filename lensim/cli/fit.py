"""The commands `lensim fit ASSAY`: options of the assay's files, and those that all fits share."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lensim.checks import between, one_of
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

if TYPE_CHECKING:
    import xarray as xr

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


def fit_command(name: str, source: Callable[..., "xr.Dataset"], about: str) -> Callable[..., None]:
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
    source: Callable[..., "xr.Dataset"],
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
    from lensim.assay import Asked, find_assay
    from lensim.cli.summarize import print_result, require_room, write_csv, write_figures
    from lensim.face.fit import fit
    from lensim.inference.engine_nutpie import SamplerSettings
    from lensim.output import require_free, save_result

    one_of("--out suffix", path.suffix.lower(), (".nc",))
    between("--ci", ci, *INTERVALS)
    SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept)  # refuses what is out of range
    read_here = paths_in({**given, "priors": priors})
    require_free(path, force=force, inputs=read_here)
    require_room(csv, figures, force=force, inputs=read_here)
    assay = find_assay(name)
    read = source(**given)
    data = assay.prepared(read)
    chosen = model or assay.default_model(data)
    say(f"{assay.counts(data)}; model {chosen}; compiling takes up to a minute or two", quietly=True)
    for note in assay.notes(data):
        say(f"note: {in_own_options(note)}", quietly=True)
    result = fit(
        data,
        model=chosen,
        priors=priors,
        seed=seed,
        draws=draws,
        tune=tune,
        chains=chains,
        target_accept=target_accept,
        progress=True,
        tell=lambda said: say(said, quietly=True),
    )
    save_result(result.tree, path, force=force)
    out.print(f"result in {path}", soft_wrap=True, markup=False)
    write_csv(print_result(result.tree, Asked(ci)), csv, force=force)
    write_figures(result.tree, Asked(ci), figures, force=force, data=read)
    if not result.verdict.passed:
        raise typer.Exit(3)
