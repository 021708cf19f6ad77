"""Choices of the room are the options of readers, under the same names."""

import inspect

import pytest

from lensim.app.read.options import ASSAYS, LEFT, OPTIONS, TABLES, option_of
from lensim.assay import find_assay
from lensim.cli import sources

OF_DROPS = {"files", "sheet", "plate_map"}
ALSO = {"drop_lost": "lost", "drop_saturated": "saturated", "keep_saturated": "saturated"}
COMMANDS = {"column": "columns", "reference": "references", "role": "roles"}
CHANNELS = {"brdu_channel", "dna_channel", "width_channel"}


@pytest.mark.parametrize("assay", ASSAYS)
def test_every_option_of_a_reader_is_a_choice_or_left_to_the_command_line(assay):
    there = {name for name in inspect.signature(find_assay(assay).read).parameters} - OF_DROPS
    chosen = {one.name for one in OPTIONS[assay]}
    assert chosen <= there
    assert there - chosen == LEFT[assay]


@pytest.mark.parametrize("assay", ASSAYS)
def test_every_option_of_the_command_is_a_choice_or_left_to_it(assay):
    there = set(inspect.signature(getattr(sources, assay)).parameters) - OF_DROPS - CHANNELS
    named = {ALSO.get(name) or COMMANDS.get(name, name) for name in there}
    assert named == {one.name for one in OPTIONS[assay]} | (LEFT[assay] - {"channels"})


@pytest.mark.parametrize("assay", TABLES)
def test_the_table_beside_the_files_is_an_option_of_its_reader(assay):
    assert TABLES[assay] in inspect.signature(find_assay(assay).read).parameters


def test_a_choice_has_the_name_of_its_option():
    assert option_of("dose_response", "dose_unit").option == "--dose-unit"
    assert option_of("expression", "references").option == "--reference"
