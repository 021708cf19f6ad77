"""Tables of a result on the terminal: the same columns and cells as on a page."""

from typing import TYPE_CHECKING, Final

from lensim.cli.console import PlainConsole
from lensim.cli.shared import out
from lensim.cli.table_widths import alike_of, lines_of_table, parts_of, widths_of
from lensim.plain_text import LONGEST_CELL, one_line, visible

if TYPE_CHECKING:
    import pandas as pd

    from lensim.assay import ResultTable

FURTHER: Final = "Further columns of the same rows"
"""Above each part but the first of a table that is wider than the terminal."""


def print_tables(tables: "tuple[ResultTable, ...]") -> None:
    """Print the tables of a result with their captions."""
    from lensim.report.text import text_table

    for table in tables:
        print_text(text_table(table), table.caption)


def print_text(table: "pd.DataFrame", title: str = "", console: PlainConsole = out, *, keys: int | None = None) -> None:
    """Print a table of text, in parts where it is wider than the terminal. Nothing in it is read as markup.

    Parameters
    ----------
    table, title
        Cells as text, and what is printed above them.
    console
        Where to.
    keys
        Number of columns on the left that each part repeats; without it, those that hold no numbers.
    """
    columns = [[one_line(name), *(one_line(value, LONGEST_CELL) for value in cells)] for name, cells in table.items()]
    parts = parts_of(columns, console.width, keys)
    if len(parts) > 1:
        alike = alike_of(columns)
        columns = [column for at, column in enumerate(columns) if at not in alike]
        title = "; ".join(filter(None, (title, f"in every row {', '.join(alike.values())}" if alike else "")))
        parts = parts_of(columns, console.width, None if keys is None else keys - sum(at < keys for at in alike))
    for number, part in enumerate(parts):
        _print_part([columns[at] for at in part], FURTHER if number else title, console)


def _print_part(columns: list[list[str]], title: str, console: PlainConsole) -> None:
    from rich.text import Text

    if title:
        console.print(Text(visible(title), style="italic"))
    head, body = lines_of_table(columns, widths_of(columns, console.width))
    shown = Text.assemble("\n", ("\n".join(head), "bold"), "\n", "\n".join(body), "\n")
    console.print(shown, soft_wrap=True)
