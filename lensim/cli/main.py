"""The command line. Heavy libraries are imported by the command that needs them, so that --help comes at once."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim.checks import InputError, one_of
from lensim.cli import associate as cli_associate
from lensim.cli import bioassay as cli_bioassay
from lensim.cli import cell_cycle as cli_cell_cycle
from lensim.cli import expression as cli_expression
from lensim.cli import plan as cli_plan
from lensim.cli import power as cli_power
from lensim.cli import published as cli_published
from lensim.cli import report as cli_report
from lensim.cli import selection as cli_selection
from lensim.cli.shared import Chains, CiProb, Draws, Force, Seed, TargetAccept, Tune, err, out

if TYPE_CHECKING:
    import xarray as xr

app = typer.Typer(
    help="Simulate, model and plan dose-response panels and RT-qPCR studies, with honest uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
simulate_app = typer.Typer(help="Simulate an assay, machine faults included.", no_args_is_help=True)
fit_app = typer.Typer(help="Fit a model to your own file.", no_args_is_help=True)
app.add_typer(simulate_app, name="simulate")
read_app = typer.Typer(help="Turn a machine's export into a tidy table.", no_args_is_help=True)
app.add_typer(fit_app, name="fit")
app.add_typer(read_app, name="read")

simulate_app.command("qpcr", epilog="Example:  lensim simulate qpcr --out cts.csv --seed 7")(
    cli_expression.simulate_expression
)
simulate_app.command("selection", epilog="Example:  lensim simulate selection clones.toml --out results/selection")(
    cli_selection.simulate_selection
)
read_app.command(
    "qpcr",
    epilog="Example:  lensim read qpcr run1.txt run2.txt --sheet samples.csv --reference RPL37A --control untreated "
    "--out cts.csv",
)(cli_expression.read_expression)
fit_app.command("expression", epilog="Example:  lensim fit expression cts.csv --calibrator LP-1 --out fit.nc")(
    cli_expression.fit_expression
)
simulate_app.command("bioassay", epilog="Example:  lensim simulate bioassay --out plate.csv --seed 7")(
    cli_bioassay.simulate_bioassay
)
fit_app.command("bioassay", epilog="Example:  lensim fit bioassay plate.csv --control DMSO --out fit.nc")(
    cli_bioassay.fit_bioassay
)
simulate_app.command("cell-cycle", epilog="Example:  lensim simulate cell-cycle --out events.csv --seed 7")(
    cli_cell_cycle.simulate_cell_cycle
)
fit_app.command("cell-cycle", epilog="Example:  lensim fit cell-cycle events.csv --out fit.nc --figures figures/")(
    cli_cell_cycle.fit_cell_cycle
)
app.command("power", epilog="Example:  lensim power study.toml --out results/power --workers 2")(cli_power.power)
app.command("plan", epilog="Example:  lensim plan next.toml --from fit.nc --out results/plan --workers 2")(
    cli_plan.plan
)
app.command("associate", epilog="Example:  lensim associate fit.nc --labels p53.csv")(cli_associate.associate)
app.command("published", epilog="Example:  lensim published paper.toml --out results/paper")(cli_published.published)
app.command("report", epilog="Example:  lensim report fit.nc results/power --out report.html")(cli_report.report)
app.command("compare", epilog="Example:  lensim compare fit.nc --csv comparison.csv")(cli_expression.compare)

NO_COUNT = float("inf")


class MapOfPlate(StrEnum):
    """How doses are laid out on plates."""

    randomised = "randomised"
    by_column = "by_column"


@simulate_app.command(
    "proliferation",
    epilog="Example:  lensim simulate proliferation --out twin.csv --seed 7",
)
def simulate_dose_response(
    path: Annotated[Path, typer.Option("--out", help="Table to write: .csv or .tsv, one row a well.")],
    seed: Seed = 1,
    experiments: Annotated[int, typer.Option(help="Independent experiments.")] = 3,
    replicates: Annotated[int, typer.Option(help="Wells of a line at each dose.")] = 3,
    plate_map: Annotated[MapOfPlate, typer.Option(help="Where doses lie on a plate.")] = MapOfPlate.randomised,
    force: Force = False,
) -> None:
    """A twin of the 23-line panel of Maïga et al. (2013): wells in counts a minute, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with the parameters that the wells were drawn from.
    """
    from lensim import seeding
    from lensim.dose_response import PlateFaults, lay_out, one_study, simulate
    from lensim.dose_response.read import write_tidy
    from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
    from lensim.output import require_free, save_dataset, written_whole

    one_of("--out suffix", path.suffix.lower(), (".csv", ".tsv"))
    truth_path = path.with_suffix(".truth.nc")
    for target in (path, truth_path):
        require_free(target, force=force)
    design = dose_response_design(experiments, replicates, plate_map.value)
    sheet = lay_out(design, seeding.stream(seed, "sheet"))
    truth = draw_twin(sheet, seeding.stream(seed, "truth"))
    data = one_study(simulate(sheet, truth, PlateFaults(), seeding.stream(seed, "machine")), 0)
    with written_whole(path, force=force) as partial:
        write_tidy(data, partial)
    save_dataset(truth.isel(study=0), truth_path, force=force)
    out.print(f"{data.sizes['well']} wells of {data.sizes['cell_line']} lines in {path}; the truth in {truth_path}")
    out.print(f"next: lensim fit dose-response {path} --counting-minutes 1 --out {path.with_suffix('.nc')}")


@fit_app.command(
    "dose-response",
    epilog="Example:  lensim fit dose-response wells.csv --dose-unit uM --column signal=luminescence --out fit.nc",
)
def fit_dose_response(
    file: Annotated[Path, typer.Argument(help="Table with one row a well, or a reader's plate grid with --plate-map.")],
    path: Annotated[Path, typer.Option("--out", help="Result to write (.nc): draws, checks and your data.")],
    dose_unit: Annotated[str, typer.Option(help="M, mM, uM, nM, pM or as-is:NAME; may be left out for dose_um.")] = "",
    plate_map: Annotated[Path | None, typer.Option(help="Map of a plate grid: well, cell_line, dose, role.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="MEANING=NAME: signal=rlu, cell_line==K562 (constant).")
    ] = None,
    role: Annotated[list[str] | None, typer.Option(help="ROLE=PATTERN: untreated=NC-1, ignored=PC-*.")] = None,
    compound: Annotated[str, typer.Option(help="Which compound, where the file has several.")] = "",
    counting_minutes: Annotated[float, typer.Option(help="Counting time, where the signal is a count.")] = NO_COUNT,
    scale: Annotated[str, typer.Option(help="percent or fraction, for viability or inhibition.")] = "",
    drop_lost: Annotated[bool, typer.Option("--drop-lost", help="Leave out wells without signal.")] = False,
    model: Annotated[str, typer.Option(help="Model (see lensim models); else chosen by the data.")] = "",
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: TargetAccept = 0.95,
    force: Force = False,
) -> None:
    """IC50 of every line, as an interval or as a bound, from raw signals or percent viabilities.

    Exit status 0 where the sampler converged, 3 where it did not: the result is written all the same, with its verdict.
    """
    from lensim.inference.engine_nutpie import SamplerSettings
    from lensim.inference.fit import FitSettings, verdict_of
    from lensim.inference.retry import default_model
    from lensim.inference.retry import fit_dose_response as run_fit
    from lensim.output import require_free, save_result

    one_of("--out suffix", path.suffix.lower(), (".nc",))
    require_free(path, force=force)
    data = _read(file, plate_map, dose_unit, column or [], role or [], compound, counting_minutes, scale, drop_lost)
    settings = FitSettings(SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept))
    name = model or default_model(data)
    err.print(
        f"{data.sizes['well']} wells, {data.sizes['cell_line']} lines; model {name}; compiling takes up to a minute"
    )
    result = run_fit(data, name, settings, seed, progress=True, tell=err.print)
    save_result(result, path, force=force)
    _print_summary(result, None, 0.9)
    out.print(f"result in {path}", soft_wrap=True)
    if not verdict_of(result).passed:
        raise typer.Exit(3)


@app.command(epilog="Example:  lensim summarize fit.nc --threshold-um 10 --figures figures/")
def summarize(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="What lensim fit wrote.")],
    threshold_um: Annotated[float | None, typer.Option(help="Resistant: IC50 above this; else the top dose.")] = None,
    ci: CiProb = 0.9,
    csv: Annotated[Path | None, typer.Option(help="Write the table of lines here.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Write curves, forest and check (PNG) into this folder.")] = None,
    force: Force = False,
) -> None:
    """Read a result: verdict, and a line's IC50 as interval or bound, or fold changes, and what holds for all."""
    from lensim.bioassay.estimands import is_bioassay
    from lensim.dose_response.estimands import dose_response_estimands, summarise_lines
    from lensim.output import load_result, require_free, written_whole

    result = load_result(result_file)
    if is_bioassay(result):
        if threshold_um is not None:
            raise InputError(f"{result_file} must be of a dose-response fit for --threshold-um, got a bioassay")
        cli_bioassay.summarize(result, csv, figures, ci, force=force)
        return
    if cli_expression.is_expression(result):
        if threshold_um is not None or figures:
            raise InputError(
                f"{result_file} must be of a dose-response fit for --threshold-um and --figures, got RT-qPCR"
            )
        cli_expression.summarize(result, csv, ci, force=force)
        return
    if cli_cell_cycle.is_cell_cycle(result):
        if threshold_um is not None:
            raise InputError(f"{result_file} must be of a dose-response fit for --threshold-um, got a cell cycle")
        cli_cell_cycle.summarize(result, csv, figures, ci, force=force)
        return
    targets = [figures / f"{name}.png" for name in ("curves", "ic50_forest", "posterior_predictive")] if figures else []
    for target in [*targets, *([csv] if csv else [])]:
        require_free(target, force=force)
    _print_summary(result, threshold_um, ci)
    lines = summarise_lines(dose_response_estimands(result, threshold_um), ci)
    if csv:
        with written_whole(csv, force=force) as partial:
            lines.to_csv(partial)
        out.print(f"table in {csv}", soft_wrap=True)
    if figures:
        from lensim.report.figures import dose_response as report
        from lensim.report.figures.style import save_figure

        drawn = (
            report.plot_curves(result, lines, ci),
            report.plot_ic50_forest(result, lines, ci_prob=ci),
            report.plot_posterior_predictive(result),
        )
        for figure, target in zip(drawn, targets, strict=True):
            with written_whole(target, force=force) as partial:
                save_figure(figure, partial)
        out.print(f"figures in {figures}", soft_wrap=True)


@app.command()
def models() -> None:
    """The models that a fit can name, and what each answers."""
    from rich.table import Table

    from lensim.inference.catalogue import catalogue

    table = Table("model", "needs", "answers")
    for name, entry in sorted(catalogue().items()):
        table.add_row(name, entry.signal, entry.question)
    out.print(table)


def _pairs(option: str, values: list[str], allowed: tuple[str, ...]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for value in values:
        key, mark, rest = value.partition("=")
        if not mark or not rest:
            raise InputError(f"{option} must be NAME=VALUE, got {value!r}")
        one_of(f"{option} {value!r}: the name", key, allowed)
        pairs.setdefault(key, []).append(rest)
    return pairs


def _read(
    file: Path,
    plate_map: Path | None,
    dose_unit: str,
    column: list[str],
    role: list[str],
    compound: str,
    counting_minutes: float,
    scale: str,
    drop_lost: bool,
) -> "xr.Dataset":
    from dataclasses import fields

    from lensim.dose_response.read import COLUMNS, Roles, read_dose_response

    named = _pairs("--column", column, tuple(COLUMNS))
    for name, values in named.items():
        if len(values) > 1:
            raise InputError(f"--column {name} must be given once, got {', '.join(values)}")
    columns = {name: values[0] for name, values in named.items()}
    patterns = _pairs("--role", role, tuple(field.name for field in fields(Roles)))
    # a role that is not named keeps no meaning: a file has its own words or the standard ones, not both
    roles = Roles(**{field.name: tuple(patterns.get(field.name, ())) for field in fields(Roles)}) if patterns else None
    lost = "drop" if drop_lost else "refuse"
    if scale:
        one_of("--scale", scale, ("percent", "fraction"))
    return read_dose_response(
        file,
        columns=columns,
        roles=roles,
        dose_unit=dose_unit or None,
        compound=compound or None,
        plate_map=plate_map,
        counting_minutes=counting_minutes,
        scale=scale or None,  # type: ignore[arg-type]
        lost=lost,  # type: ignore[arg-type]
    )


def _print_summary(result: "xr.DataTree", threshold_um: float | None, ci: float) -> None:
    from rich.table import Table

    from lensim.dose_response.estimands import dose_response_estimands, summarise_lines, summarise_panel
    from lensim.inference.fit import verdict_of
    from lensim.inference.observations import observations_of

    unit = str(observations_of(result)["dose_um"].attrs.get("units", "uM"))
    estimands = dose_response_estimands(result, threshold_um)
    lines = summarise_lines(estimands, ci)
    table = Table(
        "line",
        "group",
        f"IC50 [{unit}] ({ci:.0%})",
        "P(> top dose)",
        "P(resistant)",
        "inhibition at top",
        "P(stimulated)",
    )
    for name, row in lines.iterrows():
        table.add_row(
            str(name),
            row["molecular_group"],
            row["ic50"],
            f"{row['p_ic50_above_top']:.2f}",
            f"{row['p_resistant']:.2f}",
            f"{row['inhibition_at_top_dose_percent']:.0f}%",
            f"{row['p_stimulated']:.2f}",
        )
    out.print(table)
    panel = summarise_panel(estimands, ci)
    for name, row in panel.iterrows():
        out.print(f"{str(name).replace('_', ' ')}: {row['median']:.3g} ({row['lower']:.3g} to {row['upper']:.3g})")
    verdict = verdict_of(result)
    out.print(f"[{'green' if verdict.passed else 'red'}]{verdict.sentence()}[/]", soft_wrap=True)


def main() -> None:
    """Run the command line; what a user got wrong is one message and exit status 2, never a traceback."""
    try:
        app()
    except InputError as error:
        err.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(2)
    except OSError as error:
        named = f"{error.filename or 'a file'} cannot be used: {error.strerror or error}"
        err.print(f"error: {named}", markup=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
