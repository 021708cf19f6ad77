"""The command of published summaries."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim.cli.shared import Force, Seed, err, out

if TYPE_CHECKING:
    import pandas as pd


def published(
    summary_file: Annotated[Path, typer.Argument(metavar="FILE", help="Published summaries (TOML).")],
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the posterior, tables and figures; none without it.")
    ] = None,
    draws: Annotated[int, typer.Option(min=100, help="Independent draws.")] = 4000,
    seed: Seed = 1,
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    force: Force = False,
) -> None:
    """Effect and spread behind a paper's printed summaries, and what its P values can and cannot be.

    The posterior (posterior.nc) is a design prior: lensim plan next.toml --from posterior.nc. So is FILE itself.
    """
    from lensim.checks import told_of
    from lensim.output import save_result
    from lensim.ownership import require_replaceable
    from lensim.results_folder import results_folder
    from lensim.summaries.audit import excluded_p
    from lensim.summaries.posterior import summary_posterior
    from lensim.summaries.read import read_summaries
    from lensim.summaries.summary import warnings_of
    from lensim.summaries.tables import audit_of, findings_of, table_of

    if folder is not None:
        require_replaceable(folder, force=force, inputs=[summary_file])
    summaries, priors = read_summaries(summary_file)
    for warning in (said for one in summaries for said in warnings_of(one)):
        err.print(f"warning: {warning}", soft_wrap=True, markup=False)
    with told_of(summary_file.name):
        left_out = [reason for one in summaries if (reason := excluded_p(one))]
        audits = audit_of(summaries)
    said = [*findings_of(summaries, audits), *(f"{one}." for one in left_out)]
    for reason in left_out:
        err.print(f"warning: {reason}", soft_wrap=True, markup=False)
    for sentence in said:
        out.print(sentence, soft_wrap=True, markup=False)
    with told_of(summary_file.name):
        result = summary_posterior(summaries, seed, draws, priors)
    table = table_of(result)
    print_table(table)
    if folder is None:
        return
    with results_folder(folder, summary_file, force=force) as partial:
        save_result(result, partial / "posterior.nc")
        table.to_csv(partial / "posterior.csv", index=False)
        audits.to_csv(partial / "audit.csv", index=False)
        (partial / "findings.txt").write_text("\n".join(said) + "\n")
        if figures:
            from lensim.report.figures.style import save_figure
            from lensim.report.figures.summaries import plot_attainable, plot_implied

            save_figure(plot_implied(result, summaries), partial / "implied.png")
            if len(audits):
                save_figure(plot_attainable(audits), partial / "attainable.png")
    out.print(f"posterior, tables and figures in {folder}", soft_wrap=True, markup=False)


def print_table(table: "pd.DataFrame") -> None:
    """Effect and spread of every kind."""
    from rich.box import SIMPLE
    from rich.table import Table

    from lensim.tables.records import records

    shown = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    shown.add_column("target\ncell type", overflow="fold")
    for name in (
        "mean change\n[% of control]", "spread tau\n[log2]", "a further one\n[% of control]", "P(mean\nincrease)",
        "P(increase\nof one)",
    ):  # fmt: skip
        shown.add_column(name, justify="right", no_wrap=True)
    for row in records(table):
        shown.add_row(
            f"{row['target']}\n{row['cell_type']}",
            *(
                f"{row[name]:{form}}\n{row[f'{name}_low']:{form}} to {row[f'{name}_high']:{form}}"
                for name, form in (("mean_percent", ".0f"), ("tau", ".2f"), ("new_percent", ".0f"))
            ),
            f"{row['p_mean_increase']:.3f}",
            f"{row['p_new_increase']:.2f}",
        )
    out.print(shown)
    out.print("medians and 90% intervals", soft_wrap=True, markup=False)
