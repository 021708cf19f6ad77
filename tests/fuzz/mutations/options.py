"""Options: others, odd ones, none."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fuzz.case import Case
from tests.fuzz.mutations.words import WORDS


def changed(rng: random.Random, case: Case, choices: Mapping[str, Sequence[Any]]) -> Case | None:
    """One option with a value of its own, one away, or a word anywhere in its place."""
    name, options = rng.choice(list(choices)), dict(case.options)
    if name in options and rng.random() < 0.3:
        del options[name]
        return case.with_options(options, f"{name} away")
    value = _odd(rng, rng.choice(choices[name]))
    options[name] = value
    return case.with_options(options, f"{name}={value!r:.60}")


def _odd(rng: random.Random, value: Any) -> Any:
    """A text, or a text within, is now and then an odd word."""
    if isinstance(value, str):
        return rng.choice(WORDS) if rng.random() < 0.1 else value
    if isinstance(value, dict):
        return {_odd(rng, key): _odd(rng, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_odd(rng, one) for one in value]
    return value
