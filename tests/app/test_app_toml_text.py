"""What is written is read back as it was."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from lensim.app.toml_text import toml_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = st.one_of(TEXTS, st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False))
VALUES = st.recursive(PLAIN, lambda one: st.one_of(st.lists(one, max_size=3), st.dictionaries(TEXTS, one, max_size=3)))


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_content_comes_back(content):
    assert tomllib.loads(toml_text(content)) == content


def test_tables_stand_as_tables_below_their_notes():
    text = toml_text({"name": "a", "size": {"low": 2, "grid": {"design.subjects": [2, 3]}}}, ["lensim plan"])
    assert text == '# lensim plan\nname = "a"\n\n[size]\nlow = 2\n\n[size.grid]\n"design.subjects" = [2, 3]\n'
