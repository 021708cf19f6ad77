"""What the room opens of a screen."""

import pytest

import lensim
from lensim.app.look.opened import open_place
from lensim.app.look.places import place_of
from lensim.checks import InputError
from tests.screen.made_up_screen import table_of


def test_a_compound_with_an_approximate_answer_has_no_draws_to_be_shown(tmp_path):
    lensim.screen(table_of(tmp_path, ["A"]), tmp_path / "first", engine="approximate")
    found = place_of("first", [tmp_path])
    assert found.fits == ("A",)
    with pytest.raises(InputError, match="has an approximate answer"):
        open_place(found, "A", print)
