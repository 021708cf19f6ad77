"""The one console: it prints text as it is, whatever is in it, and wherever it goes."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from lensim.plain_text import visible


class PlainConsole(Console):
    r"""A console on which no text acts: markup, emoji codes and numbers are not read, control signs are written out.

    A line called `[/x]`, `:smile:` or `\x1b[2J` is printed letter by letter, alone, in a sentence and in a table.
    """

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)

    def render_str(
        self,
        text: str,
        *,
        style: str | Style = "",
        justify: Any = None,
        overflow: Any = None,
        emoji: bool | None = None,
        markup: bool | None = None,
        highlight: bool | None = None,
        highlighter: Callable[..., Text] | None = None,
    ) -> Text:
        """The text as it is; what is asked of markup, emoji and highlighting is not heard."""
        return super().render_str(
            visible(text), style=style, justify=justify, overflow=overflow, emoji=False, markup=False, highlight=False
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is printed, in which no sign of a text acts on the terminal, also of texts that were made elsewhere."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)

    def __exit__(self, *error: Any) -> None:
        """Print what was gathered; an error says which stream took no more."""
        try:
            super().__exit__(*error)
        except OSError as fault:
            stream = "standard error" if self.stderr else "standard output"
            raise OSError(fault.errno, fault.strerror, stream) from None

    def on_broken_pipe(self) -> None:
        """Print no more where the reader has gone, as `| head` does; what a command makes is made all the same."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


def print_anything() -> None:
    """Let standard output and error take any text: a letter that their encoding lacks is written as its escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a notebook's or a test's stream may have none
            reconfigure(errors="backslashreplace")
