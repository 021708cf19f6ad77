"""Readers and writers of cell-cycle files: counts or percents, single events, and FCS files, to one Dataset."""

from lensim.cell_cycle.read.columns import COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS
from lensim.cell_cycle.read.counts import read_counts
from lensim.cell_cycle.read.events import is_event_table, read_events, write_cell_cycle, write_cell_cycle_events
from lensim.cell_cycle.read.fcs import is_fcs_sheet, read_fcs_sheet
from lensim.cell_cycle.read.study import FORMATS, read_cell_cycle

__all__ = [
    "COUNT_COLUMNS",
    "EVENT_COLUMNS",
    "FCS_COLUMNS",
    "FORMATS",
    "is_event_table",
    "is_fcs_sheet",
    "read_cell_cycle",
    "read_counts",
    "read_events",
    "read_fcs_sheet",
    "write_cell_cycle",
    "write_cell_cycle_events",
]
