"""What the terminal shows is what was meant: nothing in brackets is read as markup."""

import pandas as pd
import pytest
import typer
from rich.text import Text

from lensim.assay import ResultTable
from lensim.cli.main import app
from lensim.cli.tables import print_tables

HOSTILE = ("[/x]", "a[x]", "[uM]", "[bold]b[/bold]", ":smile:")


def test_names_headings_and_captions_keep_their_brackets(capsys):
    frame = pd.DataFrame({"cell_line": HOSTILE, "ic50": "1.2 (0.9 to 1.5)"})
    print_tables((ResultTable("lines", "Lines [x], 90% intervals", frame, units={"ic50": "nM"}),))
    said = capsys.readouterr().out
    for text in (*HOSTILE, "IC50 [nM]", "Lines [x], 90% intervals"):
        assert text in said


def helps() -> list[tuple[str, str]]:
    """Every sentence of the help of every command, with the command."""
    found = []

    def walk(command: typer.core.TyperCommand, name: str) -> None:
        found.append((name, command.help or ""))
        for parameter in command.params:
            found.append((f"{name} {parameter.name}", getattr(parameter, "help", "") or ""))
        for child, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{name} {child}")

    walk(typer.main.get_command(app), "lensim")
    return found


@pytest.mark.parametrize(
    ("place", "text"), [one for one in helps() if "[" in one[1] or "]" in one[1]] or [("none", "")]
)
def test_help_loses_nothing_to_markup(place, text):
    assert Text.from_markup(text).plain == text, place


def test_help_is_walked():
    assert len(helps()) > 100
