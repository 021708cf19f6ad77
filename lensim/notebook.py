"""What a result shows as the value of a cell of a notebook: HTML in which no name is a tag, and none a formula."""

from collections.abc import Iterable
from html import escape
from typing import Any

import pandas as pd

from lensim.plain_text import LONGEST_CELL, one_line, visible


def in_notebook(parts: Iterable[str]) -> str:
    """Parts as one; MathJax leaves what lies between dollar signs as it is."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(parts)}</div>'


def paragraph(text: str, style: str = "") -> str:
    """A sentence."""
    return f"<p{f' style={chr(34)}{style}{chr(34)}' if style else ''}>{escape(visible(text))}</p>"


def heading(text: str) -> str:
    """The name of what follows."""
    return f"<h4>{escape(one_line(text))}</h4>"


def table(frame: pd.DataFrame, **shown: Any) -> str:
    """A table; `shown` goes to `pandas.DataFrame.to_html`."""
    frame = frame.map(lambda value: one_line(value, LONGEST_CELL) if isinstance(value, str) else value)
    frame = frame.rename(columns=lambda name: one_line(name))
    with pd.option_context("display.max_colwidth", None):
        return str(frame.to_html(index=False, escape=True, **shown))
