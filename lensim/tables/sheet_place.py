"""Where something is in a sheet, for messages: book.xlsx, sheet 'Plate 1', cell C12."""

from collections.abc import Sequence

from lensim.tables.workbook import cell_name


class SheetPlace(str):
    """The name of a sheet's file and of the sheet, which also names a row or a cell in it.

    `header` has the names of the columns with their numbers from 0, once they are known.
    """

    __slots__ = ("header",)

    def __init__(self, _: str) -> None:
        self.header: Sequence[tuple[str, int]] = ()

    def at(self, line: int, rule: str) -> str:
        """The place of a fault: the cell where the rule names its column, else the row.

        Parameters
        ----------
        line
            Row of the sheet, from 1.
        rule
            The sentence behind the place, such as "dose must be 0 or more, got -3".
        """
        named = [
            (len(name), column)
            for name, column in self.header
            if name and (rule.startswith(f"{name} ") or f"the column {name!r}" in rule)
        ]
        if not named:
            return f"{self}, row {line}"
        return f"{self}, cell {cell_name(line - 1, max(named)[1])}"


def place_of_sheet(file: str, sheet: str) -> SheetPlace:
    """The place of a sheet of a file."""
    return SheetPlace(f"{file}, sheet {sheet!r}")
