"""What a result shows as the value of a cell of a notebook."""

import pandas as pd

from lensim.notebook import heading, in_notebook, paragraph, table
from lensim.plain_text import LONGEST_CELL, short


def test_no_name_is_a_tag_or_a_sign_that_acts():
    assert paragraph("<b>a</b> & \x1b[2J\u202e") == r"<p>&lt;b&gt;a&lt;/b&gt; &amp; \x1b[2J\u202e</p>"
    assert paragraph("a", "color: red") == '<p style="color: red">a</p>'
    assert heading("<i>\n") == r"<h4>&lt;i&gt;\n</h4>"


def test_mathjax_reads_nothing_in_it():
    assert in_notebook(["a", "$b$"]) == '<div class="tex2jax_ignore mathjax_ignore">a$b$</div>'


def test_a_table_has_its_names_as_text_and_long_ones_cut():
    cut = short("x" * 10_000, LONGEST_CELL)
    shown = table(pd.DataFrame({"<b>": ["<script>", "[/x]\n", "x" * 10_000], "n": [1, 2, 3]}))
    assert "<th>&lt;b&gt;</th>" in shown
    assert "<td>&lt;script&gt;</td>" in shown
    assert r"<td>[/x]\n</td>" in shown
    assert f"<td>{cut}</td>" in shown
    assert "<td>1</td>" in shown
