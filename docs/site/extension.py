"""The Sphinx extension of this documentation: cards of models, commands in cells, and functions that packages are."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx

from docs.site.commands import write_commands
from docs.site.docstring import with_literal_blocks
from docs.site.kernel import share_kernel
from docs.site.model_cards import write_cards
from lensim.callable_package import CallablePackage

LANGUAGE: Final = {"%%sh": "bash", "%%writefile": "text"}
"""What is in a cell, by the word that IPython takes for it; readers do not type that word."""

_TITLE: Final = re.compile(r"<h1>.*?</h1>", re.DOTALL)
_WORD: Final = re.compile(r"(?<=>)[^<>]*_[^<>]*(?=<)")
"""Text between tags, with an underscore."""

_AT_ADDRESS: Final = re.compile(r"<[^<>]*(?:<[^<>]*>[^<>]*)?\bat 0x[0-9a-f]+>")


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


def _breaks(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Long names of models break behind an underscore, in titles and in the list of pages."""
    if "body" in context:
        context["body"] = _TITLE.sub(lambda found: with_breaks(found.group()), context["body"])
    if make := context.get("generate_toctree_html"):
        context["generate_toctree_html"] = lambda *given, **options: with_breaks(str(make(*given, **options)))


def with_breaks(html: str) -> str:
    """Places to break behind every underscore of the text, and none within a tag."""
    return _WORD.sub(lambda found: found.group().replace("_", "_<wbr>"), html)


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    kernel = share_kernel()
    app.connect("builder-inited", _generate)
    app.connect("doctree-read", _as_typed)
    app.connect("autodoc-process-docstring", _docstring, priority=100)
    app.connect("autodoc-process-signature", _signature)
    app.connect("html-page-context", _breaks, priority=900)  # behind the theme, which makes the list of pages
    app.connect("build-finished", lambda app, error: kernel.stop())
    return {"parallel_read_safe": True}
