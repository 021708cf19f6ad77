"""Sentences of the library as the page says them: a choice of Python becomes the option of the command, or a control.

The library names a choice as Python writes it, `engine="nuts"`, and commands print it as an option, `--engine nuts`. A
page has neither: it names the control that it has for the choice, and else the option of the command that has it.
"""

from collections.abc import Mapping
from typing import Final

from lensim.app.read.options import OPTIONS
from lensim.app.read.wanted import options_of
from lensim.in_options import as_options
from lensim.plain_text import visible
from lensim.plan.answer import TRUST

TAKE_IT: Final = "Take a fit that did not pass its convergence gate as it is"
"""Label of the box in the room Plan."""
CONTROLS: Final[Mapping[str, str]] = {f"; {TRUST}": f": tick “{TAKE_IT}”, or fit it anew"}
"""What a control of the page does, by the words of the library."""
NAMES: Final = (
    "chains", "draws", "engine", "force", "plate_map", "priors", "sheet", "trust", "trust_network", "workers",
)  # fmt: skip
"""Choices of commands that are no choices of a reader."""
OTHERWISE: Final[Mapping[str, str]] = {"levels": "--level", "prior": "--from"}
"""Choices whose option has another name."""
OF_COMMANDS: Final[Mapping[str, str]] = {
    **{name: f"--{name.replace('_', '-')}" for name in NAMES},
    **OTHERWISE,
    **{name: option for assay in OPTIONS for name, option in options_of(assay).items()},
}


def spoken(message: str) -> str:
    """A sentence for a page: its choices as controls or options, every sign visible."""
    for words, control in CONTROLS.items():
        message = message.replace(words, control)
    return visible(as_options(message, OF_COMMANDS))
