"""Files whose doses are written in every way that people have: read as the right doses, or refused; never as others."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_tidy

PER_UM = {"M": 1e-6, "mM": 1e-3, "uM": 1.0, "nM": 1e3}
RATIOS = {
    "1-3-10": (3.0, 10.0),
    "1-2-5": (2.0, 5.0, 10.0),
    "half-log": (math.sqrt(10.0), 10.0),
    "twofold": (2.0, 4.0),
    "threefold": (3.0, 9.0),
    "fourfold": (4.0, 16.0),
    "fivefold": (5.0, 25.0),
    "tenfold": (10.0, 100.0),
}
LOG = {"log10": math.log10, "ln": math.log, "log2": math.log2}
NAMES = {
    "log10": ("log10 dose ({})", "log10_{}", "log10_conc_{}", "Log10 [Dose] ({})", "dose (log10 {})", "lg dose {}"),
    "-log10": ("-log10 dose ({})", "neg_log10_dose_{}", "-Log10({})", "\u2212log10 conc ({})", "neglog10_{}"),
    "ln": ("ln dose ({})", "ln_dose_{}", "ln(conc) {}", "LN_{}"),
    "log2": ("log2 dose ({})", "log2_conc_{}"),
}
FILES = 250


@dataclass(frozen=True)
class Written:
    """A file, the doses that its owner means [uM], and what is stated with it."""

    text: str
    doses_um: np.ndarray
    options: dict[str, str]


def dilutions(rng: np.random.Generator, fewest: int = 4) -> np.ndarray:
    """A dilution series of a usual kind [uM], rising."""
    kind = rng.choice(list(RATIOS))
    cycle, count = RATIOS[kind], int(rng.integers(fewest, 11 if kind != "tenfold" else 7))
    low = float(rng.choice([1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1]) if count > 6 else rng.choice([1e-3, 0.01, 0.1, 1.0]))
    doses = [low]
    while len(doses) < count:
        turn = (len(doses) - 1) % len(cycle)
        doses.append(low * cycle[turn] * cycle[-1] ** ((len(doses) - 1) // len(cycle)))
    return np.array([float(f"{dose:.10g}") for dose in doses if dose <= 2e4])


def responses(rng: np.random.Generator, doses_um: np.ndarray, is_raw: bool) -> list[str]:
    """Signals, or percent viabilities, of a curve at these doses."""
    ec50 = 10 ** rng.uniform(-2, 1)
    share = 1 - 0.9 * doses_um / (doses_um + ec50)
    values = share * (rng.uniform(2e3, 1e5) if is_raw else 100.0) * np.exp(rng.normal(0, 0.06, len(share)))
    return [f"{value:.0f}" if is_raw else f"{value:.1f}" for value in values]


def table(header: list[str], rows: list[list[str]], separator: str = ",") -> str:
    """Rows as text."""
    return "".join(separator.join(row) + "\n" for row in [header, *rows])


def logarithmic_file(rng: np.random.Generator, *, has_name: bool) -> Written:
    """Doses as logarithms, with or without a name that says so."""
    scale = str(rng.choice(["log10", "-log10", "ln", "log2"], p=[0.35, 0.35, 0.2, 0.1]))
    unit = str(rng.choice(list(PER_UM)))
    doses, repeats = dilutions(rng), int(rng.integers(1, 4))
    sign = -1.0 if scale.startswith("-") else 1.0
    decimals = int(rng.choice([2, 3, 4, 9]))
    texts = [f"{sign * LOG[scale.lstrip('-')](dose * PER_UM[unit]):.{decimals}f}" for dose in doses]
    texts = [text.rstrip("0").rstrip(".") if rng.random() < 0.5 and "." in text else text for text in texts]
    is_raw = bool(rng.random() < 0.6)
    column = str(rng.choice(NAMES[scale])).format(unit) if has_name else f"dose_{unit}"
    writing = str(rng.choice(["role", "word"] if is_raw else ["role", "word", "none"]))
    header, rows = ["cell_line", column, "signal" if is_raw else "viability_percent"], []
    every = [("DMSO" if writing == "word" else "", 0.0)] * (repeats * (writing != "none"))
    every += [(text, dose) for text, dose in zip(texts, doses, strict=True) for _ in range(repeats)]
    values = responses(rng, np.array([dose for _, dose in every]), is_raw)
    for (text, dose), value in zip(every, values, strict=True):
        role = ["treated" if dose else "control"] if writing == "role" else []
        rows.append(["A", text, value, *role])
    header += ["role"] if writing == "role" else []
    named = {"columns": {"dose": column}} if has_name and rng.random() < 0.3 else {}
    return Written(table(header, rows), np.unique([dose for _, dose in every]), named)


def doses_read(tmp_path, written: Written) -> np.ndarray | None:
    """The doses that are read; None where the file is refused."""
    path = tmp_path / "wells.csv"
    path.write_text(written.text, encoding="utf-8")
    try:
        return np.unique(read_tidy(path, **written.options)["dose_um"].values)
    except InputError:
        return None


def are_right(read: np.ndarray, meant: np.ndarray) -> bool:
    """Whether doses are those that are meant, but for two decimals of a logarithm."""
    return len(read) == len(meant) and np.allclose(read, meant, rtol=0.025, atol=1e-12)


def test_doses_whose_column_says_a_logarithm_are_converted(tmp_path):
    rng = np.random.default_rng(1)
    for _ in range(FILES):
        written = logarithmic_file(rng, has_name=True)
        read = doses_read(tmp_path, written)
        assert read is not None, written.text
        assert are_right(read, written.doses_um), (read, written.text)


def test_logarithms_without_a_name_are_never_read_as_doses(tmp_path):
    rng = np.random.default_rng(2)
    for _ in range(FILES):
        written = logarithmic_file(rng, has_name=False)
        assert doses_read(tmp_path, written) is None, written.text


def plain_file(rng: np.random.Generator) -> Written:
    """Doses as they are: dilution series in any unit, or linear ones with 0."""
    unit = str(rng.choice(list(PER_UM)))
    is_raw = bool(rng.random() < 0.6)
    if rng.random() < 0.5:
        doses = dilutions(rng)
        if rng.random() < 0.3:  # as people round what they pipette
            doses = np.unique([float(f"{dose:.2g}") for dose in doses])
        writing = str(rng.choice(["0", "DMSO", "role"] if is_raw else ["0", "DMSO", "role", "none"]))
    else:
        step = float(rng.choice([0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 0.94]))
        count = int(rng.integers(3, 9))
        unit = "mM" if step < 10 and rng.random() < 0.2 else str(rng.choice(["uM", "nM"]))
        doses, writing = step * np.arange(1, count + 1) / PER_UM[unit], "0"
        doses = np.array([float(f"{dose:.10g}") for dose in doses])
    repeats = int(rng.integers(1, 4))
    every = [0.0] * (repeats * (writing != "none")) + [dose for dose in doses for _ in range(repeats)]
    values = responses(rng, np.array(every), is_raw)
    if not is_raw:  # divided by the mean of the untreated
        untreated = [float(value) for value, dose in zip(values, every, strict=True) if dose == 0] or [100.0]
        values = [f"{float(value) / np.mean(untreated) * 100:.2f}" for value in values]
    rows = []
    for dose, value in zip(every, values, strict=True):
        text = f"{dose * PER_UM[unit]:.10g}" if dose else {"role": "", "none": ""}.get(writing, writing)
        rows.append(["A", text, value, *(["treated" if dose else "control"] if writing == "role" else [])])
    header = ["cell_line", f"dose_{unit}", "signal" if is_raw else "viability_percent"]
    return Written(table([*header, *(["role"] if writing == "role" else [])], rows), np.unique(every), {})


def test_doses_as_they_are_go_through(tmp_path):
    rng = np.random.default_rng(3)
    for _ in range(2 * FILES):
        written = plain_file(rng)
        read = doses_read(tmp_path, written)
        assert read is not None, written.text
        assert are_right(read, written.doses_um), (read, written.text)


WORDS = (
    "DMSO",
    "dmso",
    "vehicle",
    "control",
    "Ctrl",
    "untreated",
    "medium",
    "none",
    "no drug",
    "Vehicle control",
    "0.1% DMSO",
)


def text_file(rng: np.random.Generator) -> Written:
    """Doses with units in their cells, mixed units, words for untreated wells, thousands and decimal commas."""
    doses, repeats = dilutions(rng), int(rng.integers(1, 4))
    units = list(PER_UM) if rng.random() < 0.5 else [str(rng.choice(list(PER_UM)))]
    blank = str(rng.choice(["", " ", "\u00a0"]))
    is_german = bool(rng.random() < 0.3)
    word = str(rng.choice([*WORDS, "0", "0 nM"]))
    every = [0.0] * repeats + [dose for dose in doses for _ in range(repeats)]
    rows = []
    for dose, value in zip(every, responses(rng, np.array(every), True), strict=True):
        unit = str(rng.choice(units))
        number = f"{dose * PER_UM[unit]:.10g}"
        if "e" in number and rng.random() < 0.3:
            mantissa, exponent = number.split("e")
            number = f"{mantissa} x 10^{int(exponent)}" if rng.random() < 0.5 else f"{mantissa}\u00b710^{int(exponent)}"
        spelled = {"uM": str(rng.choice(["uM", "\u00b5M", "\u03bcM", "um", "umol/l"]))}.get(unit, unit)
        text = f"{number}{blank}{spelled}" if dose else word
        if is_german:
            text, value = text.replace(".", ","), f"{int(value):,}".replace(",", ".")
        rows.append(["A", text, value])
    header = ["cell_line", "dose", "signal"]
    options = {"decimal": ","} if is_german else {}
    return Written(table(header, rows, ";" if is_german else ","), np.unique(every), options)


def test_units_and_words_in_cells_are_understood(tmp_path):
    rng = np.random.default_rng(4)
    for _ in range(FILES):
        written = text_file(rng)
        read = doses_read(tmp_path, written)
        assert read is not None, written.text
        assert are_right(read, written.doses_um), (read, written.text)


def falling(doses, head="dose_nM", signals=(50000, 49000, 45000, 25000, 5000, 1500)):
    rows = [f"LP-1,{dose},{signal + extra}" for dose, signal in zip(doses, signals, strict=True) for extra in (0, 120)]
    return "\n".join([f"cell_line,{head},signal", *rows]) + "\n"


@pytest.mark.parametrize("doses", [("0", "1", "2", "3", "4", "5"), ("0", "1.3", "1.85", "2.48", "3.04", "3.7")])
def test_a_curve_that_is_complete_over_even_steps_is_asked_about(tmp_path, doses):
    path = tmp_path / "wells.csv"
    path.write_text(falling(doses), encoding="utf-8")
    with pytest.raises(InputError, match=r"over which the response falls to nothing, as over logarithms of doses"):
        read_tidy(path)
    assert read_tidy(path, dose_scale="linear")["dose_um"].max() == float(doses[-1]) / 1000


@pytest.mark.parametrize(
    ("doses", "signals"),
    [
        (("0", "1", "2", "3", "4", "5"), (50000, 30000, 24000, 20000, 18000, 17000)),
        (("0", "1", "1.5", "2.25", "3.375", "5.0625"), (50000, 49000, 45000, 25000, 5000, 1500)),
        (("0", "20", "40", "60", "80", "100"), (50000, 49000, 45000, 25000, 5000, 1500)),
    ],
)
def test_other_curves_over_few_folds_are_read(tmp_path, doses, signals):
    path = tmp_path / "wells.csv"
    path.write_text(falling(doses, signals=signals), encoding="utf-8")
    assert read_tidy(path).sizes["well"] == 12


@pytest.mark.parametrize(
    ("name", "unit"),
    [("dose (ng/ml)", "ng/ml"), ("conc_mg_L", "mg_L"), ("conc_%", "%"), ("dose ug per ml", "ug per ml")],
)
def test_a_unit_in_a_name_contradicts_a_stated_one(tmp_path, name, unit):
    path = tmp_path / "wells.csv"
    path.write_text(falling(("0", "0.1", "1", "10", "100", "1000"), name), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_tidy(path, {"dose": name}, "uM")
    assert str(caught.value) == (
        f"wells.csv line 1: the column '{name}' has {unit} in its name, but dose_unit was stated as 'uM': say "
        f'dose_unit="as-is:{unit}" for doses in {unit}, or correct the name if they are in uM'
    )
    assert read_tidy(path, {"dose": name}, f"as-is:{unit}")["dose_um"].max() == 1000


def test_one_logarithm_below_0_in_several_wells_is_asked_about(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_text(falling(("DMSO", "-0.5", "0", "0.5", "1", "1.5"), "dose_um"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_tidy(path)
    assert str(caught.value).startswith(
        'wells.csv: dose_um has a value below 0 (-0.5) in several wells, as logarithms have: say dose_scale="log10" '
    )
    assert "ignored" not in str(caught.value)
