"""The next study in patients after Maïga et al. (2013), planned from the posterior of the twin's RT-qPCR.

python -m experiments.plan_follow_up --out results/plan_follow_up
python -m experiments.plan_follow_up --config experiments/plan_follow_up_published.toml --out results/plan_published

The second starts from what the paper prints, as experiments.audit_published_statistics writes it down.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import typer
from pydantic import ConfigDict, Field
from rich.console import Console
from scipy import stats

from lensim import seeding
from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.checks import InputError
from lensim.config import checked
from lensim.expression.exact.draws import exact_posterior
from lensim.expression.priors import FoldChangePriors
from lensim.maiga2013.expression_twin import PRIMARY
from lensim.plan.answer import answer, require_trusted
from lensim.plan.evaluate import Evaluator
from lensim.plan.question import Question, question_of
from lensim.plan.result import PlanResult
from lensim.plan.tables import tables_of
from lensim.plan.words import paragraph
from lensim.power.design_prior import design_prior_at, posterior_of
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import PairBatch, simulate_chunk
from lensim.power.pool import pool_of
from lensim.report.plan_folder import draw_plan
from lensim.results_folder import Manifest, command_of, read_config, results_folder

console = Console()

MORE_CDNA = 3.0
"""log2 of the cDNA in a reaction over the study's: eight-fold, so that hardly any reaction starts from few copies
(assumed; the detection table says what the study's own amount would do)."""
PRICES: dict[str, Any] = {
    "subject": 300.0, "culture": 25.0, "reverse_transcription": 8.0, "well": 1.5, "plate": 30.0, "hour": 40.0,
    "hours_per_culture": 0.3, "hours_per_plate": 3.0,
}  # fmt: skip
"""Assumed, of the order of a European laboratory's; a planner puts in their own."""
SD_OF_WORLDS = 1.5
"""Of mean log2 fold changes over worlds (assumed: within a factor of 8); the first study is analysed with it too."""
FIRST_PATIENTS, NEXT_PATIENTS, EXPERIMENTS = 4, 8, 2


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    posterior: Path
    target: float = Field(gt=0, lt=1)
    budget: int = Field(ge=100)
    studies: int = Field(ge=100)
    worlds: int = Field(ge=0)
    workers: int = Field(gt=0)


def question(config: Config) -> Question:
    """How many new patients, at what cost, and where that breaks."""
    posterior = config.posterior.resolve()
    return question_of(
        {
            "name": "follow-up in patients",
            "target": config.target,
            "scenario": {
                "seed": config.seed,
                "design": {"subjects": {PRIMARY: 4}, "targets": ["IGF1"], "references": ["RPL37A"]},
                "truth": {
                    "posterior": posterior,
                    "shift": {"mu_log2_level": MORE_CDNA, "log2_reference_level": MORE_CDNA},
                },
                "analysis": {"engine": "exact"},
                "rules": [
                    {"rule": "posterior", "above": 0.0, "probability": 0.975, "name": "P(mean > 0) > 0.975"},
                    {"rule": "test", "test": "t_log2", "name": "paired t on log ratios"},
                ],
                "studies": {"chunk": 250},
            },
            "size": {"field": f"design.subjects.{PRIMARY}", "low": 3, "high": 60, "budget": config.budget},
            "costs": PRICES,
            "frontier": {
                "grid": {
                    f"design.subjects.{PRIMARY}": [4, 6, 8, 10, 12],
                    "design.experiments": [1, 2, 3],
                    "design.technical_replicates": [1, 2],
                },
                "studies": config.studies,
            },
            "robustness": [
                {"name": "patients differ half as much again", "scale": {v.SIGMA_FOLD_CHANGE: 1.5}},
                {"name": "the mean change is a quarter smaller", "scale": {v.MU_FOLD_CHANGE: 0.75}},
                {"name": "samples vary twice as much", "scale": {v.SD_BIOLOGICAL: 2.0}},
                {"name": "reactions are twice as noisy", "scale": {v.SD_TECHNICAL: 2.0}},
            ],
            "interim": {"after": [4], "studies": 100},
            "detection": {"cdna": [0.125, 0.5, 1.0]},
        },
        "plan_follow_up",
    )


def nuisance_table(asked: Question, subjects: list[int], studies: int) -> pd.DataFrame:
    """Assurance with every figure drawn, and with all but the mean change at their posterior mean.

    Columns subjects, drawn, drawn_mcse, mean, mean_mcse.
    """
    evaluator = Evaluator(asked.scenario, asked.rule_number, asked.item_number)
    rows = []
    for n in subjects:
        row: dict[str, float] = {"subjects": n}
        for how in ("drawn", "mean"):
            share = evaluator.share({"truth.nuisance": how, f"design.subjects.{PRIMARY}": n}, studies)
            row |= {how: share.value, f"{how}_mcse": share.mcse}
        rows.append(row)
    return pd.DataFrame(rows)


def supported(seed: int, worlds: int, draws: int = 400) -> pd.DataFrame:
    """Which assurance the truth supports: many worlds drawn from the prior, each with a first and a next study.

    In every world 4 patients are studied; from their exact posterior the success of a next study of 8 is predicted with
    the spreads drawn and with the spreads at their mean; the truth is the power of that study in that world.

    Columns drawn, mean, truth: a row a world.
    """
    priors = FoldChangePriors(sd_mu_log2_fold_change=SD_OF_WORLDS)
    scenario = checked(
        ExpressionScenario,
        {
            "name": "worlds",
            "seed": seed,
            "design": {"assay": "ratios", "subjects": {"patient": FIRST_PATIENTS}, "experiments": EXPERIMENTS},
            "truth": {
                "expression": [
                    {
                        "mu_log2_fold_change": {"normal": (0.0, priors.sd_mu_log2_fold_change)},
                        "sigma_log2_fold_change": {
                            "lognormal": (
                                priors.median_sigma_log2_fold_change,
                                priors.log_sd_sigma_log2_fold_change,
                            )
                        },
                    }
                ],
                "sd_log2_pair": {"lognormal": (priors.median_sd_log2_pair, priors.log_sd_sd_log2_pair)},
            },
            "rules": [{"rule": "test", "test": "t_log2"}],
        },
        "worlds",
    )
    batch, parameters = _worlds(scenario, worlds)
    rng = seeding.stream(seed, "worlds", "next studies")

    def success(mu: np.ndarray, sigma: np.ndarray, sd_pair: np.ndarray) -> float:
        spread = np.sqrt(sigma**2 + sd_pair**2 / EXPERIMENTS)
        ratios = mu[:, None] + spread[:, None] * rng.standard_normal((len(mu), NEXT_PATIENTS))
        return float((stats.ttest_1samp(ratios, 0.0, axis=1).pvalue < 0.05).mean())

    rows = []
    for world in range(worlds):
        posterior = exact_posterior(batch.pairs, world, rng, draws, priors)["posterior"]
        mu, sigma, sd_pair = (
            posterior[name].to_numpy().reshape(draws) for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, v.SD_PAIR)
        )
        fixed = np.ones(draws)
        true = [np.full(draws, parameters[name][world]) for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, v.SD_PAIR)]
        rows.append(
            {
                "drawn": success(mu, sigma, sd_pair),
                "mean": success(mu, sigma.mean() * fixed, sd_pair.mean() * fixed),
                "truth": success(*true),
            }
        )
    return pd.DataFrame(rows)


def _worlds(scenario: ExpressionScenario, worlds: int) -> tuple[PairBatch, dict[str, np.ndarray]]:
    """First studies of all worlds, and the figures behind them (world)."""
    batch = simulate_chunk(scenario, ("worlds",), worlds)
    if batch.parameters is None:
        raise InputError("worlds need the figures that they were drawn with, got none")
    names = (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, v.SD_PAIR)
    return batch, {name: batch.parameters[name].to_numpy().reshape(worlds) for name in names}


def nuisance_sentence(table: pd.DataFrame) -> str:
    """How far apart the two assurances are."""
    each = ", ".join(
        f"{100 * drawn:.0f} against {100 * mean:.0f}% with {n:.0f}"
        for n, drawn, mean in zip(table["subjects"], table["drawn"], table["mean"], strict=True)
    )
    return (
        f"Assurance with all figures from one draw against that with spreads at their posterior mean: {each} patients."
    )


def worlds_sentence(worlds: pd.DataFrame) -> str:
    """Which of the two the truth supports."""
    truth = worlds["truth"].to_numpy()
    said = []
    for how, words in (("drawn", "drawn"), ("mean", "at their mean")):
        predicted = worlds[how].to_numpy()
        error = predicted - truth
        line = stats.linregress(predicted, truth)
        said.append(
            f"{words} {100 * predicted.mean():.1f}% (error {100 * error.mean():+.1f} ± "
            f"{100 * error.std(ddof=1) / np.sqrt(len(error)):.1f} points, root mean square "
            f"{100 * np.sqrt((error**2).mean()):.1f}; a predicted point more is {line.slope:.3f} ± "
            f"{line.stderr:.3f} points of truth)"
        )
    gain = (worlds["mean"] - truth) ** 2 - (worlds["drawn"] - truth) ** 2
    return (
        f"In {len(worlds)} worlds drawn from the prior, after {FIRST_PATIENTS} patients a next study of "
        f"{NEXT_PATIENTS} succeeds in {100 * truth.mean():.1f}%; predicted with spreads {said[0]}, and with spreads "
        f"{said[1]}. Squared error is {1e4 * gain.mean():+.1f} ± {1e4 * gain.std() / np.sqrt(len(gain)):.1f} square "
        "points larger with spreads at their mean."
    )


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Plan, and write tables, figures and findings into one folder.

    Raises
    ------
    InputError
        If the config is faulty, the posterior is not there or did not converge, or the folder is there and `force` is
        false.
    """
    config = read_config(config_path, Config)
    if not config.posterior.exists():
        raise InputError(
            "posterior must be a result of experiments.fig2_expression or of experiments.audit_published_statistics, "
            f"got nothing at {config.posterior}: run that first"
        )
    result = posterior_of(design_prior_at(config.posterior))
    require_trusted(result, config.posterior.name, trust=False)
    manifest = Manifest(config.seed)
    asked = question(config)
    with results_folder(out, config_path, force=force, inputs=[config.posterior]) as folder:
        with manifest.timed("plan"), pool_of(config.workers, "") as pool:
            found = answer(asked, result, pool=pool, tell=lambda said: console.print(said, highlight=False))
        planned = PlanResult(found, paragraph(found), tables_of(found))
        for name, table in planned.tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        draw_plan(planned, folder)
        with manifest.timed("nuisance"):
            n = found.size.n if found.size is not None and found.size.n is not None else NEXT_PATIENTS
            nuisance = nuisance_table(asked, sorted({4, n, 2 * n}), 8 * config.studies)
            worlds = supported(config.seed, config.worlds) if config.worlds else None
        nuisance.to_csv(folder / "nuisance.csv", index=False)
        said = [planned.text, nuisance_sentence(nuisance)]
        if worlds is not None:
            worlds.to_csv(folder / "worlds.csv", index=False)
            said.append(worlds_sentence(worlds))
        manifest.seconds |= {f"to {name}": round(took, 1) for name, took in found.seconds.items()}
        (folder / "findings.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(said), highlight=False)
    console.print(f"tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "plan_follow_up"))
