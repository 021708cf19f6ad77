"""Words for yes and no in a column such as is_control, and whether all rows of one name agree."""

from collections.abc import Mapping
from typing import Final

from lensim.checks import FaultReport

TRUE_WORDS: Final = frozenset(
    {"true", "yes", "y", "1", "1.0", "1,0", "x", "wahr", "vrai", "verdadero", "vero", "waar", "ja", "oui"}
)
FALSE_WORDS: Final = frozenset(
    {"", "false", "no", "n", "0", "0.0", "0,0", "falsch", "faux", "falso", "onwaar", "nein", "non"}
)
"""As people, spreadsheets and pandas write a flag: a column with a gap becomes 1.0 and 0.0 there."""

FLAG_RULE: Final = "1 or 0, true or false, yes or no"
"""The allowed words, for messages."""

Said = Mapping[tuple[str, str], tuple[str, int]]
"""A name and the word beside it, to the file and the line where the two first appear together."""


def parse_flag(word: str) -> bool | None:
    """Yes or no (an empty cell is no); None for a word that is neither."""
    plain = word.strip().casefold()
    if plain in TRUE_WORDS:
        return True
    return False if plain in FALSE_WORDS else None


def flags_of(said: Said, column: str, faults: FaultReport) -> dict[str, bool]:
    """Yes or no of each name, from all of its rows; an odd word is a fault, and so are rows that disagree.

    An empty cell says nothing where another row of the same name has a word.
    """
    flags: dict[str, bool] = {}
    for (name, word), (place, line) in said.items():
        flag = parse_flag(word)
        if flag is None:
            faults.add(f"{column} must be {FLAG_RULE}, got {word!r}", line=line, place=place)
        elif word.strip() and flags.setdefault(name, flag) != flag:
            faults.add(f"{column} must be the same in all rows of {name}, got {word!r}", line=line, place=place)
    return {name: flags.get(name, False) for name, _ in said}
