"""Users' RT-qPCR files in and out: exports of instruments, sample sheets and tidy tables, to one Dataset."""

from lensim.expression.read.assemble import amplified_without_template, assemble_qpcr
from lensim.expression.read.detect import FORMATS, format_of, read_reactions
from lensim.expression.read.factors import read_factors
from lensim.expression.read.ratios import is_ratio_table, read_ratios
from lensim.expression.read.reactions import Reaction, Reactions
from lensim.expression.read.sheet import SampleSheet, read_sheet
from lensim.expression.read.tidy import knows_samples, read_qpcr_tidy
from lensim.expression.read.write import write_qpcr_tidy, write_reactions
from lensim.tables.columns import QpcrColumns

__all__ = [
    "FORMATS",
    "QpcrColumns",
    "Reaction",
    "Reactions",
    "SampleSheet",
    "amplified_without_template",
    "assemble_qpcr",
    "format_of",
    "is_ratio_table",
    "knows_samples",
    "read_factors",
    "read_qpcr_tidy",
    "read_ratios",
    "read_reactions",
    "read_sheet",
    "write_qpcr_tidy",
    "write_reactions",
]
