"""FCS: numbers of the header, keywords of the text, their lengths, and the data."""

import random
import re

from tests.fuzz.mutations.words import NUMBERS, WORDS

KEYWORDS = ("$PAR", "$TOT", "$BYTEORD", "$DATATYPE", "$MODE", "$BEGINDATA", "$ENDDATA", "$NEXTDATA", "$BEGINSTEXT", "$ENDSTEXT",
            "$P1B", "$P1R", "$P1E", "$P1N", "$P1S", "$P2R", "$P2E", "$P1G", "$TIMESTEP", "$BEGINANALYSIS", "$P3B")  # fmt: skip
VALUES = ("0", "1", "-1", "3", "4", "8", "16", "32", "64", "999999999", "4294967296", "F", "D", "I", "A", "L", "C", "1,2,3,4", "4,3,2,1", "2,1", "0,0",
          "4,1", "4,0", "-4,1", "x", "", "nan", "1e308")  # fmt: skip


def header_number(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """One of the six offsets of the header."""
    if len(raw) < 58:
        return None
    at = 10 + 8 * rng.randrange(6)
    old = raw[at : at + 8].strip() or b"0"
    try:
        near = int(old) + rng.choice((-1, 1, 2, 100, -100))
    except ValueError:
        near = 0
    new = rng.choice((str(near), "0", "-1", "99999999", str(len(raw)), str(len(raw) - 1), "1e5", "x", "", "58", "57"))
    return raw[:at] + new[:8].rjust(8).encode() + raw[at + 8 :], f"the offset at {at} is {new}"


def keyword(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """The value of a keyword; the length of the text is kept where it fits, so that offsets stay right."""
    name = rng.choice(KEYWORDS)
    found = re.search(re.escape(name.encode()) + rb"(.)", raw[:20_000], re.IGNORECASE | re.DOTALL)
    if found is None:
        return None
    mark, start = found.group(1), found.end()
    end = raw.find(mark, start)
    if end < 0:
        return None
    new = rng.choice(VALUES if rng.random() < 0.8 else NUMBERS + WORDS).encode("utf-8", "replace")
    if rng.random() < 0.7:
        new = new[: end - start].ljust(end - start)
    return raw[:start] + new + raw[end:], f"{name} is {new[:20]!r}"


def version(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    new = rng.choice((b"FCS2.0", b"FCS3.0", b"FCS3.1", b"FCS3.2", b"FCS9.9", b"fcs3.0", b"FCS1.0"))
    return new + raw[6:], f"version {new.decode()}"


def mark(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """The sign that parts keywords."""
    if len(raw) < 300:
        return None
    at = int(raw[10:18].strip() or b"58") if raw[10:18].strip().isdigit() else 58
    return raw[:at] + bytes([rng.choice((0, 47, 92, 124, 12, 36, 255))]) + raw[at + 1 :], "another separator"


def values(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """Numbers of the data: NaN, infinite, huge."""
    if len(raw) < 700:
        return None
    out = bytearray(raw)
    new = rng.choice(
        (
            b"\x00\x00\xc0\x7f",
            b"\x00\x00\x80\x7f",
            b"\x7f\x80\x00\x00",
            b"\xff\xff\x7f\x7f",
            b"\x00\x00\x00\x00",
            b"\xff\xff\xff\xff",
        )
    )
    for _ in range(rng.choice((1, 10, 200))):
        at = rng.randrange(600, len(out) - 4)
        out[at : at + 4] = new
    return bytes(out), "odd numbers in the data"


def twice(_rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    return raw + raw, "two data sets"


CHANGES = (header_number, header_number, keyword, keyword, keyword, version, mark, values, twice)
