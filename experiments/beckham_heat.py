"""Heat-stress RT-qPCR of Beckham et al. (2010), fitted and compared with the posterior of another package.

python -m experiments.beckham_heat --data ../shared/data --out results/beckham_heat

The reactions (15 cDNAs in triplicate, ten genes) and the posterior of MCMC.qpcr 1.2.4 lie in the folder of the data.
Written are comparison.csv, one row a gene and contrast; shifts.csv, one row a prior and contrast, with what may explain
a shift that all genes share; and two figures of the same. The reference gene is left out of the comparison: ours holds
it stable, theirs lets it respond. Source of the reactions: doi:10.1002/lsm.20983; of MCMC.qpcr:
doi:10.1371/journal.pone.0071448.
"""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.expression.priors import ExpressionPriors
from lensim.expression.read import read_cts
from lensim.fit_study import fit_study
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import compile_model
from lensim.inference.fit import draw
from lensim.inference.gate import diagnose
from lensim.inference.intervals import equal_tails
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import carry_verdict, verdict_of
from lensim.output import save_result
from lensim.report.figures.style import PALETTE, new_figure, save_figure
from lensim.results_folder import Manifest, SamplerConfig, read_config, results_folder

console = Console()
MODEL = "expression_separate"
MODEL_SD_LOG2_FOLD_CHANGE = 2.0
"""Of the first fit's prior: narrow enough to show what a prior of fold changes does; lensim's own is 5."""
REACTIONS, REFERENCE = "qpcr_beckham2010_heat.csv", "qpcr_beckham_reference_mcmcqpcr_informed.csv"
STABLE_GENE, CONTROL = "gapdh", "control 0h"
TERM = r"gene(?P<gene>.+):treatment\.time(?P<treatment>.+)\.(?P<time>[^.]+)"
NAMED_FROM_LOG2 = 0.2  # a part of a difference below this is not named as a reason: a fold of 1.15
OURS_COLOUR, WIDE_COLOUR = PALETTE[1], PALETTE[0]
KEY = ["gene", "contrast"]


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    ci_prob: float = Field(gt=0, lt=1)
    attempts: int = Field(gt=0)
    wide_sd_log2_fold_change: float = Field(gt=MODEL_SD_LOG2_FOLD_CHANGE)
    sampler: SamplerConfig


# --- reading ---


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    if not path.is_file():
        raise checks.InputError(f"{path} must be a table of the data, got no such file")
    table = pd.read_csv(path)
    missing = [name for name in columns if name not in table]
    if missing:
        raise checks.InputError(f"{path} must have the columns {', '.join(missing)}, got {', '.join(table.columns)}")
    return table


def tidy_reactions(path: Path) -> pd.DataFrame:
    """The file's reactions as `read_cts` understands them, one row each.

    An empty Ct is one that was not recorded, gapdh at 15 cycles among them, and no lack of amplification: its row is
    left out. Samples of a condition are numbered as its experiments; the file pairs none of them.
    """
    columns = ("sample", "treatment", "time", "gene", "cq", "efficiency")
    table = _table(path, columns).dropna(subset=["cq"])
    condition = table["treatment"] + " " + table["time"]
    number = table.groupby(condition)["sample"].transform(lambda own: pd.factorize(own)[0])
    return pd.DataFrame(
        {
            "subject": "cells",
            "sample": table["sample"],
            "condition": condition,
            "experiment": number + 1,
            "gene": table["gene"],
            "ct_cycles": table["cq"],
            "amplification_factor": table["efficiency"],
        }
    )


def read_reference(path: Path) -> pd.DataFrame:
    """Posterior mean and 95% HPD interval of each gene and contrast [log2], the reference gene's among them."""
    table = _table(path, ("term", "post_mean_log2", "l95", "u95"))
    parts = table["term"].str.extract(f"^{TERM}$")
    found = table.assign(gene=parts["gene"], contrast=parts["treatment"] + " " + parts["time"]).dropna(subset=KEY)
    if STABLE_GENE not in set(found["gene"]):
        raise checks.InputError(f"{path} must have terms of {STABLE_GENE}, got {', '.join(found['gene'].unique())}")
    names = {"post_mean_log2": "reference_log2", "l95": "reference_lower", "u95": "reference_upper"}
    return found.set_index(KEY)[list(names)].rename(columns=names)


# --- comparing ---


def _summary(draws: xr.DataArray, name: str, ci_prob: float) -> pd.DataFrame:
    """Median and equal-tailed interval, one row a gene and contrast, or a contrast."""
    lower, median, upper = equal_tails(ci_prob)
    tails = {f"{name}_log2": median, f"{name}_lower": lower, f"{name}_upper": upper}
    return pd.DataFrame(
        {
            column: draws.quantile(at, ("chain", "draw")).drop_vars("quantile").to_series()
            for column, at in tails.items()
        }
    )


def fold_changes(posterior: xr.Dataset, name: str, ci_prob: float) -> pd.DataFrame:
    """Log2 fold change of the only subject, one row a gene and contrast."""
    table = _summary(posterior[v.LOG2_FOLD_CHANGE].isel({v.SUBJECT: 0}, drop=True), name, ci_prob)
    return table.reorder_levels([v.TARGET, v.CONTRAST]).rename_axis(KEY)


def input_changes(posterior: xr.Dataset, data: xr.Dataset, ci_prob: float) -> pd.DataFrame:
    """How much more cDNA the model finds in the samples of a condition than in the controls [log2], by contrast."""
    condition = data[v.CONDITION].to_numpy()[data[v.CONDITION_OF_SAMPLE].to_numpy()]
    mean = {
        name: posterior[v.LOG2_INPUT].isel({v.SAMPLE: np.flatnonzero(condition == name)}).mean(v.SAMPLE)
        for name in data[v.CONDITION].to_numpy()
    }
    contrasts = [str(name) for name in posterior[v.CONTRAST].to_numpy()]
    draws = xr.concat([mean[name] - mean[CONTROL] for name in contrasts], pd.Index(contrasts, name=v.CONTRAST))
    return _summary(draws, "input_change", ci_prob).rename_axis("contrast")


def ct_changes(data: xr.Dataset) -> pd.Series:
    """Change of the mean Ct in log2 quantity by the stated factors, no reference taken off, by gene and contrast."""
    gene, sample = data[v.GENE_OF_REACTION].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    reactions = pd.DataFrame(
        {
            "gene": data[v.GENE].to_numpy()[gene],
            "contrast": data[v.CONDITION].to_numpy()[data[v.CONDITION_OF_SAMPLE].to_numpy()[sample]],
            "sample": sample,
            "log2_quantity": -data[v.CT].to_numpy() * np.log2(data[v.STATED_FACTOR].to_numpy()[gene]),
        }
    )
    of_sample = reactions.groupby([*KEY, "sample"])["log2_quantity"].mean()
    wide = of_sample.groupby(KEY).mean().unstack("contrast")
    change = wide.sub(wide[CONTROL], axis=0).drop(columns=CONTROL)
    return pd.Series(change.stack(), name="ct_change_log2")


def _reason(parts: pd.Series) -> str:
    """The parts of a difference that are large enough to name, the largest first."""
    named = parts[parts.abs() >= NAMED_FROM_LOG2].sort_values(key=lambda own: -own.abs())
    return "; ".join(f"{name} {size:+.2f}" for name, size in named.items())


def compare_genes(ours: pd.DataFrame, wide: pd.DataFrame, reference: pd.DataFrame, ct: pd.Series) -> pd.DataFrame:
    """One row a gene and contrast, all in log2: ours, the reference, their difference and its parts.

    difference_log2 is ours less the reference; difference_less_shift_log2 has the mean over the genes of its contrast
    taken off; difference_stable_gene_given_log2 is ours less what the reference says of the gene against the stable
    one. The parts add up to the difference: the stable gene's change in the reference, which ours gives to the input;
    what the prior of fold changes does, ours less the fit with a wide one; and the rest.

    Raises
    ------
    InputError
        If the reference lacks a gene or contrast of ours.
    """
    lacking = ours.index.difference(reference.index)
    if len(lacking):
        raise checks.InputError(f"the reference must have every gene and contrast, got none of {lacking.tolist()}")
    table = ours.join(reference).join(wide).join(ct).sort_index(level="contrast", sort_remaining=False, kind="stable")
    contrast = table.index.get_level_values("contrast")
    stable = reference.xs(STABLE_GENE)["reference_log2"].reindex(contrast).to_numpy()
    difference = table["ours_log2"] - table["reference_log2"]
    table["difference_log2"] = difference
    table["difference_less_shift_log2"] = difference - difference.groupby("contrast").transform("mean")
    table["difference_stable_gene_given_log2"] = difference + stable
    table["wide_difference_stable_gene_given_log2"] = table["wide_log2"] - table["reference_log2"] + stable
    table["intervals_overlap"] = (table["ours_lower"] <= table["reference_upper"]) & (
        table["ours_upper"] >= table["reference_lower"]
    )
    by_prior = table["ours_log2"] - table["wide_log2"]
    parts = pd.DataFrame({f"{STABLE_GENE} held stable": -stable, "prior of fold changes": by_prior})
    table["reason"] = parts.assign(rest=difference - parts.sum(axis=1)).apply(_reason, axis=1)
    return table


def shifts_of(folds: pd.Series, inputs: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """By contrast, in log2: the shift that the genes share, the input that the model finds, and the stable gene.

    Where `shift_log2` is what holding the gene stable does, input_change_log2 agrees with stable_gene_log2 and
    shift_stable_gene_given_log2 is near 0.
    """
    difference = folds - reference["reference_log2"].reindex(folds.index)
    by_contrast = difference.groupby("contrast")
    stable = pd.DataFrame(reference.xs(STABLE_GENE))
    stable.columns = stable.columns.str.replace("reference", "stable_gene")
    table = pd.DataFrame({"shift_log2": by_contrast.mean(), "sd_between_genes_log2": by_contrast.std()})
    table = table.join(inputs).join(stable)
    table["shift_stable_gene_given_log2"] = table["shift_log2"] + table["stable_gene_log2"]
    return table


def compare(
    fits: dict[float, xr.Dataset], data: xr.Dataset, reference: pd.DataFrame, ci_prob: float = 0.95
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`compare_genes`, and `shifts_of` each prior, from posteriors by prior sd [log2]: ours, then the wide one."""
    ours, wide = map(fold_changes, fits.values(), ("ours", "wide"), (ci_prob, ci_prob))
    shifts = [
        shifts_of(folds.iloc[:, 0], input_changes(posterior, data, ci_prob), reference)
        for folds, posterior in zip((ours, wide), fits.values(), strict=True)
    ]
    table = pd.concat(shifts, keys=list(fits), names=["prior_sd_log2_fold_change", "contrast"])
    return compare_genes(ours, wide, reference, ct_changes(data)), table


def sentences(genes: pd.DataFrame, shifts: pd.DataFrame) -> list[str]:
    """The findings, in sentences and one table."""
    ours, theirs = genes["ours_log2"], genes["reference_log2"]
    whole, own = (np.sqrt((genes[f"difference{name}_log2"] ** 2).mean()) for name in ("", "_less_shift"))
    from_ct = (theirs - genes["ct_change_log2"]).abs().max()
    return [
        f"{genes['intervals_overlap'].sum()} of {len(genes)} intervals overlap; correlation "
        f"{np.corrcoef(ours, theirs)[0, 1]:.3f}; root mean square difference {whole:.2f} log2, and {own:.2f} with the "
        "mean of each contrast taken off.",
        f"The reference is within {from_ct:.2f} log2 of the change of the mean Ct, no reference gene taken off.",
        shifts.round(2).to_string(),
    ]


# --- drawing ---


def _label(contrast: object) -> str:
    treatment, time = str(contrast).replace("pre.heat", "pre-heat").split(" ")
    return f"{treatment}, {time.removesuffix('h')} h"


def _scatter(axis: Axes, own: pd.DataFrame, name: str, taken_off: float, colour: str) -> None:
    """Ours against the reference less `taken_off`, with both intervals, the identity and the mean shift."""
    x, y = own["reference_log2"] - taken_off, own[f"{name}_log2"]
    x_error = np.abs(own[["reference_lower", "reference_upper"]].to_numpy().T - own["reference_log2"].to_numpy())
    y_error = np.abs(own[[f"{name}_lower", f"{name}_upper"]].to_numpy().T - y.to_numpy())
    shift = float((y - x).mean())
    axis.axline((0, 0), slope=1, color="0.2", lw=0.9, zorder=1)
    axis.axline((0, shift), slope=1, color=colour, lw=1.0, ls=(0, (5, 3)), zorder=1)
    axis.errorbar(x, y, y_error, x_error, fmt="none", ecolor=colour, elinewidth=0.8, alpha=0.45, zorder=2)
    axis.plot(x, y, "o", color=colour, ms=4.5, mec="white", mew=0.6, zorder=3)
    axis.spines[["top", "right"]].set_visible(False)
    axis.text(0.04, 0.96, f"mean shift {shift:+.2f}", transform=axis.transAxes, va="top", fontsize=8)


def plot_ours_and_reference(genes: pd.DataFrame, shifts: pd.DataFrame) -> Figure:
    """One column a contrast: above ours as it is, below the wide prior against the reference less its stable gene.

    Of the reference less its stable gene no interval was published: each keeps the width of the gene's own.
    """
    contrasts = list(genes.index.unique("contrast"))
    figure, axes = new_figure(2, len(contrasts), figsize=(2.35 * len(contrasts) + 0.9, 6.2))
    for column, contrast in enumerate(contrasts):
        own = pd.DataFrame(genes.xs(contrast, level="contrast"))
        stable = float(shifts.xs(contrast, level="contrast")["stable_gene_log2"].iloc[0])
        _scatter(axes[0, column], own, "ours", 0.0, OURS_COLOUR)
        _scatter(axes[1, column], own, "wide", stable, WIDE_COLOUR)
        axes[0, column].set_title(_label(contrast), fontsize=10)
        ends = own[[name for name in own if str(name).endswith(("_lower", "_upper"))]].to_numpy()
        for axis in axes[:, column]:
            low, high = ends.min() - 0.5 - abs(stable), ends.max() + 0.5 + abs(stable)
            axis.set(xlim=(low, high), ylim=(low, high), aspect="equal")
            axis.xaxis.set_major_locator(MultipleLocator(2))
            axis.yaxis.set_major_locator(MultipleLocator(2))
            axis.tick_params(labelsize=8)
    for axis, sd in zip(axes[:, 0], shifts.index.unique(0), strict=True):
        axis.set_ylabel(f"lensim, fold changes\n~ Normal(0, {sd:g}) (log2)", fontsize=9)
    lines = [Line2D([], [], color="0.2", lw=0.9), Line2D([], [], color="0.4", lw=1.0, ls=(0, (5, 3)))]
    figure.legend(
        lines, ["equal", "equal up to the mean shift"], loc="upper center", ncols=2, fontsize=8, frameon=False
    )
    figure.tight_layout(h_pad=3.4, rect=(0, 0.04, 1, 0.96))
    labels = ("MCMC.qpcr (log2 fold change)", f"MCMC.qpcr less its own change of {STABLE_GENE} (log2 fold change)")
    for row, label in zip(axes, labels, strict=True):
        boxes = [axis.get_position() for axis in row]
        middle = (boxes[0].x0 + boxes[-1].x1) / 2
        figure.text(middle, boxes[0].y0 - 0.055, label, ha="center", va="top", fontsize=9)
    return figure


def plot_input_changes(shifts: pd.DataFrame) -> Figure:
    """What each fit takes for a change of input, beside the change of the stable gene in the reference."""
    ours_sd, wide_sd = shifts.index.unique(0)
    series = (
        (ours_sd, "stable_gene", PALETTE[6], "D", f"{STABLE_GENE} in MCMC.qpcr"),
        (wide_sd, "input_change", WIDE_COLOUR, "o", f"cDNA input in lensim, fold changes ~ Normal(0, {wide_sd:g})"),
        (ours_sd, "input_change", OURS_COLOUR, "s", f"cDNA input in lensim, fold changes ~ Normal(0, {ours_sd:g})"),
    )
    figure, axes = new_figure(figsize=(6.6, 3.6))
    axis = axes[0, 0]
    for offset, (sd, name, colour, marker, label) in zip((-0.2, 0.0, 0.2), series, strict=True):
        own = shifts.xs(sd)
        middle = own[f"{name}_log2"].to_numpy()
        error = np.abs(own[[f"{name}_lower", f"{name}_upper"]].to_numpy().T - middle)
        where = np.arange(len(own)) + offset
        axis.errorbar(where, middle, error, fmt=marker, color=colour, ms=5.5, elinewidth=1.4, label=label)
    contrasts = shifts.index.unique(1)
    axis.axhline(0, color="0.6", lw=0.8, zorder=0)
    axis.set_xticks(range(len(contrasts)), [_label(name) for name in contrasts], fontsize=9)
    axis.set_ylabel("Treated less control (log2)", fontsize=9)
    axis.tick_params(axis="y", labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="upper left", bbox_to_anchor=(0.1, 1.0), fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.84))
    return figure


# --- running ---


def fit_wide(data: xr.Dataset, config: Config, settings: FitSettings) -> xr.DataTree:
    """One attempt with a vague prior of fold changes; parameters and verdict alone."""
    priors = ExpressionPriors(sd_separate_log2_fold_change=config.wide_sd_log2_fold_change)
    compiled = compile_model(find_model(MODEL).build(data, priors))
    result = draw(compiled, settings, seeding.sampler_seed(config.seed, "fit with a wide prior"))
    carry_verdict(result, diagnose(result, gate=settings.gate))
    return result


def run(data_folder: Path, config_path: Path, out: Path, *, force: bool = False) -> bool:
    """Fit twice, compare, draw and write everything into one folder; whether both fits passed their gate.

    Raises
    ------
    InputError
        If the config or a file is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    reference = read_reference(data_folder / REFERENCE)
    tidy = tidy_reactions(data_folder / REACTIONS)
    settings = FitSettings(SamplerSettings(**config.sampler.model_dump()))
    manifest = Manifest(config.seed)
    with results_folder(out, config_path, force=force, inputs=[data_folder]) as folder:
        tidy.to_csv(folder / "reactions.csv", index=False)
        # the reference takes an empty Ct for no copies
        data = read_cts(folder / "reactions.csv", references=(STABLE_GENE,), control=CONTROL, empty="not_detected")
        console.print(f"{data.sizes[v.REACTION]} reactions; compiling, then sampling, twice", highlight=False)
        with manifest.timed("fit"):
            root = seeding.sampler_seed(config.seed, "fit expression")
            own = ExpressionPriors(sd_separate_log2_fold_change=MODEL_SD_LOG2_FOLD_CHANGE)
            more = config.attempts
            ours = fit_study(data, settings, root, model=MODEL, priors=own, attempts=more, tell=console.print)
        with manifest.timed("fit with a wide prior"):
            wide = fit_wide(data, config, settings)
        fits = {MODEL_SD_LOG2_FOLD_CHANGE: ours, config.wide_sd_log2_fold_change: wide}
        verdicts = {f"{MODEL}, prior sd {sd:g}": verdict_of(fit) for sd, fit in fits.items()}
        manifest.verdicts |= {name: verdict.sentence() for name, verdict in verdicts.items()}
        posteriors = {sd: fit["posterior"].to_dataset() for sd, fit in fits.items()}
        genes, shifts = compare(posteriors, data, reference, config.ci_prob)
        genes.to_csv(folder / "comparison.csv")
        shifts.to_csv(folder / "shifts.csv")
        save_result(ours, folder / "fit.nc")
        save_figure(plot_ours_and_reference(genes, shifts), folder / "ours_and_reference.png")
        save_figure(plot_input_changes(shifts), folder / "input_changes.png")
        found = [*sentences(genes, shifts), *(f"{name}: {text}" for name, text in manifest.verdicts.items())]
        (folder / "findings.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False, soft_wrap=True)
    return all(verdict.passed for verdict in verdicts.values())


def main(
    data: Annotated[Path, typer.Option(help="Folder of the real data.")] = Path("../shared/data"),
    config: Annotated[Path, typer.Option(help="Config file (TOML).")] = Path("experiments/beckham_heat.toml"),
    out: Annotated[Path, typer.Option(help="Results folder.")] = Path("results/beckham_heat"),
    force: Annotated[bool, typer.Option("--force", help="Replace a results folder that is there.")] = False,
) -> None:
    """Fit the reactions of Beckham et al. (2010) and compare the fold changes with the posterior of MCMC.qpcr."""
    try:
        passed = run(data, config, out, force=force)
    except checks.InputError as error:
        Console(stderr=True).print(f"error: {error}", markup=False, soft_wrap=True)
        sys.exit(2)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    typer.run(main)
