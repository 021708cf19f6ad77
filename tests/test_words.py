"""The text of a user reaches a terminal, a page or a figure through one door each: no module opens another."""

import ast
from collections.abc import Iterator

import pytest

from tests.source_tree import ROOT, modules_of

# what would read a text, and the module that may have it
DOORS = {
    "Console": {"lensim/cli/console.py"},
    "print": set(),  # `say` and `out.print` are the doors
    "from_markup": set(),
    "from_ansi": set(),
    "Markup": {"lensim/report/html.py"},
    "Progress": {"lensim/cli/progress.py"},
    "mathtext": set(),
    "HTML": set(),
}
SWITCHES = {"markup", "emoji", "highlight", "usetex", "parse_math"}
OWN_PRINT = {"lensim/results_folder.py"}  # below the command line; its text goes through `message_text`


def _name(function: ast.expr) -> str:
    """The name that is called: `Console` of `rich.console.Console(...)`; a method `print` of a console is none."""
    if isinstance(function, ast.Attribute):
        return "" if function.attr == "print" else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _breaches(tree: ast.Module, module: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            own = name == "print" and module in OWN_PRINT and "message_text" in ast.unparse(node)
            if name in DOORS and module not in DOORS[name] and not own:
                yield f"{module}:{node.lineno} {name}"
            for word in node.keywords:
                if word.arg in SWITCHES and isinstance(word.value, ast.Constant) and word.value.value is True:
                    yield f"{module}:{node.lineno} {word.arg}=True"
        names = [one.name for one in node.names] if isinstance(node, ast.ImportFrom) and node.module == "rich" else []
        if "print" in names:
            yield f"{module}:{node.lineno} rich.print"


def test_no_module_opens_another_door():
    found = []
    for tree in ("lensim", "models"):
        for path in modules_of(tree):
            name = str(path.relative_to(ROOT))
            found += _breaches(ast.parse(path.read_text(encoding="utf-8")), name)
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "console = Console()\n",
        "console = rich.console.Console(stderr=True)\n",
        "print(name)\n",
        "from rich import print\n",
        "Text.from_markup(name)\n",
        "out.print(name, markup=True)\n",
        "axis.text(0, 0, name, usetex=True)\n",
        "shown = HTML(name)\n",
        "shown = Markup(name)\n",
    ],
)
def test_another_door_is_seen(source):
    assert list(_breaches(ast.parse(source), "lensim/made_up.py")) != []


def test_a_page_marks_no_text_as_safe_but_its_own_style():
    for path in sorted((ROOT / "lensim/report/templates").glob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", "")
        assert "autoescape false" not in text
