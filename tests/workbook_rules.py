"""What Excel needs of the parts of a workbook, checked from the archive and its XML alone."""

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
KEY = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$|^history$", re.IGNORECASE)
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
CELL = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")


def broken_rules(path: Path) -> list[str]:
    """Every rule that a workbook breaks, in words; empty for one that Excel opens without a repair."""
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() or len(set(archive.namelist())) != len(archive.namelist()):
            return ["the archive is damaged, or has a part twice"]
        parts = {name: archive.read(name) for name in archive.namelist()}
    trees = {name: ElementTree.fromstring(raw) for name, raw in parts.items() if name.endswith((".xml", ".rels"))}
    found = [*_types(parts, trees["[Content_Types].xml"]), *_relations(parts, trees)]
    names = [one.get("name", "") for one in trees["xl/workbook.xml"].iter(f"{MAIN}sheet")]
    found += [f"name of a sheet: {name!r}" for name in names if not _is_name(name)]
    if len({name.casefold() for name in names}) < len(names):
        found.append(f"names of sheets are not unique: {names}")
    shared = [_text(one) for one in trees["xl/sharedStrings.xml"].iter(f"{MAIN}si")] if _has_shared(parts) else []
    found += [f"a text of {len(one):,} characters" for one in shared if len(ESCAPE.sub("x", one)) > 32_767]
    for name, tree in trees.items():
        if name.startswith("xl/worksheets/sheet"):
            found += [f"{name} {fault}" for fault in _cells(tree, len(shared))]
    return found


def _types(parts: dict[str, bytes], tree: ElementTree.Element) -> list[str]:
    by_end = {one.get("Extension") for one in tree.iter(f"{TYPES}Default")}
    by_name = {one.get("PartName", "").lstrip("/") for one in tree.iter(f"{TYPES}Override")}
    by_end.discard("xml")  # the type that it gives is of no part of a workbook
    untyped = [one for one in parts if one != "[Content_Types].xml" and one not in by_name and _end(one) not in by_end]
    return [f"no content type: {one}" for one in untyped] + [f"no part: {one}" for one in by_name - set(parts)]


def _end(name: str) -> str:
    return name.rpartition(".")[2]


def _relations(parts: dict[str, bytes], trees: dict[str, ElementTree.Element]) -> list[str]:
    found = []
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        for one in tree.iter(RELATION):
            target = one.get("Target", "")
            whole = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}").lstrip("/")
            )
            if one.get("TargetMode") == "External" or whole not in parts:
                found.append(f"{name} points to {target}")
    keys = {one.get("Id") for one in trees["xl/_rels/workbook.xml.rels"].iter(RELATION)}
    sheets = {one.get(KEY) for one in trees["xl/workbook.xml"].iter(f"{MAIN}sheet")}
    return found + [f"no relation {one}" for one in sheets - keys]


def _is_name(name: str) -> bool:
    return 0 < len(name.encode("utf-16-le")) // 2 <= 31 and not FORBIDDEN.search(name)


def _has_shared(parts: dict[str, bytes]) -> bool:
    return "xl/sharedStrings.xml" in parts


def _text(item: ElementTree.Element) -> str:
    return "".join(one.text or "" for one in item.iter(f"{MAIN}t"))


def _cells(tree: ElementTree.Element, shared: int) -> list[str]:
    found = []
    seen: set[str] = set()
    for cell in tree.iter(f"{MAIN}c"):
        place, kind = cell.get("r", ""), cell.get("t", "n")
        value = cell.findtext(f"{MAIN}v")
        if not CELL.fullmatch(place) or place in seen:
            found.append(f"cell {place!r} is no place, or is there twice")
        seen.add(place)
        if cell.find(f"{MAIN}f") is not None:
            found.append(f"cell {place} has a formula")
        if kind == "s" and not (value or "").isdigit():
            found.append(f"cell {place} has no shared text")
        if kind == "s" and int(value or 0) >= shared:
            found.append(f"cell {place} has a text that is not there")
        if kind == "n" and value is not None and not re.fullmatch(r"-?[0-9.]+(?:[eE][-+]?[0-9]+)?", value):
            found.append(f"cell {place} has the number {value!r}")
        if kind not in ("n", "s", "b", "inlineStr", "d"):
            found.append(f"cell {place} is of the kind {kind!r}")
    return found
