"""Plate maps of blocks for tests."""

from collections.abc import Callable

COLUMNS = 12
ROWS = "ABCDEFGHIJKLMNOP"


def block(corner: str, text: Callable[[int, int], str], rows: int = 8, columns: int = COLUMNS, comma: str = ",") -> str:
    """A block of the shape of a plate, with `corner` left of its column numbers."""
    head = comma.join([corner, *(str(column + 1) for column in range(columns))])
    below = [comma.join([ROWS[row], *(text(row, column) for column in range(columns))]) for row in range(rows)]
    return "\n".join([head, *below]) + "\n"


def dose(row: int, column: int) -> str:
    """Twofold dilutions along the columns, untreated in the first."""
    return "0" if column == 0 else f"{20 / 2**column:g}"


def line(row: int, column: int) -> str:
    """One line in the upper half, another in the lower."""
    return "LP-1" if row < 4 else "MM1S"


def signal(row: int, column: int) -> str:
    """Signals that fall with the dose."""
    return str(1000 + 10 * row + 700 * column)


MAP = f"Dose (uM)\n{block('', dose)}\nCell line\n{block('', line)}"
GRID = block("", signal)
TIDY = "well,Dose (uM),Cell line\n" + "".join(
    f"{ROWS[row]}{column + 1},{dose(row, column)},{line(row, column)}\n"
    for row in range(8)
    for column in range(COLUMNS)
)
"""The same map, with a row a well."""
