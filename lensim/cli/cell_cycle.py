"""The commands of the cell cycle: simulate, fit, and what summarize prints."""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lensim.checks import between, one_of
from lensim.cli.shared import Chains, CiProb, Draws, Force, Seed, TargetAccept, Tune, err, out

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

INTERVALS = (0.01, 0.999)
FIGURES = ("phases", "effects", "events")


def simulate_cell_cycle(
    path: Annotated[Path, typer.Option("--out", help="Table to write: .csv or .tsv.")],
    seed: Seed = 1,
    experiments: Annotated[int, typer.Option(help="Independent experiments.")] = 3,
    tubes: Annotated[int, typer.Option(help="Tubes of each culture.")] = 1,
    events: Annotated[int, typer.Option(help="Events that are recorded of each tube.")] = 10_000,
    counts: Annotated[bool, typer.Option("--counts", help="Write a row a tube with counts, not every event.")] = False,
    force: Force = False,
) -> None:
    """A twin of the cell cycle of Maïga et al. (2013): BrdU and DNA of every event, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with the shares that events were drawn from.
    """
    from dataclasses import replace

    from lensim import seeding
    from lensim.cell_cycle import Cytometer, draw_truth, lay_out, one_study, simulate, simulate_events
    from lensim.cell_cycle.read.events import write_cell_cycle, write_cell_cycle_events
    from lensim.maiga2013.cell_cycle_twin import POPULATION, cell_cycle_design
    from lensim.output import require_free, save_dataset, written_whole

    one_of("--out suffix", path.suffix.lower(), (".csv", ".tsv"))
    truth_path = path.with_suffix(".truth.nc")
    for target in (path, truth_path):
        require_free(target, force=force)
    sheet = lay_out(replace(cell_cycle_design(experiments, tubes), events_per_tube=events))
    truth = draw_truth(POPULATION, sheet, seeding.stream(seed, "truth"))
    machine = seeding.stream(seed, "machine")
    with written_whole(path, force=force) as partial:
        if counts:
            write_cell_cycle(one_study(simulate(sheet, truth, Cytometer(), machine), 0), partial)
        else:
            write_cell_cycle_events(simulate_events(sheet, truth, Cytometer(), machine), partial)
    save_dataset(truth.isel(study=0), truth_path, force=force)
    out.print(
        f"{sheet.sizes['tube']} tubes of {events} events, {sheet.sizes['cell_line']} lines, {experiments} experiments "
        f"in {path}; the truth in {truth_path}",
        soft_wrap=True,
    )
    out.print(f"next: lensim fit cell-cycle {path} --out {path.with_suffix('.nc')}", soft_wrap=True)


def fit_cell_cycle(
    file: Annotated[
        Path,
        typer.Argument(
            help="Table: a row a tube (G0/G1, S, G2/M), a tube and phase, an event (brdu, dna), or an FCS file."
        ),
    ],
    path: Annotated[Path, typer.Option("--out", help="Result to write (.nc): draws, checks and your data.")],
    control: Annotated[str, typer.Option(help="Condition that others are compared with, where it is not told.")] = "",
    scale: Annotated[
        Literal["events", "percent"] | None, typer.Option(help="What columns of phases hold, where it is not told.")
    ] = None,
    events_per_tube: Annotated[int | None, typer.Option(help="Events that percents are of.")] = None,
    brdu_scale: Annotated[
        Literal["linear", "log10", "channel"],
        typer.Option(help="Of BrdU in a table of events; channel is 1,024 channels over four decades."),
    ] = "linear",
    brdu_channel: Annotated[str, typer.Option(help="Channel of BrdU in FCS files, where its name is not known.")] = "",
    dna_channel: Annotated[str, typer.Option(help="Channel of DNA in FCS files.")] = "",
    width_channel: Annotated[str, typer.Option(help="Channel of the width of the DNA pulse in FCS files.")] = "",
    decimal: Annotated[
        Literal[".", ","] | None, typer.Option(help="Decimal mark, where numbers leave a doubt.")
    ] = None,
    model: Annotated[str, typer.Option(help="Model (see lensim models).")] = "cell_cycle_phases",
    figures: Annotated[Path | None, typer.Option(help="Write figures (PNG) into this folder.")] = None,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: TargetAccept = 0.95,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """Share of each phase, what a drug does to it in each line, and how lines differ in that.

    A table of single events, or of FCS files that hold them, is gated first. Exit status 0 where the sampler converged,
    3 where it did not: the result is written all the same, with its verdict.
    """
    from lensim.cell_cycle import gate_study
    from lensim.cell_cycle.read import read_cell_cycle
    from lensim.inference.engine_nutpie import SamplerSettings
    from lensim.inference.fit import FitSettings, verdict_of
    from lensim.inference.retry import fit_cell_cycle as run_fit
    from lensim.output import require_free, save_result, written_whole

    one_of("--out suffix", path.suffix.lower(), (".nc",))
    between("--ci", ci, *INTERVALS)
    settings = FitSettings(SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept))
    for target in (path, *([figures / f"{name}.png" for name in FIGURES] if figures else [])):
        require_free(target, force=force)
    channels = {"brdu": brdu_channel, "dna": dna_channel, "width": width_channel}
    read = read_cell_cycle(
        file,
        control=control or None,
        decimal=decimal,
        scale=scale,
        events_per_tube=events_per_tube,
        brdu_scale=brdu_scale,
        channels={name: said for name, said in channels.items() if said},
    )
    single = read if "tube_of_event" in read else None
    gated = gate_study(read) if single is not None else None
    data = read if gated is None else gated.data
    for tube, why in gated.doubts.items() if gated is not None else ():
        err.print(f"note: look at the gates of {tube}: {why}", soft_wrap=True)
    err.print(
        f"{int(data['events'].sum())} events in phases, {int(data['events_outside'].sum())} outside; "
        f"{data.sizes['tube']} tubes, {data.sizes['culture']} cultures, {data.sizes['experiment']} experiments; model "
        f"{model}; compiling takes up to a minute",
        soft_wrap=True,
    )
    result = run_fit(data, model, settings, seed, progress=True, tell=err.print)
    save_result(result, path, force=force)
    print_summary(result, ci)
    out.print(f"result in {path}", soft_wrap=True)
    if figures:
        from lensim.report.figures import cell_cycle as report
        from lensim.report.figures.style import save_figure

        drawn = {
            "phases": report.plot_phases(result, ci),
            "effects": report.plot_effects({f"{ci:.0%} interval": report.effects_for_figure(result, ci)}),
        }
        if single is not None and gated is not None:
            drawn["events"] = report.plot_events(single, gated)
        for name, figure in drawn.items():
            with written_whole(figures / f"{name}.png", force=force) as partial:
                save_figure(figure, partial)
        out.print(f"figures in {figures}", soft_wrap=True)
    if not verdict_of(result).passed:
        raise typer.Exit(3)


def is_cell_cycle(result: "xr.DataTree") -> bool:
    """Whether a result is of a cell-cycle model."""
    return "phase_log_ratio" in result["posterior"]


def summarize(result: "xr.DataTree", csv: Path | None, figures: Path | None, ci: float, *, force: bool) -> None:
    """Print the tables of a cell-cycle fit, write that of effects and the figures where asked."""
    from lensim.cell_cycle.estimands import cell_cycle_estimands, summarise_effects
    from lensim.output import require_free, written_whole

    between("--ci", ci, *INTERVALS)
    targets = [figures / f"{name}.png" for name in ("phases", "effects")] if figures else []
    for target in [*targets, *([csv] if csv else [])]:
        require_free(target, force=force)
    print_summary(result, ci)
    if csv:
        with written_whole(csv, force=force) as partial:
            summarise_effects(cell_cycle_estimands(result), ci).to_csv(partial, index=False)
        out.print(f"table in {csv}", soft_wrap=True)
    if figures:
        from lensim.report.figures import cell_cycle as report
        from lensim.report.figures.style import save_figure

        tables = {f"{ci:.0%} interval": report.effects_for_figure(result, ci)}
        drawn = (report.plot_phases(result, ci), report.plot_effects(tables))
        for figure, target in zip(drawn, targets, strict=True):
            with written_whole(target, force=force) as partial:
                save_figure(figure, partial)
        out.print(f"figures in {figures}", soft_wrap=True)


def print_summary(result: "xr.DataTree", ci: float) -> None:
    """Tables of shares, effects and differences of lines, and the verdict."""
    from rich.table import Table

    from lensim.cell_cycle.estimands import (
        PRIOR_ALONE,
        cell_cycle_estimands,
        summarise_effects,
        summarise_line_differences,
        summarise_shares,
    )
    from lensim.inference.fit import verdict_of

    shares = Table("line", "condition", "phase", "experiments", f"share [%] ({ci:.0%})", "in a new experiment [%]")
    estimands = cell_cycle_estimands(result)
    for row in summarise_shares(estimands, ci).to_dict("records"):
        shares.add_row(
            row["cell_line"],
            row["condition"],
            row["phase"],
            str(row["experiments"]),
            _interval(row, "percent"),
            _interval(row, "new_experiment_percent"),
        )
    out.print(shares)
    effects_table = summarise_effects(estimands, ci)
    effects = Table("line", "contrast", "phase", "change, points", "log odds", "P(decrease)", "in a new experiment")
    for row in effects_table.to_dict("records"):
        effects.add_row(
            row["cell_line"],
            row["contrast"],
            row["phase"],
            _interval(row, "percent_points"),
            _interval(row, "log_odds", 2),
            f"{row['p_decrease']:.3f}",
            _interval(row, "new_experiment_percent_points"),
        )
    out.print(effects)
    differences: pd.DataFrame = summarise_line_differences(estimands, ci)
    if len(differences):
        shown = Table("effect in", "contrast", "phase", "difference, points", "log odds", "P(below 0)")
        for row in differences.to_dict("records"):
            shown.add_row(
                row["pair"],
                row["contrast"],
                row["phase"],
                _interval(row, "percent_points"),
                _interval(row, "log_odds", 2),
                f"{row['p_below_0']:.3f}",
            )
        out.print(shown)
    if (effects_table["note"] == PRIOR_ALONE).any():
        out.print(f"note: {PRIOR_ALONE} (docs/cell_cycle.md)", soft_wrap=True)
    verdict = verdict_of(result)
    out.print(f"[{'green' if verdict.passed else 'red'}]{verdict.sentence()}[/]", soft_wrap=True)


def _interval(row: Mapping[Hashable, Any], name: str, digits: int = 1) -> str:
    middle, low, high = row[name], row[f"{name}_lower"], row[f"{name}_upper"]
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
