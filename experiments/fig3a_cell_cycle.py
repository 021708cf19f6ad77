"""Figure 3A of Maïga et al. (2013) as a simulated twin: events, gates, phases, and what one experiment can show.

python -m experiments.fig3a_cell_cycle --config experiments/fig3a_cell_cycle.toml --out results/fig3a_cell_cycle
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import typer
import xarray as xr
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import seeding
from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.cell_cycle import Cytometer, GatedStudy, draw_truth, gate_study, lay_out, simulate_events
from lensim.cell_cycle.classical import CELLS_AS_EXPERIMENTS, classical_effects
from lensim.cell_cycle.estimands import (
    CHANGE,
    cell_cycle_estimands,
    summarise_effects,
    summarise_line_differences,
    summarise_shares,
)
from lensim.cell_cycle.gated import confusion, share_rightly_gated
from lensim.cell_cycle.phases import PHASES, S_PHASE
from lensim.cell_cycle.read.events import write_cell_cycle
from lensim.cell_cycle.truth import KINDS_OF_EVENT
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from lensim.maiga2013 import number
from lensim.maiga2013.cell_cycle_twin import (
    PARENT,
    POPULATION,
    VARIANT,
    cell_cycle_design,
    one_experiment,
    representative_experiment,
    stated_study,
)
from lensim.output import save_dataset, save_result
from lensim.report.figures import cell_cycle as report
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, SamplerConfig, command_of, read_config, results_folder

console = Console()
FIGURES = ("events", "phases", "effects")
SMALLEST_P = 1e-99  # below it, a P value says no more
TWIN_ONE = "twin, one experiment"
CELLS = "twin, one experiment, cells as experiments"
AS_STATED = "the paper's S shares, one experiment"


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    experiments: int = Field(gt=1)
    events_per_tube: int = Field(ge=200)
    model: str
    ci_prob: float = Field(gt=0, lt=1)
    attempts: int = Field(gt=0)
    sampler: SamplerConfig


def simulate_twin(config: Config) -> tuple[xr.Dataset, xr.Dataset]:
    """Events of one twin, and the truth behind them."""
    design = replace(cell_cycle_design(config.experiments), events_per_tube=config.events_per_tube)
    sheet = lay_out(design)
    truth = draw_truth(POPULATION, sheet, seeding.stream(config.seed, "truth"))
    return simulate_events(sheet, truth, Cytometer(), seeding.stream(config.seed, "machine")), truth


def gating_sentence(events: xr.Dataset, gated: GatedStudy, table: pd.DataFrame) -> str:
    """How well the gates did, from what events truly are."""
    kind, tube = events[v.KIND_OF_EVENT].to_numpy(), events[v.TUBE_OF_EVENT].to_numpy()
    true = np.zeros((events.sizes[v.TUBE], len(KINDS_OF_EVENT)))
    np.add.at(true, (tube, kind), 1)
    s, count = PHASES.index(S_PHASE), gated.data[v.EVENTS].to_numpy()
    error = 100 * (count[:, s] / count.sum(axis=1) - true[:, s] / true[:, : len(PHASES)].sum(axis=1))
    return (
        f"Gates: {share_rightly_gated(table):.1%} of {len(kind)} events lie where they belong; the share of S is off "
        f"by {error.mean():+.2f} percentage points on average, by {np.abs(error).max():.2f} at most."
    )


def effect_sentence(estimands: xr.Dataset, what: str, ci_prob: float) -> list[str]:
    """Effect on S per line, their difference, and the next experiment, in words."""
    effects, differences = summarise_effects(estimands, ci_prob), summarise_line_differences(estimands, ci_prob)
    said = [
        f"{what}, {row['cell_line']}: S changes by {row['percent_points']:+.1f} points "
        f"({row['percent_points_lower']:+.1f} to {row['percent_points_upper']:+.1f}), P(decrease) "
        f"{row['p_decrease']:.3f}; in the next experiment {row['new_experiment_percent_points_lower']:+.1f} to "
        f"{row['new_experiment_percent_points_upper']:+.1f}."
        for row in effects[effects["phase"] == S_PHASE].to_dict("records")
    ]
    row = differences[differences["phase"] == S_PHASE].to_dict("records")[0]
    return [
        *said,
        f"{what}, {row['pair']}: {row['percent_points']:+.1f} points ({row['percent_points_lower']:+.1f} to "
        f"{row['percent_points_upper']:+.1f}), P(below 0) {row['p_below_0']:.3f}.",
    ]


def stated_sentences(estimands: xr.Dataset) -> list[str]:
    """What the paper's own figures say, read as one experiment."""
    change = estimands[CHANGE].sel({v.PHASE: S_PHASE}).isel({v.CONTRAST: 0})
    parent = change.sel({v.CELL_LINE: PARENT}).to_numpy()
    variant = change.sel({v.CELL_LINE: VARIANT}).to_numpy()
    before, after = number("lp1_s_phase_untreated_percent"), number("lp1_s_phase_treated_percent")
    return [
        f"The paper's figures ({before:.0f}% to {after:.0f}%, {VARIANT} unchanged) as one experiment: S of {PARENT} "
        f"falls with probability {(parent < 0).mean():.3f}, by 10 points or more with {(parent < -10).mean():.2f} "
        f"(posterior mean {parent.mean():+.1f}); that {VARIANT} changes by less than 10 points either way has "
        f"{(np.abs(variant) < 10).mean():.2f}, by less than 5 {(np.abs(variant) < 5).mean():.2f}.",
    ]


def width_sentence(tables: dict[str, pd.DataFrame], experiments: int) -> str:
    """What one experiment cannot say, in widths of intervals."""
    width = {}
    for name, table in tables.items():
        row = table[table["label"] == PARENT].iloc[0]
        width[name] = row["percent_points_upper"] - row["percent_points_lower"]
    return (
        f"The truth behind the twin: {number('lp1_s_phase_change_percent_points'):+.0f} points in {PARENT}, none in "
        f"{VARIANT}. The interval of {PARENT} is {width[TWIN_ONE]:.0f} points wide from one experiment, where "
        f"how cultures differ is the prior's alone, and {width[f'twin, {experiments} experiments']:.0f} from "
        f"{experiments}; cells taken for experiments would make it {width[CELLS]:.1f}."
    )


def fit_all(config: Config, studies: dict[str, xr.Dataset], manifest: Manifest) -> dict[str, xr.DataTree]:
    """A fit of each study."""
    settings = FitSettings(SamplerSettings(**config.sampler.model_dump()))
    results = {}
    for name, data in studies.items():
        console.print(f"fitting {name}")
        with manifest.timed(f"fit {name}"):
            results[name] = fit_study(
                data,
                settings,
                seeding.sampler_seed(config.seed, "fit", name),
                attempts=config.attempts,
                tell=console.print,
                model=config.model,
            )
        manifest.verdicts[name] = verdict_of(results[name]).sentence()
    return results


def classical_sentences(data: xr.Dataset, ci_prob: float) -> list[str]:
    """Sentences on classical analyses of all experiments of the twin."""
    table = classical_effects(data, ci_prob)
    return [
        f"{row['method']}, {row['cell_line']}: {row['percent_points']:+.1f} points ({row['percent_points_lower']:+.1f} "
        f"to {row['percent_points_upper']:+.1f}), P {_p_value(row['p_value'])}."
        for row in table[table["phase"] == S_PHASE].to_dict("records")
    ]


def _p_value(p: float) -> str:
    return f"= {p:.2g}" if p > SMALLEST_P else f"< {SMALLEST_P:g}"


def compared(results: dict[str, xr.DataTree], one: xr.Dataset, ci_prob: float) -> dict[str, pd.DataFrame]:
    """Effects on S as every way sees them, for the figure."""
    tables = {name: report.effects_for_figure(result, ci_prob) for name, result in results.items()}
    classical = classical_effects(one, ci_prob)
    wrong = classical[(classical["phase"] == S_PHASE) & (classical["method"] == CELLS_AS_EXPERIMENTS)]
    tables[CELLS] = wrong.assign(label=wrong["cell_line"])
    return tables


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate events, gate, fit one experiment and all, draw and write everything into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    with results_folder(out, config_path, force=force) as folder:
        with manifest.timed("simulate"):
            events, truth = simulate_twin(config)
        with manifest.timed("gate"):
            gated = gate_study(events)
        table = confusion(events[v.KIND_OF_EVENT].to_numpy(), gated.phase_of_event, KINDS_OF_EVENT)
        shown = representative_experiment(gated.data)
        one = one_experiment(gated.data, shown)
        names = {
            AS_STATED: stated_study(config.events_per_tube),
            TWIN_ONE: one,
            f"twin, {config.experiments} experiments": gated.data,
        }
        results = fit_all(config, names, manifest)
        with manifest.timed("report"):
            write_cell_cycle(gated.data, folder / "tubes.csv")
            save_dataset(truth.isel(study=0), folder / "truth.nc")
            table.to_csv(folder / "confusion.csv")
            whole = results[f"twin, {config.experiments} experiments"]
            save_result(whole, folder / "fit.nc")
            save_result(results[TWIN_ONE], folder / "fit_one_experiment.nc")
            save_result(results[AS_STATED], folder / "fit_as_stated.nc")
            estimands = {name: cell_cycle_estimands(result) for name, result in results.items()}
            of_whole = estimands[f"twin, {config.experiments} experiments"]
            summarise_shares(of_whole, config.ci_prob).to_csv(folder / "shares.csv", index=False)
            effects = [summarise_effects(own, config.ci_prob).assign(data=name) for name, own in estimands.items()]
            pd.concat(effects).to_csv(folder / "effects.csv", index=False)
            differences = [
                summarise_line_differences(own, config.ci_prob).assign(data=name) for name, own in estimands.items()
            ]
            pd.concat(differences).to_csv(folder / "line_differences.csv", index=False)
            classical_effects(gated.data, config.ci_prob).to_csv(folder / "classical.csv", index=False)
            tables = compared(results, one, config.ci_prob)
            change = number("lp1_s_phase_change_percent_points")
            true = {PARENT: change, VARIANT: 0.0, f"{PARENT} less {VARIANT}": change}
            drawn = (
                report.plot_events(*_events_of(events, gated, shown)),
                report.plot_phases(whole, config.ci_prob),
                report.plot_effects(tables, true),
            )
            for name, figure in zip(FIGURES, drawn, strict=True):
                save_figure(figure, folder / f"{name}.png")
        found = [gating_sentence(events, gated, table), *stated_sentences(estimands[AS_STATED])]
        for name, own in estimands.items():
            found += effect_sentence(own, name, config.ci_prob)
        found.append(width_sentence(tables, config.experiments))
        found += classical_sentences(gated.data, config.ci_prob)
        found += [f"{name}: {sentence}" for name, sentence in manifest.verdicts.items()]
        found += [f"look at the gates of {tube}: {why}" for tube, why in gated.doubts.items()]
        (folder / "findings.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False)
    figures = ", ".join(f"{out}/{name}.png" for name in FIGURES)
    console.print(f"figures: {figures}", soft_wrap=True, highlight=False)
    console.print(f"tables beside them; everything, for ArviZ: {out}/fit.nc", soft_wrap=True, highlight=False)


def _events_of(events: xr.Dataset, gated: GatedStudy, experiment: int) -> tuple[xr.Dataset, GatedStudy]:
    """The events of one experiment, and their gates."""
    culture = events[v.CULTURE_OF_TUBE].to_numpy()
    tubes = np.flatnonzero(events[v.EXPERIMENT_OF_CULTURE].to_numpy()[culture] == experiment)
    own = np.flatnonzero(np.isin(events[v.TUBE_OF_EVENT].to_numpy(), tubes))
    some = events.isel({v.TUBE: tubes, v.EVENT: own})
    some[v.TUBE_OF_EVENT] = (v.EVENT, np.searchsorted(tubes, some[v.TUBE_OF_EVENT].to_numpy()))
    return some, replace(gated, data=gated.data.isel({v.TUBE: tubes}), phase_of_event=gated.phase_of_event[own])


if __name__ == "__main__":
    typer.run(command_of(run, "fig3a_cell_cycle"))
