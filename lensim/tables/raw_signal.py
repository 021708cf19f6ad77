"""Names of columns that hold what a reader read of a well, by their unit or wavelength."""

import re
from typing import Final

SIGNAL_UNITS: Final = frozenset(
    {
        "rlu", "rfu", "cpm", "cps", "dpm", "ccpm", "od", "au", "a_u", "abs", "counts", "counts_per_minute",
        "counts_per_min", "counts_per_second", "light_units", "relative_light_units", "relative_fluorescence_units",
        "arbitrary_units",
    }
)  # fmt: skip
"""What may follow the name of a signal: "Luminescence (RLU)"."""

_DERIVED: Final = frozenset(
    {
        "mean", "average", "avg", "median", "sd", "std", "stdev", "sem", "se", "cv", "var", "error", "err", "min",
        "max", "log", "log2", "log10", "ln", "lg", "ratio", "fold", "fc", "delta", "change", "difference", "diff",
        "per", "percent", "pct", "normalized", "normalised", "norm", "relative", "rel", "corrected", "net", "minus",
        "ref", "reference", "subtracted", "blank", "blanks", "background", "bg", "bkg", "control", "ctrl", "vehicle",
        "dmso", "untreated", "t0", "time", "zero", "day", "baseline", "standard", "sum", "total", "viability",
        "inhibition", "survival", "expected", "fitted", "predicted", "of", "vs", "over", "by", "n", "z", "score",
        "limit", "plusminus", "sigma", "sqrt", "mittelwert", "mittel", "mw", "moyenne", "durchschnitt", "stabw",
        "saturated", "well", "wells", "dose", "plate", "date", "lot", "name", "unit", "units", "type", "mode",
    }
)  # fmt: skip
"""Words of a column that holds no reading of a well, or not the raw one."""
_ABSORBANCE: Final = frozenset({"od", "a", "abs", "absorbance", "density"})
_NUMBER: Final = re.compile(r"(?:(od|a|abs|absorbance)|)[2-9][0-9]{2}(?:nm)?")
"""A wavelength [nm], alone or behind what is read there."""
_OF_FLUORESCENCE: Final = frozenset({"ex", "em", "excitation", "emission", "nm"})


def is_raw_signal(plain: str) -> bool:
    """Whether a plain name ends on a reader's unit or a wavelength: celltiter_glo_rlu, od570, absorbance_450_nm.

    Names of means, blanks, controls, logarithms and shares are none of a raw signal.

    Parameters
    ----------
    plain
        As `lensim.tables.names.plain_name` gives it.
    """
    words = plain.split("_")
    tails = {"_".join(words[-size:]): words[:-size] for size in (1, 2, 3)}
    unit = max((tail for tail in tails if tail in SIGNAL_UNITS), key=len, default="")
    before = tails[unit] if unit else words
    if _DERIVED & set(before):
        return False
    if unit:
        return unit != "counts" or not before
    if words[0] == "fluorescence":
        return all(word in _OF_FLUORESCENCE or _NUMBER.fullmatch(word) for word in words[1:])
    return _ends_on_wavelength(words)


def _ends_on_wavelength(words: list[str]) -> bool:
    """Whether an absorbance with one wavelength stands last."""
    words = [word for word in words if word not in ("nm", "at")]
    numbers = [_NUMBER.fullmatch(word) for word in words]
    if sum(map(bool, numbers)) != 1 or (last := numbers[-1]) is None:
        return False
    return last[1] is not None or bool(_ABSORBANCE.intersection(words[-2:-1]))
