"""From a path to text: kind of file, encoding, and advice for a file that is not text."""

import difflib
import re
from pathlib import Path
from typing import Final

from lensim import input_file, limits
from lensim.checks import InputError
from lensim.plain_text import shown_name

_MOST_NAMES: Final = 2_000
_LONGEST_NAME: Final = 255
"""A folder with more names, or a longer name, is not searched for names that are close."""
_CYTOMETER: Final = "an FCS file of a cytometer: name it in a table with columns file and condition"
_SIGNATURES: Final = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) that is damaged: copy or save it again"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"%PDF", "a PDF: export the table as CSV"),
    (b"\x89PNG", "a picture: export the table as CSV"),
    (b"\xff\xd8\xff", "a picture: export the table as CSV"),
    (b"\x89HDF", "an HDF5 or netCDF file: open it with xarray"),
    (b"FCS2.0", _CYTOMETER),
    (b"FCS3.", _CYTOMETER),
    (b"SQLite format 3", "an SQLite database: export the table as CSV"),
)
_ZIP_CONTENTS: Final = (
    (b"xl/", "an Excel workbook (.xlsx) that is cut off or damaged: copy or save it again"),
    (
        b"opendocument.spreadsheet",
        "an OpenDocument spreadsheet (.ods) that is cut off or damaged: copy or save it again",
    ),
    (b"rdml", "an RDML file of RT-qPCR data, not a table"),
)
_MARKUP: Final = re.compile(r"\s*<(!doctype|html|\?xml|table|Workbook)\b", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")  # not tab, line ends, form feeds or file separators
_BYTE_ORDER_MARKS: Final = (  # UTF-32 before UTF-16, whose mark is its beginning
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE_LINE: Final = re.compile(rf"(?<![^\r\n])[^\r\n]{{{limits.TABLE_COLUMNS},}}")
_SEPARATORS: Final = "\t;,|"
PARQUET_SIGNATURE: Final = b"PAR1"


def read_bytes(path: str | Path) -> bytes:
    """The content of a file of a user.

    Raises
    ------
    InputError
        As `input_file.read_bytes`, with the names beside a file that is not there; and if the file is empty.
    """
    path = Path(path)
    try:
        raw = input_file.read_bytes(path, at_most=limits.TABLE_BYTES)
    except InputError as error:
        if str(error).endswith("got nothing there"):
            raise InputError(f"{error}{_nearest(path)}") from None
        raise
    if not raw.strip():
        raise InputError(f"{shown_name(path.name)}: the file is empty")
    return raw


def _nearest(path: Path) -> str:
    """What is there instead of a missing file: the folder that is, or names in the folder that are close."""
    folder = path.parent
    if not folder.is_dir():
        return f", nor a folder {shown_name(folder)}"
    try:
        names = sorted(one.name for one in folder.iterdir() if one.is_file())
    except OSError:
        return ""
    if len(names) > _MOST_NAMES or len(path.name) > _LONGEST_NAME:
        return ""
    lower = {name.lower(): name for name in reversed(names)}
    close = difflib.get_close_matches(path.name.lower(), lower, n=3)
    return f"; perhaps {' or '.join(repr(lower[name]) for name in close)}" if close else ""


def decode(raw: bytes, place: str) -> str:
    """Text of a file in UTF-8 (with or without its mark), UTF-16, UTF-32, or else Windows' and ISO's Latin 1.

    Raises
    ------
    InputError
        If the bytes are no text; the message says what they seem to be, and what to do.
    """
    _refuse_known_formats(raw, place)
    text = _decode_unicode(raw, place)
    if text is None:
        if b"\x00" in raw:
            raise InputError(f"{place}: the file is binary (it has NUL bytes), not text: export the table as CSV")
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    if control := _CONTROL.search(text):
        raise InputError(
            f"{place}: the file seems to be binary (it has the character {ord(control.group()):#04x}), not text: "
            "export the table as CSV"
        )
    if _MARKUP.match(text):
        raise InputError(f"{place}: the file is a web page or XML, whatever its name says: save the table as CSV")
    if not text.strip():
        raise InputError(f"{place}: the file is empty")
    _refuse_size(text, place)
    return text.replace("\r\r\n", "\r\n")  # what a program writes that translates line ends twice


def _refuse_size(text: str, place: str) -> None:
    """Refuse more than a table can have, before lines and cells are parted, which takes twenty times the memory."""
    lines = max(text.count("\n"), text.count("\r")) + 1
    require_shape(place, lines=lines, cells=lines + max(map(text.count, _SEPARATORS)))
    for wide in _WIDE_LINE.finditer(text):
        line = wide.group().rstrip(f'{_SEPARATORS} "')  # spreadsheets write separators to the end of the sheet
        if (columns := max(map(line.count, _SEPARATORS)) + 1) > limits.TABLE_COLUMNS:
            require_shape(f"{place} line {text.count(chr(10), 0, wide.start()) + 1}", columns=columns)


def require_shape(place: str, *, lines: int = 0, cells: int = 0, columns: int = 0) -> None:
    """Refuse a table of more than lensim reads.

    Raises
    ------
    InputError
        With the bound, the size and what to do.
    """
    if lines > limits.TABLE_LINES:
        raise InputError(
            f"{place} must have at most {limits.TABLE_LINES:,} lines, got {lines:,}: divide it into several files"
        )
    if columns > limits.TABLE_COLUMNS:
        raise InputError(
            f"{place} must have at most {limits.TABLE_COLUMNS:,} cells in a line, got {columns:,}: keep the columns "
            "that are needed; a table so wide often has its lines as columns"
        )
    if cells > limits.TABLE_CELLS:
        raise InputError(
            f"{place} must have at most {limits.TABLE_CELLS:,} cells, got {cells:,}: leave out columns that are not "
            "needed"
        )


def _refuse_known_formats(raw: bytes, place: str) -> None:
    """Refuse a file of a known format that is not text, and name the format."""
    if raw.startswith(b"PK\x03\x04"):
        for content, remedy in _ZIP_CONTENTS:
            if content in raw:
                raise InputError(f"{place}: the file is {remedy}")
        raise InputError(
            f"{place}: the file is a zip archive, read of RT-qPCR alone (lensim fit expression): unpack it first"
        )
    for signature, remedy in _SIGNATURES:
        if raw.startswith(signature):
            raise InputError(f"{place}: the file is {remedy}")


def _decode_unicode(raw: bytes, place: str) -> str | None:
    """Text by the mark at its start, by the NULs that UTF-16 puts between Latin letters, or UTF-8; else None."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                raise InputError(f"{place}: the file starts as {encoding} text but is not: save it as UTF-8") from None
    unmarked = "utf-8"
    if b"\x00" in raw and len(raw) % 2 == 0:
        odd, even = raw[1::2].count(0), raw[::2].count(0)
        if max(odd, even) > 0.4 * len(raw) and min(odd, even) == 0:
            unmarked = "utf-16-le" if odd else "utf-16-be"
    try:
        text = raw.decode(unmarked)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text
