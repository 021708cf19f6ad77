"""Small made-up tables of Cts for tests: every cell of two wells, with what a test asks to differ."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

Shift = Callable[[str, str, str], float]


def rows_of(
    donors: Sequence[str] = ("D1", "D2", "D3"),
    genes: Sequence[str] = ("X", "R"),
    *,
    shift: Shift = lambda donor, condition, gene: 0.0,
    seed: int = 1,
    wells: int = 2,
) -> list[str]:
    """Rows donor,condition,gene,ct; X falls by one cycle under drug, and each donor has a level of its own."""
    rng = np.random.default_rng(seed)
    rows = []
    for d, donor in enumerate(donors):
        for condition in ("ctrl", "drug"):
            for g, gene in enumerate(genes):
                level = 24.0 - 2.0 * g + 0.3 * d - (1.0 if gene == "X" and condition == "drug" else 0.0)
                for _ in range(wells):
                    ct = level + shift(donor, condition, gene) + 0.08 * rng.standard_normal()
                    rows.append(f"{donor},{condition},{gene},{ct:.3f}")
    return rows


def written(folder: Path, rows: Sequence[str], header: str = "donor,condition,gene,ct") -> Path:
    path = folder / "cts.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path
