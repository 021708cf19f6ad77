"""What a journal asks of a study: the MIQE checklist of RT-qPCR, filled from a fit, and what stays blank, listed."""

from lensim.miqe.answers import read_answers, template_of
from lensim.miqe.checklist import ADDED, ITEMS, SOURCES, Item
from lensim.miqe.fill import Checklist, checklist_of, told_of_blank
from lensim.miqe.quantities import quantities_table
from lensim.miqe.sheets import workbook_of_checklist

__all__ = [
    "ADDED",
    "ITEMS",
    "SOURCES",
    "Checklist",
    "Item",
    "checklist_of",
    "quantities_table",
    "read_answers",
    "template_of",
    "told_of_blank",
    "workbook_of_checklist",
]
