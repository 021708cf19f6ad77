"""Coverage of posteriors of published summaries: samples from the priors, reduced to what papers print.

    python -m experiments.coverage_published --out results/coverage_published

A row a kind of summary and a number of lines: how often intervals of 50% and 90% hold mu and tau, how much wider they
are than those from the values themselves, and how many samples failed. A failed sample is counted and shown; it is not
drawn anew. The whole table takes about an hour on a free core.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import typer
from pydantic import ConfigDict, Field
from rich.console import Console
from rich.progress import track
from scipy import special, stats

from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.checks import InputError, one_of
from lensim.inference.intervals import interval_of
from lensim.results_folder import Manifest, command_of, read_config, results_folder
from lensim.summaries.posterior import summary_posterior
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.summary import PublishedSummary
from lensim.tables.records import records

console = Console()
PRIORS: Final = SummaryPriors()
LEVELS: Final = (0.5, 0.9)
NODES: Final = 400


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    samples: int = Field(ge=2)
    draws: int = Field(ge=100)
    sizes: list[int]
    kinds: list[str]


def digits(value: float) -> str:
    """As papers print: three digits, or all before the point."""
    return f"{value:.0f}" if value >= 100 else f"{Decimal(value):.3g}"


def _range(z: np.ndarray) -> dict[str, Any]:
    y = 100 * 2.0**z
    content = {"median": np.median(y), "minimum": y.min(), "maximum": y.max()}
    printed = {name: digits(value) for name, value in content.items()}
    return {"scale": "percent_of_control", "increases": int((z > 0).sum())} | printed


def _quartiles(z: np.ndarray) -> dict[str, Any]:
    names = ("lower_quartile", "median", "upper_quartile")
    each = zip(names, np.quantile(100 * 2.0**z, (0.25, 0.5, 0.75)), strict=True)
    return {"scale": "percent_of_control"} | {name: digits(value) for name, value in each}


def _ratio_moments(z: np.ndarray) -> dict[str, Any]:
    y = 2.0**z
    return {"scale": "ratio", "mean": digits(y.mean()), "sd": digits(y.std(ddof=1))}


def _log_moments(z: np.ndarray) -> dict[str, Any]:
    return {"scale": "log2", "mean": f"{z.mean():.2f}", "sem": f"{z.std(ddof=1) / np.sqrt(len(z)):.3f}"}


def _range_and_p(z: np.ndarray) -> dict[str, Any]:
    p = {"value": f"{stats.ttest_1samp(z, 0).pvalue:.1g}", "test": "t_log2", "sides": "two"}
    return _range(z) | {"p": p}


KINDS: Final[dict[str, Callable[[np.ndarray], dict[str, Any]]]] = {
    "range, median, count": _range,
    "quartiles": _quartiles,
    "range, median, count, P of a paired t on logs": _range_and_p,
    "mean and sd of ratios": _ratio_moments,
    "mean and sem of log2 ratios": _log_moments,
}


def full_data_width(z: np.ndarray, level: float) -> np.ndarray:
    """Widths of the intervals of mu and tau from the values themselves, by the normal likelihood on a grid."""
    n = len(z)
    log_tau = np.log(PRIORS.median_tau) + np.linspace(-5, 5, NODES) * PRIORS.log_sd_tau
    tau2 = np.exp(2 * log_tau)
    # mu given tau is Normal, and the marginal likelihood of tau in closed form
    precision = n / tau2 + 1 / PRIORS.sd_mu**2
    centre, square = z.mean() * n / tau2 / precision, ((z - z.mean()) ** 2).sum()
    log_p = -(n - 1) * log_tau - square / (2 * tau2) - 0.5 * np.log(tau2 / n + PRIORS.sd_mu**2)
    log_p -= 0.5 * z.mean() ** 2 / (tau2 / n + PRIORS.sd_mu**2)
    log_p -= 0.5 * np.linspace(-5, 5, NODES) ** 2
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    # the share below a node's middle holds half of the node
    tau = np.exp(np.interp(tails, np.cumsum(p) - p / 2, log_tau))
    keep = p > 1e-9
    low = float((centre - 9 / np.sqrt(precision))[keep].min())
    high = float((centre + 9 / np.sqrt(precision))[keep].max())
    grid = np.linspace(low, high, 4 * NODES)
    share = special.ndtr((grid[:, None] - centre) * np.sqrt(precision)) @ p
    mu = np.interp(tails, share, grid)
    return np.array([mu[1] - mu[0], tau[1] - tau[0]])


def samples_of(kind: str, n: int, samples: int, draws: int, seed: int) -> pd.DataFrame:
    """Posteriors of samples of n lines, each reduced to a summary of this kind.

    Returns
    -------
    pandas.DataFrame
        A row a sample: below_mu and below_tau (share of draws below the truth), width_mu and width_tau (of the 90%
        interval over the full data's), error (why it failed; empty where it did not, and the others are then numbers).
    """
    rows = []
    for k in range(samples):
        rng = np.random.default_rng([seed, n, k])
        mu = PRIORS.sd_mu * rng.standard_normal()
        tau = PRIORS.median_tau * np.exp(PRIORS.log_sd_tau * rng.standard_normal())
        z = mu + tau * rng.standard_normal(n)
        row: dict[str, Any] = {"sample": k, "mu": mu, "tau": tau, "error": ""}
        try:
            summary = PublishedSummary.model_validate({"name": f"sample {k}", "n": n, **KINDS[kind](z)})
            posterior = summary_posterior([summary], k, draws)["posterior"]
        except ValueError as error:  # a failed sample is a row
            rows.append(row | {"error": str(error)})
            continue
        full = full_data_width(z, LEVELS[-1])
        for at, (name, variable, true) in enumerate((("mu", v.MU_FOLD_CHANGE, mu), ("tau", v.SIGMA_FOLD_CHANGE, tau))):
            drawn = posterior[variable].to_numpy().ravel()
            low, _, high = interval_of(drawn, LEVELS[-1])
            row[f"below_{name}"], row[f"width_{name}"] = float((drawn < true).mean()), float(high - low) / full[at]
        rows.append(row)
    names = ["sample", "mu", "tau", "below_mu", "below_tau", "width_mu", "width_tau", "error"]
    return pd.DataFrame(rows).reindex(columns=names)


def row_of(kind: str, n: int, found: pd.DataFrame) -> dict[str, Any]:
    """Of samples as from `samples_of`: percent of intervals that hold the truth, median widths, failures.

    A failed sample counts as one whose intervals do not hold the truth.
    """
    row: dict[str, Any] = {"summary": kind, "n": n, "samples": len(found), "failed": int((found["error"] != "").sum())}
    for name in ("mu", "tau"):
        for level in LEVELS:
            held = (found[f"below_{name}"] - 0.5).abs() < level / 2
            row[f"{name}_{100 * level:.0f}"] = 100 * float(held.mean())
        widths = found[f"width_{name}"].dropna()
        row[f"width_{name}"] = float(widths.median()) if len(widths) else float("nan")
    return row


def line_of(row: dict[str, Any]) -> str:
    """A row as a line of a table in Markdown."""
    each = [f"{row[f'{name}_50']:.1f}, {row[f'{name}_90']:.1f}" for name in ("mu", "tau")]
    return (
        f"| {row['summary']} | {row['n']} | {row['failed']} | {each[0]} | {each[1]} | {row['width_mu']:.2f}, "
        f"{row['width_tau']:.2f} |"
    )


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Fill the table, and write it, every sample and the table's text into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    for kind in config.kinds:
        one_of(f"{config_path}: kinds", kind, KINDS)
    if not config.kinds or min(config.sizes, default=0) < 2:
        raise InputError(f"{config_path}: kinds and sizes must not be empty, and sizes be at least 2, got another")
    manifest = Manifest(config.seed)
    cells = [(kind, n) for kind in config.kinds for n in config.sizes]
    with results_folder(out, config_path, force=force) as folder:
        rows, each = [], []
        for kind, n in track(cells, "summaries", console=console, transient=True):
            with manifest.timed(f"{kind}, {n}"):
                found = samples_of(kind, n, config.samples, config.draws, config.seed)
            rows.append(row_of(kind, n, found))
            each.append(found.assign(summary=kind, n=n))
            console.print(line_of(rows[-1]), soft_wrap=True, highlight=False)
        pd.DataFrame(rows).to_csv(folder / "coverage.csv", index=False)
        pd.concat(each, ignore_index=True).to_csv(folder / "samples.csv", index=False)
        head = "| summary | n | failed | mu: 50%, 90% | tau: 50%, 90% | width of mu, tau over the full data's |"
        lines = [head, "|---|---|---|---|---|---|", *(line_of(row) for row in rows)]
        failed = [row for row in records(pd.concat(each)) if row["error"]]
        lines += ["", *(f"{row['summary']}, n = {row['n']}: {row['error']}" for row in failed)]
        (folder / "findings.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print(f"tables in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "coverage_published"))
