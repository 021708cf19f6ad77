"""Results folders that were damaged or made to harm: one sentence, and no file from outside on the page."""

import os
import re
import struct
import zlib
from pathlib import Path

import pytest

from lensim import limits
from lensim.added_files import added_file
from lensim.checks import InputError
from lensim.ownership import sign
from lensim.report.folder import folder_section
from lensim.report.html import render
from lensim.report.own_results import results_page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    (made / "findings.txt").write_text("All is found.\n")
    return made


@pytest.mark.parametrize("name", ["a.csv", "a.png", "findings.txt", "study.toml", "manifest.json", "scenario.json"])
def test_no_link_is_followed(folder, tmp_path, name):
    (tmp_path / "other").write_text('{"secret": "of another"}')
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(tmp_path / "other")
    with pytest.raises(
        InputError, match=re.escape(f"{folder / name} must be a file of this results folder, got a link")
    ):
        folder_section(folder) if name != "findings.txt" else folder_section(with_table(folder))


def with_table(folder: Path) -> Path:
    (folder / "table.csv").write_text("a\n1\n")
    return folder


def test_no_folder_that_is_a_link_is_followed(folder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "wells.csv").write_text("secret\n1\n")
    (folder / "more").symlink_to(tmp_path / "other")
    with pytest.raises(
        InputError, match=re.escape(f"{folder / 'more'} must be a file of this results folder, got a link")
    ):
        folder_section(folder)


def test_a_results_folder_may_be_named_by_a_link(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert folder_section(with_table(tmp_path / "link")).findings == ("All is found.",)


DAMAGED = {
    "a.csv": [
        (b'a\n"', "must be a table (CSV) written by lensim, got something else (Error tokenizing data."),
        (b"a\xff\n1\n", "must be a table (CSV) written by lensim, got something else ('utf-8' codec can't decode"),
        (b"a\n1,2,3\n", "must be a table (CSV) written by lensim, got lines with more cells than the first"),
        (b"," * 5000, "must be a table (CSV) written by lensim of at most 2,000 columns, got 5,001"),
    ],
    "findings.txt": [(b"\xff", "must be text in UTF-8, got something else")],
    "study.toml": [(b"\xff", "must be text in UTF-8, got something else")],
    "manifest.json": [
        (b'{"seed": NaN}', "must be a manifest written by lensim, got the seed nan, which is no whole number of 0 or"),
        (b'{"seed": -1}', "must be a manifest written by lensim, got the seed -1, which is no whole number of 0 or"),
        (b'{"seed": "7"}', "must be a manifest written by lensim, got the seed '7', which is no whole number of 0 or"),
        (b'{"seed": null}', "must be a manifest written by lensim, got the seed None, which is no whole number of 0"),
        (b"[]", "must be a manifest written by lensim, got []"),
        (b'{"seconds": 3}', "must be a manifest written by lensim, got something else ('int' object has no attribute"),
        (
            b'{"seconds": {"a": 1e999, "b": {}}}',
            "must be a manifest written by lensim, got something else (unsupported",
        ),
        (b'{"verdicts": null}', "must be a manifest written by lensim, got something else ('NoneType' object has no"),
    ],
}


@pytest.mark.parametrize(
    ("name", "content", "said"), [(name, *one) for name, all_of in DAMAGED.items() for one in all_of]
)
def test_damage_is_told_by_file(folder, name, content, said):
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=re.escape(f"{folder / name} {said}")):
        folder_section(folder)


def test_a_pipe_in_the_place_of_the_manifest_is_told(folder):
    os.mkfifo(folder / "manifest.json")
    with pytest.raises(InputError, match=re.escape("manifest.json must be a manifest written by lensim, got a pipe")):
        folder_section(folder)


def signed(folder: Path) -> Path:
    """A folder as a command leaves it, with the digest of every file."""
    with_table(folder)
    (folder / "a.png").write_bytes(png(8, 8, (b"\0" + b"\xff" * 24) * 8))
    (folder / "manifest.json").write_text('{"seed": 7}')
    sign(folder)
    return folder


def test_files_as_they_were_written_need_no_word(folder):
    assert folder_section(signed(folder)).cautions == ()


def other_number(folder):
    (folder / "table.csv").write_text("a\n7\n")


def other_words(folder):
    (folder / "findings.txt").write_text("Nothing is found.\n")


def other_figure(folder):
    (folder / "a.png").write_bytes(png(9, 8, (b"\0" + b"\xff" * 27) * 8))


def one_more(folder):
    (folder / "mine.csv").write_text("a\n7\n")


def one_less(folder):
    (folder / "table.csv").unlink()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_number, "table.csv was changed since lensim wrote it."),
        (other_words, "findings.txt was changed since lensim wrote it."),
        (other_figure, "a.png was changed since lensim wrote it."),
        (one_more, "mine.csv was not written by lensim."),
        (one_less, "table.csv, which lensim wrote, is not there any more."),
    ],
)
def test_a_file_that_was_changed_is_told_on_the_page(folder, change, said):
    change(signed(folder))
    assert folder_section(folder).cautions == (said,)
    assert said in render(results_page([folder], "Ours"))


def test_a_table_that_a_command_added_to_the_folder_is_lensims(folder):
    with added_file(signed(folder) / "more.csv", force=False) as partial:
        partial.write_text("a\n1\n")
    assert folder_section(folder).cautions == ()


def png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def test_a_figure_that_is_none_or_takes_the_memory_is_refused(folder):
    for content, said in (
        (png(30_000, 30_000), "must be a"),
        (png(8_000, 8_000), "must be a figure of at most 40,000,000 pixels, got 64,000,000"),
        (png(80, 80, b"x"), "must be a PNG or SVG figure, got something else"),
        (b"\x89PNG\r\n\x1a\nxxxxxxxxxxxxx", "must be a PNG or SVG figure, got something else"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "must be a PNG or SVG figure, got something else"),
    ):
        (folder / "a.png").write_bytes(content)
        with pytest.raises(InputError, match=re.escape(f"out/a.png {said}")):
            render(results_page([folder], "Ours"))
    (folder / "a.png").write_bytes(png(8, 8, (b"\0" + b"\xff" * 24) * 8))
    assert "data:image/png" in render(results_page([folder], "Ours"))


def test_files_beyond_the_bounds_are_refused(folder, monkeypatch):
    monkeypatch.setattr(limits, "PAGE_TABLE_BYTES", 10)
    (folder / "a.csv").write_text("abc\n" * 10)
    with pytest.raises(
        InputError, match=re.escape("must be a table (CSV) written by lensim of at most 10 bytes, got 40")
    ):
        folder_section(folder)


def test_markup_in_a_table_is_text_on_the_page(folder):
    (folder / "a.csv").write_text('name,<i>x\n"<script>alert(1)</script>",1\n')
    page = render(results_page([folder], "Ours"))
    assert "<script>" not in page
    assert "<i>x" not in page
    assert "&lt;script&gt;" in page
