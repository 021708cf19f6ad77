"""The XML of an RDML file, by itself or in a zip archive, in pieces: nothing is unpacked that has not been counted."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from lensim import limits
from lensim.checks import InputError
from lensim.plain_text import shown, shown_name

ZIP: Final = b"PK\x03\x04"
_ENTRY: Final = b"PK\x01\x02"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, KeyError, IndexError)
_METHODS: Final = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflate"}
_OTHER_METHODS: Final = {
    9: "deflate64",
    12: "bzip2",
    14: "LZMA",
    93: "zstd",
    95: "xz",
    98: "PPMd",
    99: "AES encryption",
}
_ENCRYPTED: Final = 0x1
_HEAD: Final = 4000
"""Bytes in which a document's first element is."""
_PIECE: Final = 1 << 16

_ROOT: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,50}:)?rdml\b")
_DECLARED: Final = re.compile(rb"<\?xml\b[^>]{0,200}?\bencoding\s{0,5}=\s{0,5}[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ONE_BYTE: Final = frozenset({"iso8859-1", "cp1252", "iso8859-15"})
"""Encodings that a declaration can state, beside those that show by themselves."""
_BYTE_ORDERS: Final = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)


def is_rdml(raw: bytes) -> bool:
    """Whether a file's bytes are RDML, packed or not."""
    if not raw.startswith(ZIP):
        return _begins_as_rdml(raw)
    try:
        with _opened(raw, "") as archive:
            return bool(_documents(archive))
    except InputError:
        return b"rdml" in raw.lower()


def pieces_of(raw: bytes, place: str) -> Iterator[bytes]:
    """The XML as UTF-8, piece by piece.

    Raises
    ------
    InputError
        If the archive is damaged, encrypted, packed in a way that is not read, or has no or several documents; if the
        XML is in no known encoding; as soon as it unpacks to more than `limits.RDML_BYTES`.
    """
    if not raw.startswith(ZIP):
        yield from _as_utf8(_cut(raw), place)
        return
    with _opened(raw, place) as archive:
        found = _documents(archive)
        if not found:
            raise InputError(f"{place}: the archive holds no rdml_data.xml or other RDML document")
        if len(found) > 1:
            names = ", ".join(shown(one.filename) for one in found[:3])
            raise InputError(
                f"{place}: the archive must hold one RDML document, got {len(found)} ({names}): unpack it, and name "
                "the one to read"
            )
        yield from _as_utf8(_unpacked(archive, found[0], place), place)


@contextmanager
def _opened(raw: bytes, place: str) -> Iterator[zipfile.ZipFile]:
    """A zip archive; whatever goes wrong with it, while it is read as well, becomes one sentence."""
    if (members := raw.count(_ENTRY)) > limits.RDML_MEMBERS:
        raise InputError(
            f"{place}: the archive of an RDML file must have at most {limits.RDML_MEMBERS:,} members, got {members:,}: "
            "unpack it, and name rdml_data.xml"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            yield archive
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(
            f"{place}: the RDML file is damaged, its archive cannot be unpacked ({_said(error)}): copy or export it "
            "again"
        ) from None


def _said(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return shown_name(lines[0]) if lines else type(error).__name__


def _documents(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members that are RDML: named rdml_data.xml, or with some programs any other XML with that element."""
    infos = [one for one in archive.infolist() if not one.is_dir() and not _is_of_macos(one.filename)]
    named = [one for one in infos if one.filename.lower().endswith("rdml_data.xml")]
    return named or [one for one in infos if _contains_rdml(archive, one)]


def _is_of_macos(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _contains_rdml(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    if not info.filename.lower().endswith((".xml", ".rdml")) or _way_it_is_not_read(info):
        return False
    try:
        with archive.open(info) as file:
            return _begins_as_rdml(file.read(_HEAD))
    except _DAMAGED:
        return False


def _begins_as_rdml(raw: bytes) -> bool:
    return _ROOT.search(raw[:_HEAD].replace(b"\x00", b"")) is not None


def _way_it_is_not_read(info: zipfile.ZipInfo) -> str:
    """How a member is packed, where it is not read; empty where it is."""
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.compress_type not in _METHODS:
        return f"packed with {_OTHER_METHODS.get(info.compress_type, f'method {info.compress_type}')}"
    return ""


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> Iterator[bytes]:
    """The content of a member; its size is counted, because what the archive says of it may be wrong."""
    if way := _way_it_is_not_read(info):
        raise InputError(
            f"{place}: the document of an RDML file must be packed with deflate, got {shown(info.filename)} {way}: "
            "unpack it, and name the XML itself"
        )
    size = 0
    with archive.open(info) as file:
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > limits.RDML_BYTES:
                raise _too_large(place, f"more from {info.compress_size:,} bytes")
            yield piece


def _cut(raw: bytes) -> Iterator[bytes]:
    return (raw[start : start + _PIECE] for start in range(0, len(raw), _PIECE))


def _too_large(place: str, got: str) -> InputError:
    return InputError(
        f"{place}: the XML of an RDML file must be at most {limits.RDML_BYTES:,} bytes, got {got}: export fewer runs "
        "into one file"
    )


def _as_utf8(pieces: Iterator[bytes], place: str) -> Iterator[bytes]:
    """XML in UTF-8. The bytes themselves show UTF-16, whatever is declared; else a declared encoding of one byte."""
    head = next(pieces, b"")
    if head.startswith(ZIP):
        raise InputError(
            f"{place}: the document of an RDML file must be XML, got a zip archive: unpack it, and name that"
        )
    encoding = _encoding_of(head)
    if encoding == "utf-8":
        yield head
        yield from pieces  # the parser refuses what is no UTF-8
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(head).encode()
        for piece in pieces:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise InputError(f"{place}: the RDML file is damaged, its XML is not {encoding} text") from None


def _encoding_of(head: bytes) -> str:
    for mark, encoding in _BYTE_ORDERS:
        if head.startswith(mark):
            return encoding
    declared = _DECLARED.match(head)
    try:
        name = codecs.lookup(declared[1].decode("ascii")).name if declared else "utf-8"
    except LookupError:
        return "utf-8"
    return name if name in _ONE_BYTE else "utf-8"
