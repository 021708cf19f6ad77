"""RDML: XML, alone or in a zip."""

import io
import random
import re
import zipfile
from collections.abc import Callable

from tests.fuzz.mutations.octets import CHANGES as OCTETS
from tests.fuzz.mutations.words import NUMBERS, WORDS

Change = Callable[[random.Random, bytes], tuple[bytes, str] | None]
_ELEMENT = re.compile(r"<(\w+)(?:\s[^<>]*)?(?:/>|>[^<>]*</\1>)")
ENTITIES = (
    '<!DOCTYPE r [<!ENTITY a "b">]>', '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE r [<!ENTITY a "' + "x" * 50 + '"><!ENTITY b "' + "&a;" * 50 + '"><!ENTITY c "' + "&b;" * 50 + '">]>',
    "<!DOCTYPE rdml SYSTEM 'http://127.0.0.1/x.dtd'>", "<?xml-stylesheet href='a'?>", "<!-- " + "- " * 2000 + "-->",
)  # fmt: skip


def _unpacked(raw: bytes) -> tuple[str, str] | None:
    """The first XML of an archive and its name, or the text itself with none."""
    if not raw.startswith(b"PK"):
        return raw.decode("utf-8", "replace"), ""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            name = next(one for one in archive.namelist() if one.lower().endswith(".xml"))
            return archive.read(name).decode("utf-8", "replace"), name
    except Exception:  # damaged by an earlier change
        return None


def _packed(rng: random.Random, text: str, name: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if not name:
        return raw
    out = io.BytesIO()
    method = rng.choice(
        (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(_stamped(name), raw, method)
    return out.getvalue()


def _stamped(name: str) -> zipfile.ZipInfo:
    """A member with a fixed time, so that the same number gives the same bytes."""
    return zipfile.ZipInfo(name or "rdml_data.xml", (2020, 1, 1, 0, 0, 0))


def _of_xml(change: Callable[[random.Random, str], tuple[str, str] | None]) -> Change:
    def changed(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
        found = _unpacked(raw)
        made = change(rng, found[0]) if found is not None else None
        return (_packed(rng, made[0], found[1]), made[1]) if made is not None and found is not None else None

    return changed


def value(rng: random.Random, text: str) -> tuple[str, str] | None:
    """The text of an element, or an attribute, is odd."""
    found = list(re.finditer(r">([^<>]+)<|=\"([^\"]*)\"|='([^']*)'", text))
    if not found:
        return None
    at = rng.choice(found)
    group = next(n for n in (1, 2, 3) if at.group(n) is not None)
    new = rng.choice(NUMBERS if rng.random() < 0.6 else WORDS)
    new = (
        new
        if rng.random() < 0.1
        else new.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace('"', "&quot;")
        .replace("\x1b", "")
        .replace("\x07", "")
    )
    return text[: at.start(group)] + new + text[at.end(group) :], f"{at.group(group)[:20]!r} is {new[:40]!r}"


def element(rng: random.Random, text: str) -> tuple[str, str] | None:
    """An element away, twice, elsewhere, or inside itself."""
    found = list(_ELEMENT.finditer(text))
    if not found:
        return None
    at, what = rng.choice(found), rng.randrange(5)
    if what == 0:
        return text[: at.start()] + text[at.end() :], f"{at.group(1)} away"
    if what == 1:
        return text[: at.end()] + at.group() * rng.choice((1, 1, 10, 1000)) + text[at.end() :], f"{at.group(1)} twice"
    if what == 2:
        other = rng.choice(found)
        return text[: other.start()] + at.group() + text[other.end() :], f"{other.group(1)} is {at.group(1)}"
    if what == 3:
        return text.replace(
            at.group(1), rng.choice(("x", "rdml", "react", "id", "data", "a:b"))
        ), f"every {at.group(1)} has another name"
    depth = rng.choice((3, 100, 5000))
    return text[: at.start()] + f"<{at.group(1)}>" * depth + at.group() + f"</{at.group(1)}>" * depth + text[
        at.end() :
    ], f"{at.group(1)} in itself"


def document(rng: random.Random, text: str) -> tuple[str, str]:
    """What stands around: a document type, entities, another namespace, encoding or version."""
    what = rng.randrange(5)
    if what == 0:
        at = text.find("<rdml")
        return text[:at] + rng.choice(ENTITIES) + text[at:], "a document type"
    if what == 1:
        return text.replace("http://www.rdml.org", rng.choice(("", "x", "http://www.rdml.org/"))), "another namespace"
    if what == 2:
        return re.sub(
            r'encoding="[^"]*"', f'encoding="{rng.choice(("utf-16", "latin-1", "x", "UTF-7", "ascii"))}"', text
        ), "another encoding"
    if what == 3:
        return re.sub(
            r'(<rdml[^>]*version=)"[^"]*"', rf'\1"{rng.choice(("0", "1.1", "2", "x", "1.3", "1.0", ""))}"', text
        ), "another version"
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice((*ENTITIES, "<![CDATA[x]]>", "&a;", "&#0;", "&#x1b;", "<a", "]]>")) + text[
        at:
    ], "markup put in"


def members(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """An archive with other members: none, two, nested, odd names, large ones."""
    found = _unpacked(raw)
    if found is None:
        return None
    text, what = found[0].encode("utf-8", "replace"), rng.randrange(7)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if what == 1:
            archive.writestr(_stamped("rdml_data.xml"), text)
            archive.writestr(_stamped(rng.choice(("b.xml", "a/rdml_data.xml", "run.rdml"))), text)
        elif what == 2:
            archive.writestr(
                _stamped(rng.choice(("../x.xml", "/etc/x.xml", "a\\b.xml", "\x00.xml", "x" * 3000 + ".xml"))), text
            )
        elif what == 3:
            archive.writestr(_stamped("run.rdml"), raw)
        elif what == 4:
            archive.writestr(_stamped("rdml_data.xml"), text)
            for n in range(300):
                archive.writestr(_stamped(f"raw/{n}.txt"), b"a")
        elif what == 5:
            archive.writestr(
                _stamped("rdml_data.xml"), text + b" " * rng.choice((1_000_000, 3_000_000)), zipfile.ZIP_DEFLATED
            )
        elif what == 6:
            archive.writestr(_stamped("rdml_data.xml"), b"")
    return out.getvalue(), "other members"


def octets(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    return rng.choice(OCTETS)(rng, raw)


CHANGES: tuple[Change, ...] = (*map(_of_xml, (value, value, value, element, element, document)), members, octets)
