"""Users' files of the proliferation assay in and out: one Dataset, whatever the file."""

from lensim.dose_response.read.columns import STANDARD_NAMES, Roles, TidyColumns
from lensim.dose_response.read.compounds import compounds_of, one_compound, select_compound
from lensim.dose_response.read.plate import PlateFiles, read_plate, read_plates
from lensim.dose_response.read.tidy import read_tidy
from lensim.dose_response.read.units import DoseUnit, dose_to_um, parse_dose_unit
from lensim.dose_response.read.write import write_tidy

__all__ = [
    "STANDARD_NAMES",
    "DoseUnit",
    "PlateFiles",
    "Roles",
    "TidyColumns",
    "compounds_of",
    "dose_to_um",
    "one_compound",
    "parse_dose_unit",
    "read_plate",
    "read_plates",
    "read_tidy",
    "select_compound",
    "write_tidy",
]
