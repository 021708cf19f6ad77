"""What a screen found, in sentences."""

from dataclasses import dataclass, field
from typing import Final

from lensim.inference.approximation import APPROXIMATE
from lensim.plain_text import one_line
from lensim.screen.part import Part

NAMED: Final = 5
LONGEST: Final = 300


@dataclass
class Counts:
    """How many compounds converged, did not, and failed, with the first of the latter two."""

    total: int
    passed: int = 0
    approximate: int = 0
    doubtful: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    not_passed: int = 0
    not_done: int = 0
    by_engine: dict[str, int] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        """Count one compound; a few names are kept, whatever the number of compounds."""
        if part.error:
            self.not_done += 1
            if len(self.failed) < NAMED:
                self.failed.append(f"{one_line(part.name)}: {one_line(part.error, LONGEST)}")
            return
        self.by_engine[part.engine] = self.by_engine.get(part.engine, 0) + 1
        self.passed += part.passed and not part.is_approximate
        self.approximate += part.passed and part.is_approximate
        if not part.passed:
            self.not_passed += 1
            if len(self.doubtful) < NAMED:
                self.doubtful.append(f"{one_line(part.name)}: {one_line(_reason(part), LONGEST)}")

    @property
    def done(self) -> int:
        """Compounds that have a part."""
        return self.passed + self.approximate + self.not_passed + self.not_done

    @property
    def is_approximate(self) -> bool:
        """Whether answers are approximate ones."""
        return APPROXIMATE in self.by_engine

    def _answered(self) -> str:
        if self.is_approximate:
            return f"{self.approximate:,} approximate and trusted, {self.not_passed:,} not trusted"
        return f"{self.passed:,} converged, {self.not_passed:,} not converged"

    def sentences(self, by: str) -> list[str]:
        """Numbers first, then those that did not converge and those that failed, by name."""
        said = [
            f"{self.total:,} {'value' if self.total == 1 else 'values'} of {by}: {self._answered()}, "
            f"{self.not_done:,} failed"
        ]
        engines = [f"{number:,} by {engine}" for engine, number in sorted(self.by_engine.items()) if engine]
        if engines:
            said.append(f"drawn {', '.join(engines)}")
        for what, names, number in (
            ("not trusted" if self.is_approximate else "not converged", self.doubtful, self.not_passed),
            ("failed", self.failed, self.not_done),
        ):
            said += [f"{what}: {one}" for one in names]
            if number > len(names):
                said.append(f"{what}: and {number - len(names):,} more")
        return said


def _reason(part: Part) -> str:
    """Why a gate did not pass, without the words that stand before all of them."""
    return part.verdict.removeprefix("NOT converged: ").removeprefix("approximate, and NOT trusted: ")
