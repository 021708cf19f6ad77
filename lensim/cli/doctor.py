"""The command `lensim doctor`: what is there on this machine, what is slow, what is missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lensim.cli.shared import Force, out, say
from lensim.cli.workbook import Xlsx, require_workbook, write_tables
from lensim.plain_text import one_line, visible

if TYPE_CHECKING:
    from lensim.doctor.finding import Finding

BROKEN: Final = 3
"""Exit status where something that lensim needs is missing."""
STYLES: Final = {"ok": "green", "slow": "yellow", "not installed": "dim", "missing": "red"}
COLUMNS: Final = ("what", "state", "found", "what to do")


def doctor(
    quick: Annotated[
        bool, typer.Option("--quick", help="Time nothing; some seconds in place of half a minute.")
    ] = False,
    xlsx: Xlsx = None,
    force: Force = False,
) -> None:
    """Look at this installation and machine: what is there, what is slow, what is missing, and what to do.

    Exit status 0 where lensim works, also slowly or without its extras; 3 where something that it needs is missing.
    """
    from lensim.doctor.run import findings

    require_workbook(xlsx, force=force)
    found = list(findings(is_quick=quick))
    _print(found)
    broken = [one.what for one in found if one.is_broken]
    slow = sum(one.state == "slow" for one in found)
    missing = sum(one.state == "missing" for one in found)
    extras = sum(one.state == "not installed" for one in found)
    say(
        f"lensim does not work here: {', '.join(broken)}"
        if broken
        else f"lensim works here; of {len(found)} things {slow} are slow and {missing} are missing; {extras} extras are"
        " not installed"
    )
    if xlsx is not None:
        _write(found, xlsx, force=force)
    if broken:
        raise typer.Exit(BROKEN)


def _print(found: "Sequence[Finding]") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in COLUMNS:
        shown.add_column(name, overflow="fold", no_wrap=name == "state")
    for one in found:
        state = Text(one.state, style=STYLES[one.state])
        shown.add_row(one_line(one.what), state, visible(one.said), visible(one.remedy))
    out.print(shown)


def _write(found: "Sequence[Finding]", xlsx: "Xlsx", *, force: bool) -> None:
    import pandas as pd

    from lensim.result_workbook import NamedTable

    rows = [(one.what, one.state, one.said, one.remedy) for one in found]
    write_tables(xlsx, [NamedTable("machine", pd.DataFrame(rows, columns=COLUMNS), "This machine")], [], force=force)
