"""The zip archive of a workbook: every member is unpacked once and counted before a library sees it."""

import io
import zipfile
import zlib
from typing import Final

from lensim import limits
from lensim.checks import InputError
from lensim.plain_text import shown, shown_name

ZIP: Final = b"PK\x03\x04"
_ENTRY: Final = b"PK\x01\x02"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, KeyError, IndexError)
_BOOK: Final = "xl/workbook.xml"
_PIECE: Final = 1 << 18
_REMEDIES: Final = {
    "workbook": "copy the sheet with the table into a new workbook",
    "zip archive": "unpack it, and name the file with the results",
}


def names_of(raw: bytes) -> list[str]:
    """Names of the members of a zip archive; none where the bytes are no archive that can be listed."""
    if not raw.startswith(ZIP):
        return []
    if raw.count(_ENTRY) > limits.WORKBOOK_MEMBERS:  # too many to list: `counted_members` refuses them
        return [_BOOK] if _BOOK.encode() in raw else []
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return archive.namelist()
    except _DAMAGED:
        return []


def counted_members(raw: bytes, place: str, kept: tuple[str, ...], noun: str = "workbook") -> dict[str, bytes]:
    """The members of an archive whose name starts with one of `kept`; all are unpacked, and their sizes are counted.

    A library that reads the archive afterwards unpacks no more than was counted here: sizes and check sums that the
    archive states are compared with what comes out of it.

    Raises
    ------
    InputError
        If the archive is damaged, has too many members, or unpacks to too much.
    """
    if (members := raw.count(_ENTRY)) > limits.WORKBOOK_MEMBERS:
        raise InputError(
            f"{place}: a {noun} must have at most {limits.WORKBOOK_MEMBERS:,} parts in its archive, got {members:,}: "
            f"{_REMEDIES[noun]}"
        )
    found: dict[str, bytes] = {}
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for info in archive.infolist():
                pieces = []
                with archive.open(info) as file:
                    while piece := file.read(_PIECE):
                        size += len(piece)
                        if size > limits.WORKBOOK_BYTES:
                            raise InputError(
                                f"{place}: a {noun} must unpack to at most {limits.WORKBOOK_BYTES:,} bytes, got more "
                                f"in {shown(info.filename)}: {_REMEDIES[noun]}"
                            )
                        if info.filename.startswith(kept):
                            pieces.append(piece)
                if pieces:
                    found[info.filename] = b"".join(pieces)
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(
            f"{place}: the {noun} is damaged, its archive cannot be unpacked ({_said(error)}): copy or save it again"
        ) from None
    return found


def _said(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return shown_name(lines[0]) if lines else type(error).__name__
