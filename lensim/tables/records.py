"""Tables row by row."""

from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A dict a row, keys as text."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
