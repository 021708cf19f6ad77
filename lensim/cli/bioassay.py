"""The commands of the TNF bioassay: simulate, fit, and what summarize says of its fits."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lensim.checks import between, one_of
from lensim.cli.shared import Chains, CiProb, Draws, Force, Seed, TargetAccept, Tune, err, out

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FIGURES = ("calibration", "tnf")
INTERVALS = (0.01, 0.999)


def simulate_bioassay(
    path: Annotated[Path, typer.Option("--out", help="Table to write: .csv or .tsv, one row a well.")],
    seed: Seed = 1,
    experiments: Annotated[int, typer.Option(help="Independent experiments, a plate each.")] = 3,
    replicates: Annotated[int, typer.Option(help="Wells of a standard, and of a medium.")] = 3,
    force: Force = False,
) -> None:
    """A twin of the TNF bioassay of Maïga et al. (2013): optical density of every well, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with what the wells were drawn from.
    """
    from lensim import seeding
    from lensim.bioassay.assemble import write_bioassay
    from lensim.bioassay.design import lay_out
    from lensim.bioassay.simulate import one_study, simulate
    from lensim.bioassay.truth import USUAL_FAULTS
    from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
    from lensim.output import require_free, save_dataset, written_whole

    one_of("--out suffix", path.suffix.lower(), (".csv", ".tsv"))
    truth_path = path.with_suffix(".truth.nc")
    for target in (path, truth_path):
        require_free(target, force=force)
    sheet = lay_out(bioassay_design(experiments, replicates))
    truth = draw_bioassay_twin(sheet, seeding.stream(seed, "truth"))
    data = one_study(simulate(sheet, truth, USUAL_FAULTS, seeding.stream(seed, "machine")), 0)
    with written_whole(path, force=force) as partial:
        write_bioassay(data, partial)
    save_dataset(truth.isel(study=0), truth_path, force=force)
    out.print(f"{data.sizes['well']} wells on {data.sizes['plate']} plates in {path}; the truth in {truth_path}")
    out.print(f"next: lensim fit bioassay {path} --out {path.with_suffix('.nc')}")


def fit_bioassay(
    files: Annotated[
        list[Path], typer.Argument(help="Table with one row a well, or readers' plate grids with --plate-map.")
    ],
    path: Annotated[Path, typer.Option("--out", help="Result to write (.nc): draws, checks and your data.")],
    plate_map: Annotated[
        Path | None, typer.Option(help="Map of plate grids: well, role, concentration, cell_line, condition, ...")
    ] = None,
    control: Annotated[str, typer.Option(help="Condition that others are compared with.")] = "",
    unit: Annotated[str, typer.Option(help="Of standards: pg/ml or ng/ml; else as the column says.")] = "",
    grid_number: Annotated[int | None, typer.Option(help="Which grid of each file, where there are several.")] = None,
    decimal: Annotated[
        Literal[".", ","] | None, typer.Option(help="Decimal mark, where numbers leave a doubt.")
    ] = None,
    figures: Annotated[Path | None, typer.Option(help="Write calibration and TNF (PNG) into this folder.")] = None,
    ci: CiProb = 0.9,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: TargetAccept = 0.95,
    force: Force = False,
) -> None:
    """TNF of every sample, as an interval or as a bound, and what a treatment does to it, from standards and samples.

    Exit status 0 where the sampler converged, 3 where it did not: the result is written all the same, with its verdict.
    """
    from lensim.inference.engine_nutpie import SamplerSettings
    from lensim.inference.fit import FitSettings, verdict_of
    from lensim.inference.retry import fit_bioassay as run_fit
    from lensim.output import require_free, save_result

    one_of("--out suffix", path.suffix.lower(), (".nc",))
    between("--ci", ci, *INTERVALS)
    for target in (path, *_targets(figures)):
        require_free(target, force=force)
    data = _read(files, plate_map, control, unit, grid_number, decimal)
    err.print(_counts(data), soft_wrap=True)
    if data.attrs.get("is_undiluted_assumed"):
        err.print("note: no column dilution_factor, so every sample is taken as undiluted")
    settings = FitSettings(SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept))
    result = run_fit(data, "bioassay_calibration", settings, seed, progress=True, tell=err.print)
    save_result(result, path, force=force)
    summarize(result, None, figures, ci, force=force)
    out.print(f"result in {path}", soft_wrap=True)
    if not verdict_of(result).passed:
        raise typer.Exit(3)


def summarize(result: "xr.DataTree", csv: Path | None, figures: Path | None, ci_prob: float, *, force: bool) -> None:
    """Print media, changes and verdict of a bioassay's fit; write the table of media and figures where asked."""
    from lensim.bioassay.estimands import bioassay_estimands, summarise_changes, summarise_media
    from lensim.inference.fit import verdict_of
    from lensim.output import require_free, written_whole

    between("--ci", ci_prob, *INTERVALS)
    for target in [*_targets(figures), *([csv] if csv else [])]:
        require_free(target, force=force)
    estimands = bioassay_estimands(result)
    media, changes = summarise_media(estimands, ci_prob), summarise_changes(estimands, ci_prob)
    interval = f"({ci_prob:.0%})"
    shown = media[["cell_line", "condition", "experiment", "tnf", "p_below", "p_above"]]
    _print(shown.rename(columns={"tnf": f"TNF [pg/ml] {interval}", "p_below": "P(below)", "p_above": "P(above)"}))
    if len(changes):
        told = changes[["cell_line", "contrast", "change", "p_increase", "control_tnf", "treated_tnf"]]
        _print(told.rename(columns={"change": f"change {interval}", "p_increase": "P(increase)"}))
    verdict = verdict_of(result)
    out.print(f"[{'green' if verdict.passed else 'red'}]{verdict.sentence()}[/]", soft_wrap=True)
    if csv:
        with written_whole(csv, force=force) as partial:
            media.to_csv(partial, index=False)
        out.print(f"table in {csv}", soft_wrap=True)
    if figures:
        from lensim.report.figures import bioassay as report
        from lensim.report.figures.style import save_figure

        drawn = (report.plot_calibration(result, ci_prob), report.plot_tnf(result, ci_prob))
        for figure, target in zip(drawn, _targets(figures), strict=True):
            with written_whole(target, force=force) as partial:
                save_figure(figure, partial)
        out.print(f"figures in {figures}", soft_wrap=True)


def _targets(figures: Path | None) -> list[Path]:
    return [figures / f"{name}.png" for name in FIGURES] if figures else []


def _read(
    files: list[Path],
    plate_map: Path | None,
    control: str,
    unit: str,
    grid_number: int | None,
    decimal: Literal[".", ","] | None,
) -> "xr.Dataset":
    from lensim.bioassay.read import read_bioassay

    return read_bioassay(
        files,
        plate_map=plate_map,
        control=control or None,
        unit=unit or None,
        grid_number=grid_number,
        decimal=decimal,
    )


def _counts(data: "xr.Dataset") -> str:
    roles = [str(role) for role in data["role"].to_numpy()]
    lost = f", {data.attrs['wells_lost']} without a reading" if data.attrs.get("wells_lost") else ""
    return (
        f"{roles.count('standard')} wells of standards, {roles.count('sample')} of {data.sizes['medium']} samples, "
        f"{roles.count('blank')} blanks on {data.sizes['plate']} plates{lost}; compiling takes up to a minute"
    )


def _print(table: "pd.DataFrame") -> None:
    from rich.markup import escape
    from rich.table import Table

    shown = Table(*[escape(str(column).replace("_", " ")) for column in table.columns])
    for row in table.itertuples(index=False):
        shown.add_row(*[f"{value:.2f}" if isinstance(value, float) else escape(str(value)) for value in row])
    out.print(shown)
