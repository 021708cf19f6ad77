"""Users' RT-qPCR files in and out: exports of instruments, sample sheets and tidy tables, to one Dataset."""

from lensim.read.qpcr.assemble import amplified_without_template, assemble_qpcr
from lensim.read.qpcr.columns import QpcrColumns
from lensim.read.qpcr.detect import FORMATS, format_of, read_reactions
from lensim.read.qpcr.factors import read_factors
from lensim.read.qpcr.ratios import is_ratio_table, read_ratios
from lensim.read.qpcr.reactions import Reaction, Reactions
from lensim.read.qpcr.sheet import SampleSheet, read_sheet
from lensim.read.qpcr.tidy import knows_samples, read_qpcr_tidy
from lensim.read.qpcr.write import write_qpcr_tidy, write_reactions

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
