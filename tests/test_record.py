"""Records that lensim reads back: what is damaged or another's is refused in one sentence."""

import re

import pytest

from lensim import limits
from lensim.checks import InputError
from lensim.record import object_in, object_of

WHAT = "a manifest written by lensim"
REFUSED = {
    "": "got text that is no JSON (Expecting value)",
    "null": "got None",
    "[]": "got []",
    '"text"': "got 'text'",
    "{": "got text that is no JSON (Expecting property name enclosed in double quotes)",
    "[" * 100_000: "got brackets within brackets without an end",
    '{"a":' * 101 + "1" + "}" * 101: "got more than 100 brackets within brackets",
    '{"a": ' + "9" * 5000 + "}": (
        "got text that is no JSON (Exceeds the limit (4300 digits) for integer string conversion: value has 5000 "
        "digits; use sys.set_int_max_str_digits() to increase the limit)"
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_object_is_refused(tmp_path, text):
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(f"{path} must be {WHAT}, {REFUSED[text]}")):
        object_in(path, WHAT)


def test_what_is_no_text_or_too_large_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "manifest.json"
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(InputError, match="got bytes that are no text in UTF-8"):
        object_in(path, WHAT)
    monkeypatch.setattr(limits, "TEXT_BYTES", 9)
    with pytest.raises(InputError, match=f"{WHAT} of at most 9 bytes, got 10"):
        object_in(path, WHAT)
    with pytest.raises(InputError, match=re.escape("verdict must be a verdict of at most 9 characters, got 11")):
        object_of('{"a": "x"} ', "verdict", "a verdict")
    with pytest.raises(InputError, match="verdict must be a verdict, got int"):
        object_of(3, "verdict", "a verdict")


def test_an_object_is_read(tmp_path):
    (tmp_path / "manifest.json").write_text('{"seed": 1, "of": {"a": [1, {}]}}')
    assert object_in(tmp_path / "manifest.json", WHAT) == {"seed": 1, "of": {"a": [1, {}]}}
