"""The console prints text as it is, whatever is in it, and wherever it goes."""

import io
import sys

import pytest
from rich.table import Table
from rich.text import Text

from lensim.cli.console import PlainConsole, print_anything

NAMES = ["[/x]", "[bold]a[/bold]", "[link=a]b[/link]", ":smile:", "{0}", "%s", "https://a.b", "'a' 1 None"]


def printed(what: object, *, terminal: bool = False) -> str:
    console = PlainConsole(width=60)
    console.file = io.StringIO()
    if terminal:
        console._force_terminal = True
    console.print(what)
    return console.file.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_letter_by_letter(name):
    assert printed(name) == f"{name}\n"
    assert printed(name, terminal=True) == f"{name}\n"
    shown = Table(name, title=name)
    shown.add_row(name)
    assert printed(shown).count(name) == 3


@pytest.mark.parametrize(("name", "seen"), [("\x1b[2J", r"\x1b[2J"), ("a\u202eb", r"a\u202eb"), ("a\rb", r"a\rb")])
def test_a_sign_that_acts_on_a_terminal_is_an_escape(name, seen):
    assert printed(name) == f"{seen}\n"
    assert printed(name, terminal=True) == f"{seen}\n"
    assert not {*"\x1b\r\u202e"} & {*printed(Text(name), terminal=True)}


def test_letters_that_the_encoding_lacks_are_escapes(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    print_anything()
    stream.write("µ\udcff")
    stream.flush()
    assert stream.buffer.getvalue() == rb"\xb5\udcff"  # type: ignore[attr-defined]


@pytest.mark.parametrize("stderr", [False, True])
def test_an_error_of_a_stream_names_it(monkeypatch, stderr):
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr" if stderr else "stdout", Full())
    with pytest.raises(OSError, match="No space left") as found:
        PlainConsole(stderr=stderr).print("said")
    assert found.value.filename == ("standard error" if stderr else "standard output")
