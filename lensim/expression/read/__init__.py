"""Users' RT-qPCR files in and out: exports of instruments, sample sheets and tidy tables, to one Dataset."""

from lensim.expression.read.assemble import amplified_without_template, assemble_reactions
from lensim.expression.read.detect import FORMATS, format_of, read_reactions
from lensim.expression.read.factors import read_factors
from lensim.expression.read.ratios import is_ratio_table, read_ratios
from lensim.expression.read.reactions import Reaction, Reactions
from lensim.expression.read.sample_sheet import SampleSheet, read_sheet
from lensim.expression.read.tidy import knows_samples, read_cts
from lensim.expression.read.write import write_cts, write_reactions
from lensim.tables.columns import CtColumns

__all__ = [
    "FORMATS",
    "CtColumns",
    "Reaction",
    "Reactions",
    "SampleSheet",
    "amplified_without_template",
    "assemble_reactions",
    "format_of",
    "is_ratio_table",
    "knows_samples",
    "read_cts",
    "read_factors",
    "read_ratios",
    "read_reactions",
    "read_sheet",
    "write_cts",
    "write_reactions",
]
