"""Sentences on where to put the doses."""

from typing import Any, Final

import numpy as np

from lensim.plan.doses import FEWER, FOUND, FREE, PLANNED, DosesFound
from lensim.plan.doses_check import SAME
from lensim.plan.evaluate import SURE
from lensim.power.words import count_of
from lensim.tables.records import records

NORMAL_95: Final = 1.96
ERROR, RIGHT = ("error", "error of log10 IC50", 1.0, ""), ("right", "lines called rightly", 100.0, "%")


def doses_in_sentences(found: DosesFound | None) -> str:
    """The series that was found, what it is expected to give and gave, and what it buys."""
    if found is None:
        return ""
    planned, best = found.row(PLANNED), found.row(FOUND)
    name, what, scale, unit = RIGHT if found.goal == "calls" else ERROR
    said = (
        f"best of {found.series_tried:,} series with {best['wells']} wells of a line in each of "
        f"{count_of(found.experiments, 'experiment', 'experiments')}: {series_in_words(best)}; expected {what} "
        f"{_number(best[f'expected_{name}'], scale, unit)}, as planned ({series_in_words(planned)}, "
        f"{planned['wells']} wells) {_number(planned[f'expected_{name}'], scale, unit)}"
    )
    alike = "1%" if found.goal == "ic50" else "one point"
    said += f". {count_of(found.alike, 'series is', 'series are')} within {alike} of the best"
    free = found.row(FREE)[f"expected_{name}"]
    said += f", and wells at any doses in any numbers would reach {_number(free, scale, unit)}"
    if fewer := found.row(FEWER):
        saved = 100.0 * (1.0 - fewer["wells"] / planned["wells"])
        said += f". As good as planned with {fewer['wells']} wells ({saved:.0f}% fewer): {series_in_words(fewer)}"
    if "error" in best:
        said += f". {_simulated(found, best, planned)}"
    return said + _worlds(found)


def series_in_words(row: dict[str, Any]) -> str:
    """'5 doses from 10 uM down in steps of 2.5, 3 wells each and 9 untreated'."""
    down = f"from {row['top_dose_um']:.4g} uM down in steps of {row['dose_ratio']:.3g}"
    if row["dose_ratio"] != row["dose_ratio"]:  # NaN
        down = f"({row['doses_um']} uM)"
    each = count_of(int(row["replicates"]), "well", "wells")
    return f"{row['dose_count']:.0f} doses {down}, {each} each and {row['untreated_wells']:.0f} untreated"


def _number(value: float, scale: float, unit: str) -> str:
    return f"{scale * value:.1f}{unit}" if unit else f"{scale * value:.3f}"


def _simulated(found: DosesFound, best: dict[str, Any], planned: dict[str, Any]) -> str:
    fewer = found.row(FEWER)
    parts = []
    for name, what, scale, unit in (ERROR, RIGHT):
        more = scale * best[f"{name}_more"]
        digits = 1 if unit else 3
        said = (
            f"{what} {scale * best[name]:.{digits}f} ± {NORMAL_95 * scale * best[f'{name}_mcse']:.{digits}f}{unit} "
            f"against {scale * planned[name]:.{digits}f}{unit} as planned (difference {more:+.{digits}f} ± "
            f"{NORMAL_95 * scale * best[f'{name}_more_mcse']:.{digits}f})"
        )
        if fewer:
            said += f" and {scale * fewer[name]:.{digits}f}{unit} with {fewer['wells']} wells"
        parts.append(said)
    studies = count_of(int(best["studies"]), "simulated panel", "simulated panels")
    return f"In {studies}: {'; '.join(parts)}"


def _worlds(found: DosesFound) -> str:
    """Other worlds in which the series is surely better, surely worse, or not told apart from the plan's."""
    if found.in_worlds is None:
        return ""
    name = "right" if found.goal == "calls" else "error"
    sign = 1.0 if found.goal == "calls" else -1.0
    verdicts: dict[str, list[str]] = {"better": [], "worse": [], "not told apart from it": []}
    for row in records(found.in_worlds):
        if row["world"] == SAME or row["design"] != FOUND:
            continue
        more, error = sign * row[f"{name}_more"], row[f"{name}_more_mcse"]
        sure = bool(np.isfinite(error)) and abs(more) > SURE * error
        verdict = "not told apart from it" if not sure else "better" if more > 0 else "worse"
        verdicts[verdict].append(row["world"])
    said = [f"{verdict} in {', '.join(names)}" for verdict, names in verdicts.items() if names]
    return f". Against the plan's series it is {'; '.join(said)}" if said else ""
