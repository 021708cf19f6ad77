"""Workbooks in the formats that openpyxl does not write: .xls (BIFF8), .xlsb and .ods, of numbers and text."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape, quoteattr

Sheets = Mapping[str, Sequence[Sequence[object]]]


@dataclass(frozen=True)
class Hidden:
    """Which rows and columns of a sheet are hidden, from 0, and whether the sheet is."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    is_whole: bool = False


SHOWN: Final = Hidden()

_SECTOR: Final = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls_bytes(sheets: Sheets, hidden: Mapping[str, Hidden] = MappingProxyType({})) -> bytes:
    """A workbook as Excel 97 to 2003 write it: one stream of records in a compound file."""
    bodies = [_biff_sheet(rows) for rows in sheets.values()]
    heads = [[0x0042, struct.pack("<H", 1200)]]
    at = len(_record(0x0809, b"\0" * 16)) + len(_record(*heads[0])) + len(_record(0x000A))
    at += sum(len(_record(0x0085, b"\0" * (8 + 2 * len(name)))) for name in sheets)
    stream = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + _record(*heads[0])
    for name, body in zip(sheets, bodies, strict=True):
        stream += _record(
            0x0085,
            struct.pack("<IBBBB", at, int(hidden.get(name, SHOWN).is_whole), 0, len(name), 1)
            + name.encode("utf-16-le"),
        )
        at += len(body)
    return _compound(stream + _record(0x000A) + b"".join(bodies))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _biff_sheet(rows: Sequence[Sequence[object]]) -> bytes:
    width = max(map(len, rows), default=0)
    out = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    out += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for row, column, value in _cells(rows):
        if isinstance(value, str):
            text = struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le")
            out += _record(0x0204, text)
        else:
            out += _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    return out + _record(0x000A)


def _cells(rows: Sequence[Sequence[object]]) -> list[tuple[int, int, str | float]]:
    return [
        (row, column, value if isinstance(value, str) else float(value))  # type: ignore[arg-type]
        for row, cells in enumerate(rows)
        for column, value in enumerate(cells)
        if value is not None and value != ""
    ]


def _compound(stream: bytes) -> bytes:
    """A compound file (OLE) with one stream, Workbook."""
    stream += b"\0" * (max(4096, -(-len(stream) // _SECTOR) * _SECTOR) - len(stream))
    count = len(stream) // _SECTOR
    tables = 1
    while (count + 1 + tables) * 4 > tables * _SECTOR:
        tables += 1
    chain = [*range(1, count), _END, _END, *[_FAT] * tables]
    chain += [_FREE] * (tables * _SECTOR // 4 - len(chain))
    places = [count + 1 + at for at in range(tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, count, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream)) + b"\0" * 256
    return head + stream + entries + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    out = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, _FREE, _FREE, child)
    return out + b"\0" * 36 + struct.pack("<IQ", start, size)


def xlsb_bytes(sheets: Sheets, hidden: Mapping[str, Hidden] = MappingProxyType({})) -> bytes:
    """A binary workbook, as Excel writes it since 2007."""
    names = [f"sheet{at}" for at, _ in enumerate(sheets, 1)]
    book = _binary(131) + _binary(143)
    for at, name in enumerate(sheets, 1):
        book += _binary(
            156, struct.pack("<II", int(hidden.get(name, SHOWN).is_whole), at) + _wide(f"rId{at}") + _wide(name)
        )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/relationships/worksheet" Target="worksheets/{name}.bin"/>'
        for at, name in enumerate(names, 1)
    )
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.bin": book + _binary(144) + _binary(132),
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_LINKS}">{links}</Relationships>'.encode(),
    }
    for name, (tab, rows) in zip(names, sheets.items(), strict=True):
        parts[f"xl/worksheets/{name}.bin"] = _binary_sheet(rows, hidden.get(tab, SHOWN))
    return _zipped(parts)


_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_LINKS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


def _binary_sheet(rows: Sequence[Sequence[object]], hidden: Hidden) -> bytes:
    width = max(map(len, rows), default=1)
    out = _binary(129) + _binary(148, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1))
    if hidden.columns:
        columns = [_binary(60, struct.pack("<IIIIH", at, at, 2304, 0, 1)) for at in sorted(hidden.columns)]
        out += _binary(390) + b"".join(columns) + _binary(391)
    out += _binary(145)
    last = -1
    for row, column, value in _cells(rows):
        if row > last:
            flags = struct.pack("<HHB", 300, 0x1000 * (row in hidden.rows), 0)
            out += _binary(0, struct.pack("<II", row, 0) + flags + b"\0" * 4)
            last = row
        place = struct.pack("<II", column, 0)
        out += (
            _binary(6, place + _wide(value)) if isinstance(value, str) else _binary(5, place + struct.pack("<d", value))
        )
    return out + _binary(146) + _binary(130)


def _binary(kind: int, content: bytes = b"") -> bytes:
    return _sevens(kind) + _sevens(len(content)) + content


def _sevens(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append((number & 0x7F) | 0x80)
        number >>= 7
    return bytes([*out, number])


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def ods_bytes(sheets: Sheets, hidden: Mapping[str, Hidden] = MappingProxyType({})) -> bytes:
    """A spreadsheet of OpenDocument, as LibreOffice writes it."""
    tables = "".join(_ods_table(name, rows, hidden.get(name, SHOWN)) for name, rows in sheets.items())
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}>{_STYLES}<office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    manifest = f'<manifest:manifest xmlns:manifest="{space}">{entry}</manifest:manifest>'
    parts = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return _zipped({name: part.encode() for name, part in parts.items()})


_STYLES: Final = "<office:automatic-styles>{}</office:automatic-styles>".format(
    "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{said}"/>'
        "</style:style>"
        for name, said in (("shown", "true"), ("hidden", "false"))
    )
)


def _ods_table(name: str, rows: Sequence[Sequence[object]], hidden: Hidden) -> str:
    """A sheet; its hidden rows by a filter, by hand and in a folded group, in turn; empty hidden rows to its end."""
    width = max(map(len, rows), default=0)
    columns = "".join(f"<table:table-column{_COLLAPSED * (at in hidden.columns)}/>" for at in range(width))
    lines = []
    for at, row in enumerate(rows):
        cells = "".join(map(_ods_cell, row))
        ways = (_COLLAPSED, ' table:visibility="filter"', "")
        line = f"<table:table-row{ways[at % 3] if at in hidden.rows else ''}>{cells}</table:table-row>"
        in_group = at in hidden.rows and at % 3 == 2
        lines.append(
            f'<table:table-row-group table:display="false">{line}</table:table-row-group>' if in_group else line
        )
    end = f'<table:table-row table:number-rows-repeated="1000000"{_COLLAPSED}><table:table-cell/></table:table-row>'
    style = "hidden" if hidden.is_whole else "shown"
    head = f'<table:table table:name={quoteattr(name)} table:style-name="{style}">{columns}'
    return f"{head}{''.join(lines)}{end * bool(hidden.rows)}</table:table>"


_COLLAPSED: Final = ' table:visibility="collapse"'


def _ods_cell(value: object) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()
