"""Every regular expression takes a time that grows as its text does, whatever the text: none hangs on one long cell."""

import ast
import importlib
import itertools
import re
import re._parser as parser  # what a pattern is made of
import signal
from collections.abc import Iterator

import pytest

from tests.source_tree import modules_of, name_of

FUNCTIONS = ("match", "search", "fullmatch", "sub", "split", "finditer", "findall")
CHARACTERS = 50_000
LONGEST_SECONDS = 4.0
"""Of the processor. A text takes a millisecond where time grows with its length, and tens of seconds where with its
square."""
ENDS = ("", "\x00", "\n!")
"""What makes a match fail at the end of a text."""


def used(pattern: re.Pattern[str], name: str, text: str) -> set[str]:
    """How a pattern of some name is used in a module; all ways of looking where that does not show."""
    found = set(re.findall(rf"\b{name}\.(\w+)\(", text)) & set(FUNCTIONS)
    return found or {"match", "fullmatch"}


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from patterns_in(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from patterns_in(one)


def compiled() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Each pattern at the top of a module, and each that is written where it is used: its place and its use."""
    for tree in ("lensim", "models"):
        for path in modules_of(tree):
            text = path.read_text(encoding="utf-8")
            if "import re\n" not in text:
                continue
            for name, value in vars(importlib.import_module(name_of(path))).items():
                for pattern in patterns_in(value):
                    for function in used(pattern, name, text):
                        yield f"{path.name}:{name}", pattern, function
            for node in ast.walk(ast.parse(text)):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                if not is_call or ast.unparse(node.func.value) != "re" or node.func.attr not in FUNCTIONS:
                    continue
                if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                    flags = re.IGNORECASE if "re.I" in ast.unparse(node) else re.NOFLAG
                    yield f"{path.name}:{node.lineno}", re.compile(node.args[0].value, flags), node.func.attr


def pieces_of(pattern: re.Pattern[str]) -> list[str]:
    """Signs and words of which a pattern is made, and some of which it is not."""
    found = {"q", " ", "7", "_", "-"}

    def walk(parts) -> None:
        word = ""
        for kind, value in [*parts, (None, None)]:
            if kind is parser.LITERAL:
                word += chr(value)
                continue
            if word:
                found.update((word, word[0], word[-1]))
            word = ""
            if kind is parser.IN:
                for one, said in value:
                    if one is parser.LITERAL:
                        found.add(chr(said))
                    elif one is parser.RANGE:
                        found.add(chr(said[0]))
            elif kind in (parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT):
                walk(value[2])
            elif kind is parser.SUBPATTERN:
                walk(value[3])
            elif kind is parser.BRANCH:
                for branch in value[1]:
                    walk(branch)
            elif kind in (parser.ASSERT, parser.ASSERT_NOT):
                walk(value[1])
            elif kind is parser.ATOMIC_GROUP:
                walk(value)

    walk(parser.parse(pattern.pattern, pattern.flags))
    return sorted(found, key=lambda piece: (len(piece), piece))


def hostile_texts(pattern: re.Pattern[str]) -> Iterator[str]:
    pieces = pieces_of(pattern)
    pairs = [a + b for a, b in itertools.permutations(pieces[:7], 2)]
    for piece in [*pieces, *pairs]:
        for end in ENDS:
            yield piece * (CHARACTERS // len(piece)) + end
    for start, piece in itertools.product(pieces[-6:], pieces[:9]):
        yield start + piece * CHARACTERS + ENDS[-1]


def apply(pattern: re.Pattern[str], function: str, text: str) -> None:
    if function == "sub":
        pattern.sub("", text)
    elif function == "finditer":
        for _ in pattern.finditer(text):
            pass
    else:
        getattr(pattern, function)(text)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a timer of POSIX ends a text that takes too long")
def test_no_pattern_takes_more_than_linear_time():
    def too_long(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, too_long)
    slow, seen = [], set()
    try:
        for place, pattern, function in compiled():
            if (pattern.pattern, function) in seen:
                continue
            seen.add((pattern.pattern, function))
            for text in hostile_texts(pattern):
                signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_SECONDS)
                try:
                    apply(pattern, function, text)
                except TimeoutError:
                    slow.append(f"{place} {function} of {text[:20]!r}... {text[-5:]!r}")
                    break
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    assert len(seen) > 80
    assert not slow


def test_the_check_finds_a_quadratic_pattern():
    texts = list(hostile_texts(re.compile(r"\s*x?\s*y")))
    assert any(text.startswith("   ") and text.endswith("!") for text in texts)
