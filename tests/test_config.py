from decimal import Decimal

import pytest

from lensim.checks import InputError
from lensim.config import read_toml


def test_numbers_may_keep_their_digits(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfx = 1.50\r\n")
    assert read_toml(path, "a plan") == {"x": 1.5}
    assert str(read_toml(path, "a plan", parse_float=Decimal)["x"]) == "1.50"


def test_what_is_no_toml_is_told(tmp_path):
    def refused(name, content=None):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError) as error:
            read_toml(path, "a plan")
        return str(error.value).removeprefix(f"{tmp_path}").lstrip("/")

    assert refused("no.toml") == "no.toml must be a plan, got nothing there"
    assert refused("").strip() == "must be a plan, got a folder"
    assert refused("a.toml", b"x = ") == "a.toml must be TOML: Invalid value (at end of document)"
    assert refused("a.toml", b"x = 1\ny = 'M\xfcller'\n") == "a.toml must be TOML in UTF-8, got the byte 0xfc in line 2"
    with pytest.raises(InputError, match=r"must be a plan, which cannot be opened"):
        read_toml("a\0b", "a plan")
