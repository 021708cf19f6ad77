"""The commands of RT-qPCR: simulate, read, fit, compare."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lensim.checks import InputError, between, one_of
from lensim.cli.expression_source import (
    Source,
    counts_of,
    know_samples,
    refuse_to_lose,
    study_of,
    tell_of_controls,
    tell_of_efficiencies,
)
from lensim.cli.shared import Chains, CiProb, Draws, Force, Seed, TargetAccept, Tune, err, out

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from rich.table import Table


Files = Annotated[list[Path], typer.Argument(help="Exports of one kind of machine, or one tidy table.")]
CtsOrRatios = Annotated[
    list[Path], typer.Argument(help="Exports of one kind of machine, or one tidy table, of Cts or of ratios.")
]
Sheet = Annotated[Path | None, typer.Option("--sheet", help="Which sample is which subject and condition.")]
Reference = Annotated[list[str] | None, typer.Option("--reference", help="Reference gene; may be given several times.")]
Control = Annotated[str, typer.Option("--control", help="Condition that others are compared with.")]
Factors = Annotated[Path | None, typer.Option("--factors", help="Table gene, amplification_factor (and its _sd).")]
CycleLimit = Annotated[
    float | None, typer.Option("--cycle-limit", help="Cycles run, where the files do not say and it was not 40.")
]
Decimal = Annotated[
    Literal[".", ","] | None, typer.Option("--decimal", help="Decimal mark of the files, where numbers leave a doubt.")
]
Calibrator = Annotated[str, typer.Option("--calibrator", help="Subject that levels are given against.")]
FIGURES = ("levels", "before_after", "forest", "standard_curves")
INTERVALS = (0.01, 0.999)
"""Probabilities that an interval may have; refused here already, since summaries come after minutes of sampling."""


def simulate_expression(
    path: Annotated[Path, typer.Option("--out", help="Table to write: .csv or .tsv, one row a reaction.")],
    seed: Seed = 1,
    experiments: Annotated[int, typer.Option(help="Independent experiments.")] = 2,
    replicates: Annotated[int, typer.Option(help="Reactions of a sample and gene.")] = 2,
    force: Force = False,
) -> None:
    """A twin of the RT-qPCR of Maïga et al. (2013): a Ct, or none, of every reaction, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with what the reactions were drawn from.
    """
    from lensim import seeding
    from lensim.expression.design import lay_out
    from lensim.expression.read import write_cts
    from lensim.expression.simulate import one_study, simulate
    from lensim.expression.truth import ReactionFaults
    from lensim.maiga2013.expression_twin import draw_expression_twin, expression_design
    from lensim.output import require_free, save_dataset, written_whole

    one_of("--out suffix", path.suffix.lower(), (".csv", ".tsv"))
    truth_path = path.with_suffix(".truth.nc")
    for target in (path, truth_path):
        require_free(target, force=force)
    sheet = lay_out(expression_design(experiments, replicates))
    truth = draw_expression_twin(sheet, seeding.stream(seed, "truth"))
    data = one_study(simulate(sheet, truth, ReactionFaults(), seeding.stream(seed, "machine")), 0)
    with written_whole(path, force=force) as partial:
        write_cts(data, partial)
    save_dataset(truth.isel(study=0), truth_path, force=force)
    out.print(
        f"{data.sizes['reaction']} reactions of {data.sizes['subject']} subjects in {path}; the truth in {truth_path}"
    )
    out.print(f"next: lensim fit expression {path} --calibrator LP-1 --out {path.with_suffix('.nc')}")


def read_expression(
    files: Files,
    path: Annotated[Path | None, typer.Option("--out", help="Table to write: .csv or .tsv.")] = None,
    format: Annotated[str, typer.Option(help="Kind of export, where it is not found out.")] = "",
    sheet: Sheet = None,
    reference: Reference = None,
    control: Control = "",
    factors: Factors = None,
    cycle_limit: CycleLimit = None,
    decimal: Decimal = None,
    force: Force = False,
) -> None:
    """From a machine's export to one tidy table, with a summary of what was found.

    With --sheet, --reference and --control the table knows subjects and conditions, and lensim fit takes it as it is.
    A tidy table that has columns of subject and condition keeps them, with all that it says of samples and genes.
    """
    from rich.table import Table

    from lensim.expression.read import read_reactions, write_cts, write_reactions
    from lensim.output import require_free, written_whole

    source = Source(tuple(files), format, sheet, tuple(reference or ()), control, factors, cycle_limit, decimal)
    knows = sheet is None and know_samples(source)
    if source.roles() and sheet is None and not knows:
        raise InputError(f"--sheet must say which sample is which for {', '.join(source.roles())}, got none")

    if path:
        one_of("--out suffix", path.suffix.lower(), (".csv", ".tsv"))
        require_free(path, force=force)
    reactions = read_reactions(files, format, cycle_limit=cycle_limit, decimal=decimal)
    if sheet is None:
        refuse_to_lose(source)
    data = study_of(source) if sheet or knows else None
    table = Table("found", "number", title=f"{reactions.instrument}: {', '.join(reactions.paths)}")
    for name, count in reactions.summary().items():
        table.add_row(name.replace("_", " "), str(count))
    out.print(table)
    tell_of_controls(reactions.amplified_without_template())
    if data is not None:
        tell_of_efficiencies(data)
    if path:
        with written_whole(path, force=force) as partial:
            if data is not None:
                write_cts(data, partial)
            else:
                write_reactions(reactions, partial)
        out.print(f"table in {path}", soft_wrap=True)


def fit_expression(
    files: CtsOrRatios,
    path: Annotated[Path, typer.Option("--out", help="Result to write (.nc): draws, checks and your data.")],
    sheet: Sheet = None,
    reference: Reference = None,
    control: Control = "",
    factors: Factors = None,
    cycle_limit: CycleLimit = None,
    decimal: Decimal = None,
    calibrator: Calibrator = "",
    format: Annotated[str, typer.Option(help="Kind of export, where it is not found out.")] = "",
    model: Annotated[str, typer.Option(help="Model (see lensim models); else chosen by the data.")] = "",
    figures: Annotated[Path | None, typer.Option(help="Write figures (PNG) into this folder.")] = None,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: TargetAccept = 0.95,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """Fold change of every target and subject, with the uncertainty of efficiency, reference and missing Cts in it.

    A table of ratios (columns target, subject and one of ratio, percent_of_control, log2_ratio) is taken as well.

    Exit status 0 where the sampler converged, 3 where it did not: the result is written all the same, with its verdict.
    """
    from lensim.expression.read import amplified_without_template
    from lensim.inference.engine_nutpie import SamplerSettings
    from lensim.inference.fit import FitSettings, verdict_of
    from lensim.inference.retry import default_expression_model
    from lensim.inference.retry import fit_expression as run_fit
    from lensim.output import require_free, save_result, written_whole

    one_of("--out suffix", path.suffix.lower(), (".nc",))
    between("--ci", ci, *INTERVALS)
    settings = FitSettings(SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept))
    targets = [figures / f"{name}.png" for name in FIGURES] if figures else []
    for target in (path, *targets):
        require_free(target, force=force)
    source = Source(tuple(files), format, sheet, tuple(reference or ()), control, factors, cycle_limit, decimal)
    data = study_of(source, calibrator)
    name = model or default_expression_model(data)
    err.print(f"{counts_of(data)}; model {name}; compiling takes a minute or two")
    tell_of_efficiencies(data)
    tell_of_controls(amplified_without_template(data) if "ct_cycles" in data else [])
    result = run_fit(data, name, settings, seed, progress=True, tell=err.print)
    save_result(result, path, force=force)
    print_summary(result, ci)
    out.print(f"result in {path}", soft_wrap=True)
    if figures:
        from lensim.expression.classical import classical_fold_changes
        from lensim.report.figures import expression as report
        from lensim.report.figures.style import save_figure

        drawn = {}
        if "ct_cycles" in data:
            drawn["levels"] = report.plot_levels(result, ci)
            drawn["before_after"] = report.plot_before_after(classical_fold_changes(data), data)
        if "mu_log2_fold_change" in result["posterior"]:
            drawn["forest"] = report.plot_forest(result, ci)
        if data.sizes.get("standard", 0):
            drawn["standard_curves"] = report.plot_standard_curves(result, ci)
        for name_of, figure in drawn.items():
            with written_whole(figures / f"{name_of}.png", force=force) as partial:
                save_figure(figure, partial)
        out.print(f"figures in {figures}", soft_wrap=True)
    if not verdict_of(result).passed:
        raise typer.Exit(3)


def compare(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="What lensim fit expression wrote.")],
    csv: Annotated[Path | None, typer.Option(help="Write the table here.")] = None,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """Livak, Pfaffl and the posterior side by side, with the reasons that they differ."""
    from lensim.expression.classical_comparison import compare_with_classical
    from lensim.inference.observations import observations_of
    from lensim.output import load_result, require_free, written_whole

    between("--ci", ci, *INTERVALS)
    result = load_result(result_file)
    if not is_expression(result):
        model = result.attrs.get("model", "a model without name")
        raise InputError(f"{result_file} must be a fit of an expression model, got one of {model}")
    if csv:
        require_free(csv, force=force)
    tell_of_efficiencies(observations_of(result))
    table = compare_with_classical(result, ci)
    out.print(_rich(table))
    if csv:
        with written_whole(csv, force=force) as partial:
            table.to_csv(partial, index=False)
        out.print(f"table in {csv}", soft_wrap=True)


def is_expression(result: "xr.DataTree") -> bool:
    """Whether a result is of an expression model."""
    return "log2_fold_change" in result["posterior"] and "target" in result["posterior"]["log2_fold_change"].dims


def summarize(result: "xr.DataTree", csv: Path | None, ci: float, *, force: bool) -> None:
    """Print the tables of an expression fit, and write that of subjects where asked."""
    from lensim.expression.estimands import expression_estimands, summarise_subjects
    from lensim.output import require_free, written_whole

    if csv:
        require_free(csv, force=force)
    print_summary(result, ci)
    if csv:
        with written_whole(csv, force=force) as partial:
            summarise_subjects(expression_estimands(result), ci).to_csv(partial, index=False)
        out.print(f"table in {csv}", soft_wrap=True)


def print_summary(result: "xr.DataTree", ci: float) -> None:
    """Tables of subjects, populations, contrasts of cell types and levels over the calibrator, and the verdict."""
    from lensim import vocabulary as v
    from lensim.expression.contrasts import summarise_contrasts, summarise_levels, summarise_references
    from lensim.expression.estimands import expression_estimands, summarise_populations, summarise_subjects
    from lensim.inference.fit import verdict_of
    from lensim.inference.observations import observations_of

    estimands = expression_estimands(result)
    subjects = summarise_subjects(estimands, ci)
    shown = subjects.assign(percent=_interval(subjects, "fold_change_percent"))
    out.print(
        _rich(
            shown[["target", "subject", "cell_type", "contrast", "percent", "p_increase", "detected", "not_detected"]]
        )
    )
    if v.MU_FOLD_CHANGE in result["posterior"]:
        populations = summarise_populations(estimands, ci)
        shown = populations.assign(
            mean_percent=_interval(populations, "fold_change_percent"),
            new_subject_percent=_interval(populations, "new_subject_percent"),
            increased=_interval(populations, "increased"),
        )
        out.print(
            _rich(
                shown[
                    [
                        "target",
                        "cell_type",
                        "subjects",
                        "mean_percent",
                        "p_increase",
                        "new_subject_percent",
                        "increased",
                    ]
                ]
            )
        )
    contrasts = summarise_contrasts(estimands, ci)
    if len(contrasts):
        shown = contrasts.assign(
            fold=_ratio_text(contrasts), of=contrasts["contrast"].where(contrasts["contrast"] != "", "level")
        )
        out.print(
            _rich(shown[["target", "of", "first", "second", "fold", "p_above_1", "first_subjects", "second_subjects"]])
        )
    calibrator = str(observations_of(result).attrs.get("calibrator", ""))
    if calibrator and "log2_level" in result["posterior"]:
        levels = summarise_levels(estimands, ci)
        shown = levels.assign(**{f"level_over_{calibrator}": _ratio_text(levels)})
        out.print(_rich(shown[["target", "subject", f"level_over_{calibrator}", "note"]]))
    if "log2_reference_fold_change" in result["posterior"]:
        references = summarise_references(estimands, ci)
        shown = references.assign(treated_over_control=_ratio_text(references))
        out.print(_rich(shown[["reference", "contrast", "treated_over_control", "p_above_1"]]))
    verdict = verdict_of(result)
    out.print(f"[{'green' if verdict.passed else 'red'}]{verdict.sentence()}[/]", soft_wrap=True)


def _interval(table: "pd.DataFrame", name: str) -> list[str]:
    rows = zip(table[name], table[f"{name}_lower"], table[f"{name}_upper"], strict=True)
    return [f"{middle:.0f} ({low:.0f} to {high:.0f})" for middle, low, high in rows]


def _ratio_text(table: "pd.DataFrame") -> list[str]:
    """Ratios with their intervals, for people: three digits; a ratio that there is not is a dash."""
    rows = zip(table["ratio"], table["ratio_lower"], table["ratio_upper"], strict=True)
    return [f"{middle:.3g} ({low:.3g} to {high:.3g})" if middle == middle else "-" for middle, low, high in rows]


def _rich(table: "pd.DataFrame") -> "Table":
    from rich.table import Table

    shown = Table(*[str(column).replace("_", " ") for column in table.columns])
    for row in table.itertuples(index=False):
        shown.add_row(*[f"{value:.2f}" if isinstance(value, float) else str(value) for value in row])
    return shown
