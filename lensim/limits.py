"""The largest inputs that are read, all in one place. Each is far above what experiments give, and is told by value.

They keep a file that is damaged, foreign or malicious from taking the machine's memory or hours.
`docs/reference/limits.md` has them as a table.
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
PARQUET_BYTES: Final = 500 * MEGABYTE
"""Bytes of the columns of a parquet file after unpacking."""
WORKBOOK_BYTES: Final = 500 * MEGABYTE
"""Bytes that the parts of a workbook (.xlsx, .xlsb, .ods) unpack to; a sheet of 10^6 cells has about 50 million."""
WORKBOOK_MEMBERS: Final = 5_000
"""Parts in the archive of a workbook: some ten, and one or two for each sheet and picture."""
WORKBOOK_SHEETS: Final = 1_000
"""Sheets of one workbook."""
TEXT_BYTES: Final = 10 * MEGABYTE
"""Bytes of a record (JSON)."""
TOML_BYTES: Final = MEGABYTE
"""Bytes of one file of settings (TOML); those of the documentation have about 1,000."""
TOML_DEPTH: Final = 16
"""Brackets within brackets in a TOML file, and parts of a dotted key."""
TOML_WORD: Final = 1_000
"""Characters of a number, a date, or a name without quotes in a TOML file."""
RESULT_BYTES: Final = 8_000 * MEGABYTE
"""Bytes of one saved fit (netCDF)."""
RESULT_VALUES_BYTES: Final = 256 * MEGABYTE
"""Bytes that the values of a saved fit may take in memory, and `RESULT_EXPANSION` times its file where that is more."""
RESULT_EXPANSION: Final = 20
RECORD_DEPTH: Final = 100
"""Brackets within brackets in a record (JSON)."""
PAGE_TABLE_BYTES: Final = 10 * MEGABYTE
"""Bytes of a table (CSV) in a results folder that a page shows."""
PICTURE_BYTES: Final = 20 * MEGABYTE
"""Bytes of a figure in a results folder."""
PICTURE_PIXELS: Final = 40_000_000
"""Pixels of a figure; one of lensim has at most 6 million."""

LARGEST_NUMBER: Final = 1e12
"""Size of any number that has no bound of its own."""
SMALLEST_NUMBER: Final = 1e-30
"""Size of any number but 0: squares and products of a few such numbers are still numbers."""
LARGEST_WHOLE: Final = 2**63 - 1
"""A whole number, such as a seed, in 64 bits: what a file of results can hold."""
TEXT_CHARACTERS: Final = 1_000
"""Characters of a name or a sentence in settings."""
ENTRIES: Final = 10_000
"""Entries of one list or table in settings."""
ENTRIES_IN_ALL: Final = 100_000
"""Values in all lists and tables of one file of settings."""
LEVELS: Final = 32
"""Lists and tables within each other in settings."""

DESIGN_WELLS: Final = 1_000_000
"""Wells on all plates of a design: 600 plates of 1536; simulated in seconds and half a gigabyte."""
PLATE_SIDE: Final = 200
"""Rows and columns of a plate, of which one of 3456 wells has 48 and 72."""
DESIGN_TUBES: Final = 100_000
DESIGN_EVENTS: Final = 5_000_000
"""Simulated events of all tubes: 12 tubes of 400,000."""
GRID_POINTS: Final = 10_000
"""Points of a grid, or designs to compare."""
GRID_VALUES: Final = 10_000_000
"""Points times values of a scenario: each point is checked before the first is simulated."""
CHUNK_WELLS: Final = 10_000_000
"""Wells of a design times studies of a chunk: what one worker holds at a time, in less than a gigabyte."""
STUDIES: Final = 100_000_000
"""Studies of all points of a scenario: 10,000 at each of 10,000 points."""
COMPLETIONS: Final = 10_000_000
"""Ratios of a study times its completions at an interim look."""
FEWEST_DRAWS: Final = 100
"""Draws of published summaries: fewer have no tails from which an interval could be told."""
SAMPLER_DRAWS: Final = 10_000_000
"""Kept draws of all chains."""
SAMPLER_STEPS: Final = 1_000_000
"""Kept draws, or warm-up steps, of one chain."""
CHAINS: Final = 1_000
FIT_VALUES: Final = 500_000_000
"""Kept draws of all chains times values observed: 4 gigabytes of log likelihood; 4,000 draws for 125,000 wells."""
SUMMARY_VALUES: Final = 10_000_000
"""Draws times values behind all summaries."""
WORKERS: Final = 1_000
"""Worker processes of a sweep, and cores of a fit; a sweep has at most 16 for each core."""
RDML_MEMBERS: Final = 1_000
"""Members of the zip archive of an RDML file, which has one or a few."""
RDML_BYTES: Final = 500 * MEGABYTE
"""Bytes of XML that an RDML file may unpack to: 50 plates of 384 wells with melting curves."""
RDML_ELEMENTS: Final = 4_000_000
"""Elements and attributes of that XML: 18 plates of 1536 wells with curves of 45 cycles."""
RDML_NAMES: Final = 1_000
"""Different names of elements and attributes, of which RDML has about 200."""
RDML_DEPTH: Final = 50
"""Elements within elements, of which RDML has 9."""
RDML_MARKUP_BYTES: Final = MEGABYTE
"""Bytes of one tag or one comment."""
RDML_REACTIONS: Final = 300_000
"""Measured values of one file: 195 plates of 1536 wells, with one target a well."""
RDML_RUNS: Final = 5_000
RDML_SAMPLES: Final = 100_000

FCS_BYTES: Final = 300 * MEGABYTE
"""Bytes of one FCS file: 10^6 events of 75 channels."""
FCS_TEXT_BYTES: Final = 5 * MEGABYTE
"""Bytes of the keywords of an FCS file."""
FCS_CHANNELS: Final = 1_000
FCS_EVENTS: Final = 5_000_000
"""Events of all FCS files of a study: 50 tubes of 100,000 events."""

LOWEST_LEVEL: Final = 1.0
HIGHEST_LEVEL: Final = 99.0
"""Levels of effect whose doses can be asked for [percent]; beyond them the tails of a curve decide, not the wells."""
