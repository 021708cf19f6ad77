"""The command `lensim published`: effect and spread from printed summaries, and an audit of P values."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim import limits
from lensim.cli.shared import Force, Seed, out, say
from lensim.cli.workbook import Xlsx, require_workbook, say_workbook

if TYPE_CHECKING:
    import pandas as pd


def published(
    summary_file: Annotated[Path, typer.Argument(metavar="FILE", help="Published summaries (TOML).")],
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the posterior, tables and figures; none without it.")
    ] = None,
    draws: Annotated[
        int, typer.Option(min=limits.FEWEST_DRAWS, max=limits.SAMPLER_DRAWS, help="Independent draws.")
    ] = 4000,
    seed: Seed = 1,
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    xlsx: Xlsx = None,
    force: Force = False,
) -> None:
    """Effect and spread behind a paper's printed summaries, and what its P values can and cannot be.

    The posterior (posterior.nc) is a design prior: lensim plan next.toml --from posterior.nc. So is FILE itself.
    """
    from lensim.face.published import published as run

    require_workbook(xlsx, force=force, inputs=[summary_file])
    result = run(
        summary_file,
        folder,
        draws=draws,
        seed=seed,
        figures=figures,
        force=force,
        tell=say,
        warn=lambda said: say(f"warning: {said}", quietly=True),
    )
    print_table(result.table)
    if xlsx is not None:
        result.to_excel(xlsx, force=force)
        say_workbook(xlsx)
    if folder is not None:
        say(f"posterior, tables and figures in {folder}")


def print_table(table: "pd.DataFrame") -> None:
    """Print effect and spread of every target and cell type, with intervals."""
    from rich.box import SIMPLE
    from rich.table import Table

    from lensim.inference.probability_text import probability_text
    from lensim.plain_text import one_line
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
            f"{one_line(row['target'])}\n{one_line(row['cell_type'])}",
            *(
                f"{row[name]:{form}}\n{row[f'{name}_low']:{form}} to {row[f'{name}_high']:{form}}"
                for name, form in (("mean_percent", ".0f"), ("tau", ".2f"), ("new_percent", ".0f"))
            ),
            probability_text(row["p_mean_increase"], row["draws"]),
            probability_text(row["p_new_increase"], row["draws"]),
        )
    out.print(shown)
    say("medians and 90% intervals")
