"""Bytes: flipped, put in, taken out, repeated, cut."""

import random

INTERESTING = (
    b"\x00",
    b"\xff",
    b"\x1b[31m",
    b"\r",
    b"\n",
    b'"',
    b"'",
    b",",
    b";",
    b"\t",
    b"\x80",
    b"\xc3",
    b"\xef\xbb\xbf",
)


def flipped(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    if not raw:
        return None
    out = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 8))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out), "bits flipped"


def inserted(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    at = rng.randint(0, len(raw))
    new = rng.choice(INTERESTING) if rng.random() < 0.6 else rng.randbytes(rng.choice((1, 2, 4, 16)))
    return raw[:at] + new * rng.choice((1, 1, 1, 3, 200)) + raw[at:], "bytes put in"


def deleted(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    if not raw:
        return None
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at + rng.choice((1, 1, 4, 32, 300)) :], "bytes taken out"


def truncated(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    return (raw[: rng.randrange(len(raw))], "cut off") if raw else None


def repeated(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    if not raw:
        return None
    at = rng.randrange(len(raw))
    part = raw[at : at + rng.choice((1, 10, 100, 1000))]
    return raw[:at] + part * rng.choice((2, 2, 5, 50)) + raw[at:], "a part repeated"


def overwritten(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """A number of 1, 2, 4 or 8 bytes at its extremes."""
    width = rng.choice((1, 2, 4, 8))
    if len(raw) < width:
        return None
    at = rng.randrange(len(raw) - width + 1)
    value = rng.choice((0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width - 1), 2 ** (8 * width) - 1))
    return raw[:at] + value.to_bytes(width, rng.choice(("little", "big"))) + raw[at + width :], "a number overwritten"


def emptied(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    return rng.choice((b"", b"\n", b"\x00" * 100, b" " * 50, rng.randbytes(64))), "emptied"


def spliced(rng: random.Random, raw: bytes, other: bytes) -> bytes:
    """The beginning of one and the end of another, or a part of the other put in."""
    if rng.random() < 0.5:
        return raw[: rng.randint(0, len(raw))] + other[rng.randint(0, len(other)) :]
    at, start = rng.randint(0, len(raw)), rng.randint(0, len(other))
    return raw[:at] + other[start : start + rng.choice((20, 200, 2000))] + raw[at:]


CHANGES = (flipped, inserted, deleted, truncated, repeated, overwritten, flipped, overwritten, emptied)
FEW = (flipped, inserted, deleted, truncated, repeated)
