"""Audit of the statistics that Maïga et al. (2013) print, and the scale on which to analyse four patients.

python -m experiments.audit_published_statistics --out results/audit_published_statistics
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import typer
import xarray as xr
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import seeding
from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.maiga2013.expression_twin import PRIMARY
from lensim.maiga2013.facts import count_of, fact, number
from lensim.maiga2013.published import CHANGE_SUFFIX, as_percent_change, published_summaries
from lensim.output import save_result
from lensim.report.figures.style import save_figure
from lensim.report.figures.summaries import plot_attainable, plot_implied
from lensim.results_folder import Manifest, command_of, read_config, results_folder
from lensim.summaries.audit import analysis_in_words, audit_in_words
from lensim.summaries.levels import T_LEVEL
from lensim.summaries.p_values import p_values
from lensim.summaries.posterior import summary_posterior
from lensim.summaries.read import toml_of
from lensim.summaries.summary import PublishedSummary
from lensim.summaries.tables import audit_of, findings_of, table_of
from lensim.summaries.two_groups import rank_sum_p_values
from lensim.tables.records import records

console = Console()

PATIENTS = 4
LEVEL = 0.05
SCALE_TESTS = ("t_ratio", "t_log2", "wilcoxon")


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    draws: int = Field(ge=100)
    measurement_sd: float = Field(ge=0)


def two_group_sentence() -> tuple[pd.DataFrame, str]:
    """The possible P of primary cells against lines, by Mann-Whitney."""
    patients, lines = count_of("igf1_primary_increased").total, count_of("igf1_lines_increased").total
    printed = PublishedSummary.model_validate(
        {"name": "P", "n": 2, "scale": "ratio", "median": 1, "p": {"value": f"{number('igf1_primary_over_lines_p'):g}"}}
    ).p
    table = rank_sum_p_values(patients, lines)
    if printed is None:
        raise ValueError("a summary with a P has one, got none")
    low, high = printed.interval
    own = table[(table["p"] >= low) & (table["p"] <= high)]
    table["is_printed"] = table.index.isin(own.index)
    where = fact("igf1_primary_over_lines_p").where
    said = f"IGF1, {patients} primary samples against {lines} lines, {printed.text} ({where}):"
    if own.empty:
        return table, f"{said} no value of U of a Mann-Whitney test gives it."
    largest = patients * lines
    ways = dict.fromkeys(
        f"{'two-sided' if row['sides'] == 'two' else 'one-sided'}, {row['method']}, "
        f"{min(row['u'], largest - row['u'])} of {largest} pairs against the rest"
        for row in records(own)
    )
    u = int(min(own["u"].min(), largest - own["u"].max()))
    exact = table[(table["u"] == u) & (table["method"] == "exact") & (table["sides"] == "two")]["p"].iloc[0]
    return table, f"{said} given by {'; '.join(ways)}. The exact test would give {exact:.4f}."


def next_four(result: xr.DataTree, summaries: Sequence[PublishedSummary], seed: int) -> pd.DataFrame:
    """Of studies of four further patients, drawn from what the paper says, how many each test finds (P < 0.05).

    Columns target, test, sides, share, mcse.
    """
    rows = []
    posterior = result["posterior"].to_dataset().isel(chain=0, contrast=0)
    for summary in summaries:
        if summary.cell_type != PRIMARY:
            continue
        own = posterior.sel(target=summary.target, cell_type=PRIMARY)
        mu, tau = own[v.MU_FOLD_CHANGE].to_numpy(), own[v.SIGMA_FOLD_CHANGE].to_numpy()
        rng = seeding.stream(seed, "audit", "next four", summary.target)
        spread = np.hypot(tau, summary.measurement_sd)
        z = mu[:, None] + spread[:, None] * rng.standard_normal((len(mu), PATIENTS))
        for test in SCALE_TESTS:
            for sides in ("two", "greater"):
                share = float((p_values(z, test, sides) < LEVEL).mean())
                rows.append((summary.target, test, sides, share, float(np.sqrt(share * (1 - share) / len(z)))))
    return pd.DataFrame(rows, columns=["target", "test", "sides", "share", "mcse"])


def change_sentences(
    summaries: Sequence[PublishedSummary], changes: Sequence[PublishedSummary], audits: pd.DataFrame
) -> list[str]:
    """What the audits say where "increase of 292%" is read as a change, and not as percent of control."""
    possible = {one.name.removesuffix(CHANGE_SUFFIX) for one in changes}
    others = [one.name for one in summaries if one.name not in possible]
    said = ["Read as percent of change in place of percent of control:"]
    if others:
        said.append(f"impossible for {' and '.join(others)}, where decreases are counted and the range has none.")
    return [" ".join(said), *(audit_in_words(one, audits[audits["summary"] == one.name]) for one in changes)]


def one_analysis_sentence(audits: pd.DataFrame) -> str:
    """Which single analyses can give the P values of both genes in patients."""
    own = audits[audits["summary"].str.endswith(PRIMARY)]
    can = own.assign(can=own["verdict"] == "attainable").groupby("analysis", sort=False)
    both = [str(name) for name, rows in can if rows["can"].all()]
    said = " and ".join(both) or "no analysis considered"
    levels = own[(own["test"] == T_LEVEL) & (own["sides"] == "two")]
    folds = " and ".join(
        f"at least {row['least_fold']:.3g}-fold for {row['summary']}"
        for row in records(levels[levels["least_fold"] > 1])
    )
    return (
        f"Both P values in patients can be of one analysis: {said}. Two-sided, untreated levels then differ {folds}. "
        "On ratios or log2 ratios no single analysis gives both."
    )


def scale_sentences(audits: pd.DataFrame, future: pd.DataFrame) -> list[str]:
    """Ratios or logs with four patients: what each can give here, and what it would find next."""
    said = []
    for name in dict.fromkeys(audits["summary"]):
        own = audits[(audits["summary"] == name) & (audits["sides"] == "two")].set_index(["test", "scale"])
        if not name.endswith(PRIMARY):
            continue
        each = [
            f"{100 * own.loc[key, 'lowest_p']:.1f} to {100 * own.loc[key, 'highest_p']:.1f}%"
            for key in (("t_ratio", "ratio"), ("t_log2", "log2"))
        ]
        least = own.loc[("wilcoxon", "log2"), "lowest_p"]
        said.append(
            f"{name}: whatever the four values were, a two-sided paired t has P of {each[0]} on ratios and of "
            f"{each[1]} on log2 ratios; the exact Wilcoxon test has {100 * least:.1f}% at best."
        )
    for target in dict.fromkeys(future["target"]):
        own = future[(future["target"] == target) & (future["sides"] == "two")]
        each = [f"{_share(row)} by {_short(row['test'])}" for row in records(own)]
        said.append(f"Of studies of four further patients {', '.join(each)} would find {target} changed.")
    said.append(
        "Fold changes vary by factors, and one large ratio widens the spread of ratios as it raises their mean; with "
        "four patients the log scale is the one to read."
    )
    return said


def _share(row: dict[str, Any]) -> str:
    return f"{100 * row['share']:.0f} ± {100 * row['mcse']:.0f}%" if row["share"] else "none"


def _short(test: str) -> str:
    return analysis_in_words(test, "log2" if test.endswith("log2") else "ratio", "two").removeprefix("two-sided ")


def measured_sentences(plain: pd.DataFrame, apart: pd.DataFrame, measurement_sd: float) -> list[str]:
    """Effects and spreads, with measurement left in the spread and taken out."""
    found = []
    for one, other in zip(records(plain), records(apart), strict=True):
        found.append(
            f"{one['target']}, {one['cell_type']}: mean change {one['mean_percent']:.0f}% of control (90% interval "
            f"{one['mean_percent_low']:.0f} to {one['mean_percent_high']:.0f}), spread {one['tau']:.2f} log2 "
            f"({one['tau_low']:.2f} to {one['tau_high']:.2f}), of which {other['tau']:.2f} ({other['tau_low']:.2f} to "
            f"{other['tau_high']:.2f}) lie between them if measurement takes {measurement_sd:g}; a further one is "
            f"raised with probability {other['p_new_increase']:.2f}."
        )
    return found


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Audit, and write posterior, tables, figures and findings into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    summaries, apart = published_summaries(), published_summaries(config.measurement_sd)
    with results_folder(out, config_path, force=force) as folder:
        with manifest.timed("posterior"):
            plain = summary_posterior(summaries, config.seed, config.draws)
            result = summary_posterior(apart, config.seed, config.draws)
        with manifest.timed("audit"):
            audits = audit_of(summaries)
            changes = [other for one in summaries if (other := as_percent_change(one)) is not None]
            audits_of_change = audit_of(changes)
        groups, of_groups = two_group_sentence()
        future = next_four(result, apart, config.seed)
        save_result(result, folder / "posterior.nc")
        (folder / "published.toml").write_text(toml_of(apart), encoding="utf-8")
        for name, table in {
            "audit": audits, "audit_percent_change": audits_of_change,
            "posterior": table_of(result), "posterior_with_measurement": table_of(plain),
            "mann_whitney": groups, "next_four": future,
        }.items():  # fmt: skip
            table.to_csv(folder / f"{name}.csv", index=False)
        save_figure(plot_implied(result, apart), folder / "implied.png")
        save_figure(plot_attainable(audits), folder / "attainable.png")
        said = [
            *measured_sentences(table_of(plain), table_of(result), config.measurement_sd),
            *findings_of(apart, audits),
            one_analysis_sentence(audits),
            *change_sentences(summaries, changes, audits_of_change),
            of_groups,
            *scale_sentences(audits, future),
        ]
        (folder / "findings.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(said), highlight=False)
    console.print(f"posterior, tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "audit_published_statistics"))
