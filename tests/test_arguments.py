"""The door of the public functions: one sentence for a value of another kind, and nothing else changes."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from lensim.arguments import checked
from lensim.checks import InputError


@checked
def reader(
    files: str | Path | Sequence[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    lost: Literal["refuse", "drop"] = "refuse",
    seed: int = 1,
    share: float = 0.5,
    force: bool = False,
    tell: Callable[[str], None] = print,
    design: "Design | None" = None,
    anything: Any = None,
) -> tuple[Any, ...]:
    """Read."""
    return files, columns, ignore, seed


class Design: ...


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": "signal=RLU"}, "columns must be a mapping of names to texts, got 'signal=RLU': "
         'write columns={"signal": "RLU"}'),
        ({"columns": ["signal=RLU", "dose=c"]}, "columns must be a mapping of names to texts, got ['signal=RLU', "
         """'dose=c']: write columns={"signal": "RLU", "dose": "c"}"""),
        ({"columns": {"dose": 1}}, "columns must be a mapping of names to texts, got {'dose': 1}: "
         'write columns={"condition": "NAME"}'),
        ({"ignore": "plate"}, """ignore must be a list of texts, got 'plate': write ignore=["plate"]"""),
        ({"ignore": [1]}, 'ignore must be a list of texts, got [1]: write ignore=["plate"]'),
        ({"lost": "no"}, "lost must be one of refuse, drop, got 'no'"),
        ({"seed": 1.5}, "seed must be a whole number, got 1.5: write seed=1"),
        ({"seed": True}, "seed must be a whole number, got True: write seed=1"),
        ({"share": "half"}, "share must be a number, got 'half'"),
        ({"force": 1}, "force must be True or False, got 1: write force=True"),
        ({"tell": None}, "tell must be a function, got None: write tell=print"),
        ({"design": object()}, "design must be a Design, got a value of the type object: leave it out for the design "
         "of the paper"),
        ({"ingore": []}, "an option must be one of files, columns, ignore, lost, seed, share, force, tell, design, "
         "anything, got 'ingore' (closest: 'ignore')"),
    ],
)  # fmt: skip
def test_an_option_of_another_kind_is_refused_with_what_to_write(options, message):
    with pytest.raises(InputError) as refused:
        reader("wells.csv", **options)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("given", "named", "message"),
    [
        ((), {}, 'files must be given, got none: write the path of the file, "wells.csv", or a list of paths'),
        ((1,), {}, 'files must be a path or a list of paths, got 1: write the path of the file, "wells.csv", or a list '
         "of paths"),
        (("",), {}, "files must be a path or a list of paths, got '': write the path of the file, \"wells.csv\", or a "
         "list of paths"),
        ((pd.DataFrame(),), {}, "files must be a path or a list of paths, got a value of the type DataFrame: write the "
         'path of the file, "wells.csv", or a list of paths'),
        (("a", "b"), {}, "values must be at most 1 without the name of its option, got 2: the options are files, "
         "columns, ignore, lost, seed, share, force, tell, design, anything"),
        (("a",), {"files": "b"}, "files must be given once, got two values"),
    ],
)  # fmt: skip
def test_what_is_given_without_a_name_is_looked_at_too(given, named, message):
    with pytest.raises(InputError) as refused:
        reader(*given, **named)
    assert str(refused.value) == message


def test_a_function_without_options_takes_none():
    with pytest.raises(InputError, match=r"^values must be left out, got 1$"):
        checked(lambda: None)(1)


@pytest.mark.parametrize(
    "files", [["a", Path("b")], ("a",), iter(["a"]), np.array(["a"]), pd.Series(["a"]), {"a"}, {"a": 1}.keys()]
)
def test_every_list_of_one_dim_is_a_list(files):
    assert list(reader(files)[0])


def test_values_that_are_meant_go_through_as_they_are():
    columns = {"dose": "Conc"}
    found = reader(
        "a", columns=columns, seed=np.int64(3), share=1, force=np.True_, tell=print, design=Design(), anything=object()
    )
    assert found == ("a", columns, (), 3)
    assert found[1] is columns


def test_an_object_whose_words_fail_is_named_by_its_type():
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError

    with pytest.raises(InputError, match=r"got a value of the type list: write ignore="):
        reader("a", ignore=[Silent()])


def test_signature_and_help_stay_as_they_are():
    assert str(inspect.signature(reader)).startswith("(files: str | ")
    assert reader.__doc__ == "Read."
    assert checked(reader) is reader
