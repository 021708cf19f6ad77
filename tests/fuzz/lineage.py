"""How an input is named, and made again: a base and the numbers of its mutations, in order."""

from dataclasses import dataclass

from tests.fuzz.case import Case, Door, rng_of
from tests.fuzz.mutations import mutated


@dataclass(frozen=True)
class Lineage:
    """`dose_response:1:wells.csv:17,403` as text: door, root seed, base, numbers."""

    door: str
    root: int
    base: str
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.door}:{self.root}:{self.base}:{','.join(map(str, self.numbers))}"

    def next(self, number: int) -> "Lineage":
        return Lineage(self.door, self.root, self.base, (*self.numbers, number))

    @staticmethod
    def of(text: str) -> "Lineage":
        door, root, base, numbers = text.split(":")
        return Lineage(door, int(root), base, tuple(int(one) for one in numbers.split(",") if one))


_KNOWN: dict[str, dict[str, Case]] = {}


def door_bases(door: Door) -> dict[str, Case]:
    """The bases of a door, made once in a process."""
    if door.name not in _KNOWN:
        _KNOWN[door.name] = door.bases()
    return _KNOWN[door.name]


def case_of(lineage: Lineage, door: Door) -> Case:
    """The input of a lineage."""
    case = door_bases(door)[lineage.base]
    for number in lineage.numbers:
        case = grown(case, lineage, number, door)
    return case


def grown(case: Case, lineage: Lineage, number: int, door: Door) -> Case:
    """An input with one more mutation."""
    return mutated(rng_of(lineage.root, door.name, lineage.base, number), case, door, others_of(door))


_OTHERS: dict[str, tuple[bytes, ...]] = {}


def others_of(door: Door) -> tuple[bytes, ...]:
    """Parts of other inputs, the same on every machine: those of bases that lensim makes itself."""
    if door.name not in _OTHERS:
        own = [case for name, case in sorted(door_bases(door).items()) if not name.startswith("shared")]
        _OTHERS[door.name] = tuple(content for case in own for content in case.files.values())
    return _OTHERS[door.name]
