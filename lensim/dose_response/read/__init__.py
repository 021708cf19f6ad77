"""Readers and writers of dose-response files; every format becomes the same kind of Dataset."""

from lensim.dose_response.read.columns import COLUMNS, Roles
from lensim.dose_response.read.compounds import Compounds, compounds_of, one_compound, select_compound
from lensim.dose_response.read.each_compound import read_compounds
from lensim.dose_response.read.labels import read_labels
from lensim.dose_response.read.plate import PlateFiles, read_plate, read_plates
from lensim.dose_response.read.study import FORMATS, read_dose_response
from lensim.dose_response.read.tidy import read_tidy
from lensim.dose_response.read.units import DoseUnit, dose_to_um, parse_dose_unit
from lensim.dose_response.read.write import write_tidy

__all__ = [
    "COLUMNS",
    "FORMATS",
    "Compounds",
    "DoseUnit",
    "PlateFiles",
    "Roles",
    "compounds_of",
    "dose_to_um",
    "one_compound",
    "parse_dose_unit",
    "read_compounds",
    "read_dose_response",
    "read_labels",
    "read_plate",
    "read_plates",
    "read_tidy",
    "select_compound",
    "write_tidy",
]
