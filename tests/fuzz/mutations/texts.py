"""Text: encodings, marks, line ends, quotes, separators, decimal marks, digits."""

import random
import re

from tests.fuzz.mutations.words import NUMBERS, WORDS

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "utf-7")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")


def text_of(raw: bytes) -> str:
    """Text of a file, whatever it is in."""
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252", "latin-1"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def encoded(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    encoding = rng.choice(ENCODINGS)
    return text_of(raw).encode(encoding, "replace"), f"in {encoding}"


def line_ends(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    end = rng.choice(("\r\n", "\r", "\n\n", "\n\r", "\x0b", "\x0c", "\x85", "\u2028", "\x1e", ""))
    return text_of(raw).replace("\r\n", "\n").replace("\n", end).encode(), f"lines end on {end!r}"


def separators(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    text, to = text_of(raw), rng.choice((",", ";", "\t", "|", " ", ":", "\u00a0"))
    old = rng.choice((",", ";", "\t", "."))
    return text.replace(old, to).encode(), f"{old!r} is {to!r}"


def quotes(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    text = text_of(raw)
    at = rng.randint(0, len(text))
    new = rng.choice(('"', "'", '""', "`", "\u201c", '"\n', '",'))
    return (text[:at] + new + text[at:]).encode(), f"{new!r} put in"


def decimals(rng: random.Random, raw: bytes) -> tuple[bytes, str]:
    text = text_of(raw)
    share = rng.choice((1.0, 0.5, 0.05))
    return re.sub(r"(?<=\d)\.(?=\d)", lambda _: "," if rng.random() < share else ".", text).encode(), "decimal commas"


def number(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """One number of the text at an extreme."""
    text = text_of(raw)
    found = list(_NUMBER.finditer(text[:200_000]))
    if not found:
        return None
    at, new = rng.choice(found), rng.choice(NUMBERS)
    return (text[: at.start()] + new + text[at.end() :]).encode(
        errors="replace"
    ), f"the number {at.group()[:20]} is {new[:40]}"


def word(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """One word of the text, everywhere or once, is an odd one."""
    text = text_of(raw)
    found = list(re.finditer(r"[A-Za-z_][\w %#/-]*", text[:200_000]))
    if not found:
        return None
    at, new = rng.choice(found), rng.choice(WORDS)
    if rng.random() < 0.4:
        return text.replace(at.group(), new).encode(errors="replace"), f"every {at.group()[:30]!r} is {new[:40]!r}"
    return (text[: at.start()] + new + text[at.end() :]).encode(
        errors="replace"
    ), f"{at.group()[:30]!r} is {new[:40]!r}"


def lines(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """Lines twice, away, in another order, or foreign ones before and behind."""
    parts = text_of(raw).splitlines(keepends=True)
    if not parts:
        return None
    at, what = rng.randrange(len(parts)), rng.randrange(6)
    if what == 0:
        parts.insert(at, parts[at])
    elif what == 1:
        del parts[at : at + rng.choice((1, 1, 5))]
    elif what == 2:
        rng.shuffle(parts)
    elif what == 3:
        parts.insert(
            0, rng.choice(("sep=;\n", "# a comment\n", "\n\n\n", "Report of run 7\n", "a,b\n1,2\n", "<html>\n"))
        )
    elif what == 4:
        parts *= rng.choice((2, 3, 20))
    else:
        parts[at] = parts[at].rstrip("\r\n") + rng.choice((",", ";;;", "\t\t", ",x", "\x00")) + "\n"
    return "".join(parts).encode(), "lines moved"


CHANGES = (encoded, line_ends, separators, quotes, decimals, number, number, word, word, lines, lines)
