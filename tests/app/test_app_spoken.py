"""No sentence of a page has a choice as Python writes it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import lensim
from lensim.app.spoken import OF_COMMANDS, TAKE_IT, spoken
from lensim.checks import InputError
from lensim.plan.answer import require_trusted

SOURCE = Path(lensim.__file__).parent
CHOICE = re.compile(r"(?<=[ (])(?!word=)[a-z_]+=(?!=)")
"""As Python writes it; the name of some is only known where the sentence is made."""
OPTION = re.compile(r"--[a-z-]+ \S+=\S+")
ELSEWHERE = ("app", "cli", "notebook.py", "report")
"""What writes HTML, or the options of commands."""


def sentences() -> Iterator[str]:
    """Every text of the library that names a choice; what is put into it is a word."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] in ELSEWHERE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) in inner or id(node) in docs:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "word" for part in node.values)
            else:
                continue
            if CHOICE.search(text) and "channels={" not in text:  # these are put together from JSON, as below
                yield text


SENTENCES = sorted(set(sentences()))


def test_there_are_such_sentences():
    assert len(SENTENCES) > 80


@pytest.mark.parametrize("text", SENTENCES)
def test_a_choice_is_an_option_on_a_page(text):
    assert not CHOICE.search(OPTION.sub("", spoken(text)))


def test_a_channel_is_an_option():
    assert spoken('name it, such as channels={"dna": "FL2-A"}') == "name it, such as --dna-channel FL2-A"


def test_a_fit_that_did_not_pass_is_taken_by_the_box():
    import xarray as xr

    with pytest.raises(InputError) as told:
        require_trusted(xr.DataTree(), "fit.nc", trust=False)
    assert spoken(str(told.value)) == (
        f"fit.nc must say whether it converged, got no verdict: tick “{TAKE_IT}”, or fit it anew"
    )


def test_a_prior_that_is_too_narrow_is_one_of_a_file():
    assert spoken("give a larger scale (now 0.7) with priors=") == "give a larger scale (now 0.7) with --priors"
    assert OF_COMMANDS["priors"] == "--priors"


@pytest.mark.parametrize("text", ["line 1 has 3 wells", "TNF = 2 pg/ml", "P(IC50 > top dose) >= 0.9", "K562 dose=high"])
def test_other_words_stay(text):
    assert spoken(text) == text


def test_what_acts_on_a_page_is_seen():
    assert spoken("a\u202eb") == "a\\u202eb"
