"""The command `lensim power`: power and assurance of designs, by simulated studies."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from lensim.cli.progress import progress_bar
from lensim.cli.shared import say
from lensim.cli.workbook import Xlsx, require_workbook, say_workbook
from lensim.cli.workers import Scheduler, TrustNetwork, Workers, interrupted_in_one_sentence, say_what_is_trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

NOTHING: Final = "-"


def power(
    scenario_file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario (TOML).")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for results; an interrupted run continues there.")],
    workers: Workers = 1,
    scheduler: Scheduler = "",
    trust_network: TrustNetwork = False,
    figures: Annotated[bool, typer.Option(help="Draw figures.")] = True,
    xlsx: Xlsx = None,
) -> None:
    """Power, assurance and errors of a design, by simulated studies and exact posteriors, some checked by NUTS.

    Results do not depend on the number of workers. Started again with the same scenario and folder, it continues
    where it stopped. It replaces a workbook that lensim wrote.
    """
    from lensim.face.power import power as run
    from lensim.power.assays import assay_of
    from lensim.power.scenario import read_scenario

    require_workbook(xlsx, force=True, inputs=[scenario_file])
    say_what_is_trusted(scheduler, trust_network=trust_network)
    if note := assay_of(read_scenario(scenario_file)).compiling_note():
        say(note, quietly=True)
    left = f"what was finished is in {folder}, and the same command goes on there"
    with interrupted_in_one_sentence(left), progress_bar("chunks of studies") as progress:
        result = run(
            scenario_file,
            folder,
            workers=workers,
            scheduler=scheduler,
            trust_network=trust_network,
            figures=figures,
            progress=progress,
        )
    print_power(result.table, result.audit)
    for made_again in result.remarks:
        say(f"note: {made_again}")
    if remark := assay_of(result.scenario).remark(result.scenario):
        say(remark)
    if xlsx is not None:
        result.to_excel(xlsx, force=True)
        say_workbook(xlsx)
    say(f"every figure with its error in {folder / 'summary.csv'}")
    say(f"tables and figures in {folder}")


def print_power(table: "pd.DataFrame", audit: "pd.DataFrame") -> None:
    """Print the tables of shares and estimates, the failed studies, and the audit."""
    from lensim.power.words import caution_sentences

    quantity = " / ".join(dict.fromkeys(table["quantity"]))
    shares = {
        f"{quantity} [%]": lambda row: _percent(row, "share"),
        "ceiling [%]": lambda row: _percent(row, "ceiling"),
        "type I [%]": lambda row: _percent(row, "type_1"),
        "type S [%]": lambda row: _percent(row, "type_s"),
        "type M": lambda row: _with_error(row, "type_m", 2),
        "coverage [%]": lambda row: _percent(row, "coverage"),
        "failed": lambda row: f"{row['failed']:.0f} of {row['studies']:.0f}" if row["failed"] else NOTHING,
    }
    _print_columns(table, shares)
    estimates = {
        "bias": lambda row: _with_error(row, "bias", 3),
        "RMSE": lambda row: _with_error(row, "rmse", 3),
        "interval width": lambda row: _with_error(row, "width", 3),
    }
    _print_columns(table, estimates, title="estimates, in units of what the rule is about")
    say(
        "coverage and width are of the interval that a rule has: a test's of 1 - alpha (95% without alpha), "
        "a posterior's of ci_prob (90%)",
    )
    if "type_m" in table:
        say(
            "type S and M are of finds by rules with a sign: share with the wrong sign, and summed estimates over "
            "summed true effects",
        )
    if "ceiling" in table:
        say("ceiling: share of truths in which what the rule states is so")
    if "decide_at" in table:
        _print_verdicts(table, quantity)
    for sentence in caution_sentences(table, audit):
        say(sentence)


def _print_verdicts(table: "pd.DataFrame", quantity: str) -> None:
    """Whether each share is at least what was asked, with its bounds, under both readings of failed studies."""
    at = float(table["decide_at"].iloc[0])
    failed = bool(table["failed"].any())

    def said(row: dict[str, Any], share: str) -> str:
        low, high = 100 * row[f"{share}_low"], 100 * row[f"{share}_high"]
        return f"{row[share.replace('share', 'verdict', 1)]} ({low:.1f} to {high:.1f}%)"

    readings = {f"at least {at:g}?": lambda row: said(row, "share")}
    if failed:
        readings = {
            f"at least {at:g}, failed studies missing?": lambda row: said(row, "share"),
            "and as no finds?": lambda row: said(row, "share_if_failures_are_no_find"),
        }
    readings["studies"] = lambda row: f"{row['studies']:.0f}"
    _print_columns(table, readings, title=f"{quantity} with 99.9% intervals")
    if not failed:
        say("no study failed: read as missing or as no finds, verdicts are the same")


def _print_columns(
    table: "pd.DataFrame", columns: "Mapping[str, Callable[[dict[str, Any]], str]]", title: str | None = None
) -> None:
    """A table of what is asked of each point, rule and target, without empty columns."""
    import pandas as pd

    from lensim.cli.tables import print_text
    from lensim.plain_text import one_line
    from lensim.power.words import field_label, grid_fields
    from lensim.tables.records import records

    fields, rows = grid_fields(table), records(table)
    cells = {name: [show(row) for row in rows] for name, show in columns.items()}
    cells = {name: column for name, column in cells.items() if set(column) != {NOTHING}}
    if not cells:
        return
    names = {name: [one_line(row[name]) for row in rows] for name in (*fields, "rule", "target")}
    shown = {field_label(name) if name in fields else name: column for name, column in names.items()}
    print_text(pd.DataFrame({**shown, **cells}), title or "", keys=len(names))


def _with_error(row: dict[str, Any], name: str, digits: int) -> str:
    """A figure with its standard error."""
    value = row.get(name, math.nan)
    return f"{value:.{digits}f} ± {row[f'{name}_mcse']:.{digits}f}" if value == value else NOTHING


def _percent(row: dict[str, Any], name: str) -> str:
    """A share with its standard error, in percent."""
    from lensim.power.words import share_text

    value = row.get(name, math.nan)
    return share_text(value, row[f"{name}_mcse"]) if value == value else NOTHING
