import time
from decimal import Decimal

import pytest

from lensim.checks import InputError
from lensim.toml_file import read_toml


def refused(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_toml(path, "a plan")
    return str(error.value).removeprefix(f"{path.parent}").lstrip("/")


def test_numbers_may_keep_their_digits(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfx = 1.50\r\n")
    assert read_toml(path, "a plan") == {"x": 1.5}
    assert str(read_toml(path, "a plan", parse_float=Decimal)["x"]) == "1.50"


def test_what_is_no_toml_is_told(tmp_path):
    path = tmp_path / "a.toml"
    for place, got in ((path, "nothing there"), (tmp_path, "a folder"), ("a\0b", "one that cannot be opened")):
        with pytest.raises(InputError, match=f"must be a plan, got {got}"):
            read_toml(place, "a plan")
    assert refused(path, b"x = ") == "a.toml must be TOML: Invalid value (at end of document)"
    assert refused(path, b"x = 1\ny = 'M\xfcller'\n") == "a.toml must be TOML in UTF-8, got the byte 0xfc in line 2"
    assert refused(path, "x = 1".encode("utf-16")) == "a.toml must be TOML in UTF-8, got the byte 0xff in line 1"
    assert refused(path, b"x = 1\nx = 2\n") == "a.toml must be TOML: Cannot overwrite a value (at line 2, column 6)"
    assert refused(path, b"x = 'a\0b'") == "a.toml must be TOML: Found invalid character '\\x00' (at line 1, column 7)"
    day = "a.toml must be TOML: Invalid date or datetime (at line 1, column 5)"
    assert refused(path, b"x = 2024-02-31") == day


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = " + b"[" * 17, "a.toml line 1 must have at most 16 brackets within each other, got more"),
        (b"b = 1\na = " + b"[" * 400_000, "a.toml line 2 must have at most 16 brackets within each other, got more"),
        (b"a = " + b"{a = " * 17, "a.toml line 1 must have at most 16 brackets within each other, got more"),
        (b"a = " + b"{a = [\n" * 9, "a.toml line 9 must have at most 16 brackets within each other, got more"),
        (b"[" + b"a." * 20_000 + b"a]", "a.toml line 1 must have at most 1,000 characters in a number or a name, got"),
        (b"[" + b"a." * 16 + b"a]", "a.toml line 1 must have at most 16 parts in a dotted key, got 17"),
        (b"[" + b"'a' . " * 16 + b"a]", "a.toml line 1 must have at most 16 parts in a dotted key, got 17"),
        (b"\n" + b"a." * 16 + b"a = 1", "a.toml line 2 must have at most 16 parts in a dotted key, got 17"),
        (b"a = " + b"1" * 5000, "a.toml line 1 must have at most 1,000 characters in a number or a name, got 5,000"),
        (b"a = 0x" + b"f" * 5000, "a.toml line 1 must have at most 1,000 characters in a number or a name, got 5,002"),
        (b"a = 1\n#" + b" " * 1_000_000, "a.toml must be a plan of at most 1,000,000 bytes, got 1,000,007: "),
        (b"a = 1e9999999999999999999", "a.toml must be TOML, got a number whose exponent is too large"),
    ],
)
def test_what_takes_long_to_parse_is_refused_at_once(tmp_path, content, message):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    started = time.perf_counter()
    with pytest.raises(InputError) as error:
        read_toml(path, "a plan", parse_float=Decimal)
    assert str(error.value).removeprefix(f"{path.parent}").lstrip("/").startswith(message)
    assert time.perf_counter() - started < 2.0


@pytest.mark.parametrize(
    "content",
    [
        b"a = '''" + b"[" * 100 + b"'''\nb = \"" + b"." * 2000 + b'"\n# ' + b"[.] " * 900,
        b'a = """x\\""" [[[[[[[[[[[[[[[[[[[[ """ \nb = [[1.5, 2.5], [1e3, -0.0]]',
        b"[[a.b]]\nc.d = 1\n[[a.b]]\nc.d = { e = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0] }",
        b"a = " + b"[" * 16 + b"]" * 16,
        b"a = [" + b"1.25, " * 5000 + b"]",
    ],
)
def test_brackets_and_points_in_strings_comments_and_numbers_do_not_count(tmp_path, content):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    assert "a" in read_toml(path, "a plan")


@pytest.mark.parametrize(
    "piece", [b'"""', b"'''", b'"', b"'", b'"""\\', b"a='", b'""""', b"a = [\n", b"a.", b"#", b"[["]
)
def test_no_text_takes_long(tmp_path, piece):
    path = tmp_path / "a.toml"
    path.write_bytes(piece * (900_000 // len(piece)))
    started = time.perf_counter()
    with pytest.raises(InputError) if piece != b"#" else pytest.MonkeyPatch.context():
        read_toml(path, "a plan")
    assert time.perf_counter() - started < 5.0
