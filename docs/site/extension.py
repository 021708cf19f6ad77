"""The Sphinx extension of this documentation: cards of models, commands in cells, and functions that packages are."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from sphinx.application import Sphinx

from docs.site.commands import write_commands
from docs.site.docstring import with_literal_blocks
from docs.site.model_cards import write_cards
from lensim.callable_package import CallablePackage

LANGUAGE: Final = {"%%sh": "bash", "%%writefile": "text"}
"""What is in a cell, by the word that IPython takes for it; readers do not type that word."""

_AT_ADDRESS: Final = re.compile(r"<[^<>]*(?:<[^<>]*>[^<>]*)?\bat 0x[0-9a-f]+>")

PLAIN: Final = (
    "import os; [os.environ.pop(name, None) for name in ('FORCE_COLOR', 'CLICOLOR_FORCE', 'CLICOLOR', 'TERM')]"
)
"""What a kernel does first: commands in cells write to no terminal, so without colours."""


def _generate(app: Sphinx) -> None:
    docs = Path(app.srcdir)
    write_cards(docs)
    write_commands(docs / "reference" / "_commands.md")


def _as_typed(app: Sphinx, tree: nodes.document) -> None:
    """A cell of commands, or of a file, is shown as a terminal or an editor has it."""
    for block in tree.findall(nodes.literal_block):
        first, _, text = block.astext().partition("\n")
        if language := LANGUAGE.get(first.split(" ")[0]):
            block.rawsource = text
            block.children = [nodes.Text(text)]
            block["language"] = language


def _docstring(app: Sphinx, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    """Docstrings as the reference shows them.

    `lensim.power` is a package that can be called: the page shows the function behind. Indented blocks are equations.
    """
    if isinstance(found, CallablePackage):
        module, function = found.__function_at__
        lines[:] = (inspect.getdoc(getattr(import_module(module), function)) or "").splitlines()
    lines[:] = with_literal_blocks(lines)


def _signature(
    app: Sphinx, what: str, name: str, found: Any, options: Any, text: str | None, result: str | None
) -> tuple[str | None, str | None]:
    """Signatures without the address of a function that is a default: `tell=...`."""
    return (None if text is None else _AT_ADDRESS.sub("...", text)), result


class QuietKernelManager(AsyncKernelManager):
    """The process in which cells run; it speaks on this machine alone, and warns of nothing else."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Its command."""
        more = ["--log-level=ERROR", f"--IPKernelApp.exec_lines={PLAIN}"]
        return super().format_kernel_cmd([*(extra_arguments or []), *more])


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    NotebookClient._kernel_manager_class_default = lambda client: QuietKernelManager  # type: ignore[method-assign, assignment]
    app.connect("builder-inited", _generate)
    app.connect("doctree-read", _as_typed)
    app.connect("autodoc-process-docstring", _docstring, priority=100)
    app.connect("autodoc-process-signature", _signature)
    return {"parallel_read_safe": True}
