"""Tables of a result on the terminal: the same columns and cells as on a page."""

from typing import TYPE_CHECKING

from lensim.cli.console import PlainConsole
from lensim.cli.shared import out
from lensim.plain_text import LONGEST_CELL, one_line, visible

if TYPE_CHECKING:
    import pandas as pd

    from lensim.assay import ResultTable


def print_tables(tables: "tuple[ResultTable, ...]") -> None:
    """Print the tables of a result with their captions."""
    from lensim.report.text import text_table

    for table in tables:
        print_text(text_table(table), table.caption)


def print_text(table: "pd.DataFrame", title: str = "", console: PlainConsole = out) -> None:
    """Print a table of text. Nothing in it is read as markup."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        title=Text(visible(title)) if title else None, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for name in table:
        shown.add_column(Text(one_line(name)), overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(*[Text(one_line(value, LONGEST_CELL)) for value in row])
    console.print(shown)
