"""Readers and writers of RT-qPCR files: exports of instruments, sample sheets and tidy tables, to one Dataset."""

from lensim.expression.read.assemble import amplified_without_template, assemble_reactions
from lensim.expression.read.columns import COLUMNS, FACTOR_COLUMNS, RATIO_COLUMNS, SHEET_COLUMNS
from lensim.expression.read.detect import FORMATS, KINDS, kind_of, opened, read_reactions
from lensim.expression.read.factors import read_factors
from lensim.expression.read.own_columns import left_out_of_reactions
from lensim.expression.read.ratios import is_ratio_table, read_ratios
from lensim.expression.read.reactions import Reaction, Reactions
from lensim.expression.read.sample_sheet import SampleSheet, read_sheet
from lensim.expression.read.sheets import is_of_reactions, open_study
from lensim.expression.read.stated import columns_of_each
from lensim.expression.read.study import read_expression, without_sheet
from lensim.expression.read.tidy import knows_samples, read_cts
from lensim.expression.read.write import write_cts, write_ratios, write_reactions, write_study

__all__ = [
    "COLUMNS",
    "FACTOR_COLUMNS",
    "FORMATS",
    "KINDS",
    "RATIO_COLUMNS",
    "SHEET_COLUMNS",
    "Reaction",
    "Reactions",
    "SampleSheet",
    "amplified_without_template",
    "assemble_reactions",
    "columns_of_each",
    "is_of_reactions",
    "is_ratio_table",
    "kind_of",
    "knows_samples",
    "left_out_of_reactions",
    "open_study",
    "opened",
    "read_cts",
    "read_expression",
    "read_factors",
    "read_ratios",
    "read_reactions",
    "read_sheet",
    "without_sheet",
    "write_cts",
    "write_ratios",
    "write_reactions",
    "write_study",
]
