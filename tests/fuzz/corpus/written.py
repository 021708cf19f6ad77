"""TOML of every door, from what the pages and the experiments show."""

import re
from functools import cache
from pathlib import Path

from tests.fuzz.case import Case

ROOT = Path(__file__).resolve().parents[3]


@cache
def _blocks(page: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "guide" / page).read_text(encoding="utf-8"), re.DOTALL)


def _cases(name: str, texts: list[str]) -> dict[str, Case]:
    return {f"{name} {number}": Case({f"{name}.toml": text.encode()}) for number, text in enumerate(texts)}


def _experiments(*names: str) -> list[str]:
    return [(ROOT / "experiments" / f"{name}.toml").read_text(encoding="utf-8") for name in names]


def scenarios() -> dict[str, Case]:
    small = 'name = "s"\nseed = 1\n'
    return _cases("study", [one for one in _blocks("power.md") if "[design" in one] + [small])


def plans() -> dict[str, Case]:
    return _cases("next", [one for one in _blocks("plan.md") if "[scenario" in one] + _experiments("plan_layouts"))


def papers() -> dict[str, Case]:
    return _cases("paper", [one for one in _blocks("published.md") if "[[summary]]" in one])


def selections() -> dict[str, Case]:
    return _cases("clones", [one for one in _blocks("selection.md") if "[[schedule]]" in one])


def priors() -> dict[str, Case]:
    return _cases("priors", [*_blocks("dose_response.md"), *_blocks("expression.md"), "sd_mu = 1.0\n"])


def configs() -> dict[str, Case]:
    """A case an experiment, named after it."""
    return {
        path.stem: Case({f"{path.stem}.toml": path.read_bytes()})
        for path in sorted((ROOT / "experiments").glob("*.toml"))
    }
