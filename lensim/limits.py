"""The largest inputs that are read, all in one place. Each is far above what experiments give, and is told by value.

They keep a file that is damaged, foreign or malicious from taking the machine's memory or hours. `docs/limits.md` has
them as a table.
"""

from typing import Final

MEGABYTE: Final = 1_000_000

TABLE_BYTES: Final = 100 * MEGABYTE
"""Bytes of one file of text: a table, an export, a sheet, a plate map."""
TABLE_LINES: Final = 2_000_000
"""Lines of one file of text."""
TABLE_CELLS: Final = 10_000_000
"""Cells of one table: 10 channels of 10^6 cytometer events, or 600 plates of 1536 wells in 10 columns."""
TABLE_COLUMNS: Final = 2_000
"""Cells in one line of a table."""
CELL_CHARACTERS: Final = 32_767
"""Characters of one cell, as many as a spreadsheet can hold."""
TEXT_BYTES: Final = 10 * MEGABYTE
"""Bytes of one file of settings (TOML) or of a record (JSON)."""
RESULT_BYTES: Final = 8_000 * MEGABYTE
"""Bytes of one saved fit (netCDF), of which only what is asked for is read."""
