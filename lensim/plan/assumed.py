"""What a plan takes for granted of the world, in words: the figures of its truth that the user stated."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lensim.power.spec import BaseScenario

LABELS: Final = ("target", "gene", "cell_type", "group", "condition", "cell_line", "molecular_group")
"""Fields that say what a table of the truth is about."""
WORDS: Final[Mapping[str, str]] = {
    "mu_log2_fold_change": "mean log2 fold change",
    "sigma_log2_fold_change": "sd of log2 fold changes between subjects",
    "log2_fold_change": "log2 fold change",
    "sd_log2_between_subjects": "sd of log2 levels between subjects",
    "sd_log2_pair": "sd of log2 ratios between pairs of a subject",
    "sd_log2_fold": "sd of log2 ratios of IC50s between lines",
    "fold": "ratio of IC50s",
    "mu_log10_ec50_um": "mean log10 EC50 [µM]",
    "sigma_log10_ec50_um": "sd of log10 EC50s between lines",
    "mu_effect_at_saturation": "mean effect at saturation (-log of the signal left)",
    "sigma_effect_at_saturation": "sd of effects between lines",
}
OTHER: Final = ("posterior", "contrast", "nuisance", "scale", "shift")
LAWS: Final[Mapping[str, str]] = {
    "normal": "{} ± {} (normal, mean ± sd)",
    "lognormal": "{} (lognormal, median; sd {} of its logarithm)",
    "uniform": "{} to {} (uniform)",
}
MOST: Final = 8
NOISE: Final[Mapping[str, Mapping[str, str]]] = {
    "ratios": {"sd_log2_pair": WORDS["sd_log2_pair"]},
    "expression": {
        "assays.0.sd_log2_biological": "sd of log2 levels between samples of a subject",
        "sd_technical_cycles": "sd of replicate reactions [cycles]",
        "sd_plate_cycles": "sd between plates [cycles]",
    },
    "groups": {"sd_technical_cycles": "sd of replicate reactions [cycles]"},
    "dose_response": {
        "population.sd_experiment_log10_ec50_um": "sd of log10 EC50s between experiments",
        "population.sd_well": "sd of log signals between wells",
    },
}
"""What moves every study beside its effects, by assay: where it is in a truth, and its words."""


def assumed_in_words(scenario: BaseScenario) -> str:
    """The stated figures of a truth; '' where all are lensim's own.

    Examples
    --------
    >>> from lensim.power.scenario import scenario_of
    >>> scenario = scenario_of({
    ...     "name": "next", "design": {"assay": "ratios", "subjects": {"patient": 6}, "targets": ["TNF"]},
    ...     "truth": {"expression": [{"mu_log2_fold_change": 1.0, "sigma_log2_fold_change": 0.6}]},
    ...     "rules": [{"rule": "test", "test": "t_log2"}],
    ... })
    >>> assumed_in_words(scenario)
    'mean log2 fold change 1 (200% of control), sd of log2 fold changes between subjects 0.6'
    """
    stated = {name: value for name, value in scenario.truth.model_dump(exclude_unset=True).items() if name not in OTHER}
    said = list(_said(stated))
    return "; ".join(said[:MOST]) + (f"; and {len(said) - MOST} more" if len(said) > MOST else "")


def noise_in_words(scenario: BaseScenario) -> str:
    """The noise of days, plates and wells that is lensim's own, since the truth does not state it; '' where it does.

    Examples
    --------
    >>> from lensim.power.scenario import scenario_of
    >>> scenario = scenario_of({
    ...     "name": "next", "design": {"assay": "ratios", "subjects": {"patient": 6}, "targets": ["TNF"]},
    ...     "rules": [{"rule": "test", "test": "t_log2"}],
    ... })
    >>> noise_in_words(scenario)
    'sd of log2 ratios between pairs of a subject 0.35'
    """
    stated, whole = scenario.truth.model_dump(exclude_unset=True), scenario.truth.model_dump()
    own = {place: words for place, words in NOISE.get(scenario.design.assay, {}).items() if _at(stated, place) is None}
    return ", ".join(f"{words} {_value(place, _at(whole, place))}" for place, words in own.items())


def figures_in_words(scenario: BaseScenario, names: Sequence[str]) -> str:
    """Figures of a truth by their names, with their values where there is one of each.

    Examples
    --------
    >>> from lensim.power.scenario import scenario_of
    >>> scenario = scenario_of({"name": "next", "design": {}, "rules": [{"rule": "posterior", "above": 0.0}]})
    >>> figures_in_words(scenario, ["sd_plate_cycles", "sd_log2_biological"])
    'sd between plates [cycles] 0.15, sd of log2 levels between samples of a subject 0.2'
    """
    places = {name.rsplit(".", 1)[-1]: name for words in NOISE.values() for name in words}
    words_of = {name.rsplit(".", 1)[-1]: said for words in NOISE.values() for name, said in words.items()}
    whole = scenario.truth.model_dump()
    said = []
    for name in names:
        value = _at(whole, places.get(name, name))
        words = words_of.get(name, WORDS.get(name, name.replace("_", " ")))
        said.append(words if value is None or isinstance(value, Sequence) else f"{words} {_value(name, value)}")
    return ", ".join(said)


def _at(values: Any, place: str) -> Any:
    """What is at a place of nested tables and lists; None where nothing is."""
    for name in place.split("."):
        if isinstance(values, Mapping):
            values = values.get(name)
        elif isinstance(values, Sequence) and not isinstance(values, str) and int(name) < len(values):
            values = values[int(name)]
        else:
            return None
    return values


def _said(stated: Mapping[str, Any]) -> Sequence[str]:
    figures: list[str] = []
    parts: list[str] = []
    about = [str(stated[name]) for name in LABELS if isinstance(stated.get(name), str)]
    for name, value in stated.items():
        if name in LABELS or value is None:
            continue
        if isinstance(value, Mapping) and not LAWS.keys() & value.keys():
            parts += _said(value)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            parts += [one for table in value if isinstance(table, Mapping) for one in _said(table)]
        else:
            figures.append(f"{WORDS.get(name, name.replace('_', ' '))} {_value(name, value)}")
    own = f"{' in '.join(about)}: " if about and figures else ""
    return [*([own + ", ".join(figures)] if figures else []), *parts]


def _value(name: str, value: Any) -> str:
    """A number, or a distribution; of a fold change, with what it is in percent."""
    middle = value
    if isinstance(value, Mapping):
        ((law, numbers),) = list(value.items())[:1]
        texts = [f"{one:g}" if isinstance(one, int | float) else str(one) for one in numbers]
        middle = numbers[0] if law == "normal" else None
        text = LAWS[law].format(*texts[:2]) if law in LAWS else f"{law} {', '.join(texts)}"
    else:
        text = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
    if name.endswith("log2_fold_change") and not name.startswith("sigma") and isinstance(middle, int | float):
        text += f" ({100 * 2.0**middle:.0f}% of control)"
    return text
