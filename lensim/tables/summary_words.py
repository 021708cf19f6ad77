"""Words for what was computed from other rows or columns: means, spreads, sums and tests; which names are such."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from lensim.tables.names import plain_name

_MEANS: Final = (
    r"(?:(?:geo(?:metric)?|arithmetic|harmonic|overall|grand|group)_?)?(?:mean|average)s?|avg|geomean|medians?"
    r"|mittelwerte?|mittel|durchschnitt|(?:geometrisches|arithmetisches)_mittel|moyennes?|moyenne_geometrique|mediane"
    r"|mediana|promedio|media_(?:geometrica|aritmetica)|valor_medio|valore_medio|valeur_moyenne"
)
_SPREADS: Final = (
    r"st(?:an)?d(?:ard)?_?(?:dev(?:iation)?|err(?:or)?)(?:_of_the_mean)?|st_?(?:dev|err)|standard_?(?:abweichung|fehler)"
    r"|stabw|varian(?:z|ce|za)|varianza|variationskoeffizient|coefficient_(?:of|de)_variation|plusminus|sigma|streuung"
    r"|confidence_interval|konfidenzintervall|(?:95_)?ci_?(?:95|low|high|lower|upper)?|(?:percent|pct)_cv|cv_(?:percent|pct)"
    r"|ecarts?_types?|erreur_standard|desv(?:iacion)?_?(?:estandar|est|tipica)|error_(?:estandar|tipico)"
    r"|deviazione_standard|dev_st|errore_standard|coeficiente_de_variacion"
)
_TESTS: Final = (
    r"(?:adj(?:usted)?_)?[pq]_?val(?:ue)?s?|p_adj(?:usted)?|p_?wert|valeur_p|valor_p|valore_p|(?:students?_)?t_?tests?"
    r"|anova|wilcoxon|mann_whitney|significance|signifikanz|signif"
)
_SUMS: Final = r"grand_total|total|summe|somme|gesamt|totale|somma|alle|tous|todos|tutti"
_SHORT_MEANS: Final = r"mw|av|ave|moy|media"
_SHORT_SPREADS: Final = r"sd|s_d|se|sem|s_e_m|cv|vk|var|std|err|error|range|iqr"
_SHORT_SUMS: Final = r"all|sum|suma|n|count|anzahl|nombre|numero"
_THINGS: Final = (
    r"of|the|and|all|lines?|cell_lines?|subjects?|patients?|donors?|animals?|mice|samples?|cells|replicates?|cultures?"
    r"|groups?|values?|von|der|de|des|del|aller|alle|les|zelllinien|linien|patienten|lignees|lineas|linee"
)
_LONG: Final = f"(?:{_MEANS}|{_SPREADS}|{_TESTS})"
_OF_ANOTHER: Final = f"(?:{_MEANS}|{_SPREADS}|{_TESTS}|{_SHORT_MEANS.removesuffix('|media')}|{_SHORT_SPREADS})"
_ANY: Final = f"(?:{_MEANS}|{_SPREADS}|{_TESTS}|{_SUMS}|{_SHORT_MEANS}|{_SHORT_SPREADS}|{_SHORT_SUMS})"

_SURELY: Final = re.compile(
    f"{_LONG}(?:_(?:{_ANY}|{_THINGS}))*|(?:mean|average|avg|median|geomean|mittelwert|moyenne|promedio|total|summe)_.*"
    "|.*_(?:average|avg|geomean|mittelwert|moyenne|promedio)"
)
_PERHAPS: Final = re.compile(f"{_ANY}(?:_(?:{_ANY}|{_THINGS}))*")
_NUMBERED: Final = re.compile(r"[np]\s*[=<>\u2264]\s*[0-9.,]+", re.IGNORECASE)
"""A number of rows, or a P value: n=3, p < 0.05."""
_BEHIND: Final = re.compile(f"(?P<name>.+?)(?:_{_OF_ANOTHER}){{1,3}}")
_BEFORE: Final = re.compile(f"(?:{_OF_ANOTHER}_){{1,3}}(?:(?:of|von|de|der|des|del|di)_)?(?P<name>.+)")
_MEAN: Final = re.compile(f"{_MEANS}|{_SHORT_MEANS}")
_IN_HEADERS: Final = re.compile(rf"(?:\A|_){_OF_ANOTHER}(?:_|\Z)")
_SPREAD_IN_HEADERS: Final = re.compile(rf"(?:\A|_)(?:{_SPREADS}|{_SHORT_SPREADS}|ci)(?:_|\Z)")
_ALSO_MEDIUM: Final = "media"
"""A mean in Spanish and Italian, but in English what cells grow in: it counts beside other summaries alone."""
_BAR: Final = "\u0304"
"""Above an x it is a mean."""
FEWEST_INITIALS: Final = 2
"""With so many other names of as many letters, a short word may be a person's initials."""
_MOST_INITIALS: Final = 3


@lru_cache(maxsize=16_384)
def folded(name: str) -> str:
    """A name as `plain_name` has it, and without accents: Écart-type is ecart_type."""
    parts = unicodedata.normalize("NFKD", name.replace("\u00df", "ss"))
    return plain_name("".join(sign for sign in parts if sign == _BAR or not unicodedata.combining(sign)))


def names_a_summary(name: str) -> bool:
    """Whether a column's name has a word for a mean, a spread or a test: RLU SD, "mean fold change"."""
    return bool(_IN_HEADERS.search(folded(name)))


def is_spread(name: str) -> bool:
    """Whether a column's name has a word for a spread: RQ SD, "fold change ±"."""
    return bool(_SPREAD_IN_HEADERS.search(folded(name)))


def is_mean(name: str) -> bool:
    """Whether a column's whole name is a word for a mean: Mittelwert, Ø."""
    return bool(_MEAN.fullmatch(folded(name)))


def summarised(name: str) -> set[str]:
    """What a name with a word for a summary before or behind it may be a summary of, as `folded` has it."""
    plain = folded(name)
    return {match["name"] for pattern in (_BEHIND, _BEFORE) if (match := pattern.fullmatch(plain))}


def is_surely_summary(name: str) -> bool:
    """Whether a row's whole name is a word for a summary that is no name of anything else: mean, Standardabweichung."""
    return bool(_SURELY.fullmatch(folded(name)) or _NUMBERED.fullmatch(name.strip()))


def summaries_among(names: Collection[str], known: Collection[str] = ()) -> set[str]:
    """Those names that are summaries of others.

    A name is one whose words all are words for a summary, or that is another name with such a word before or behind it
    (LP-1 SD, mean of LP-1). Short words (SD, MW, all) count only beside other names, and not where these are initials
    of as many letters.

    Parameters
    ----------
    names
        The different texts of a column, as in the file.
    known
        Names that a summary may be of, beside those of the column.
    """
    plain = {name: folded(name) for name in names if name.strip()}
    found = {name for name in plain if is_surely_summary(name)}
    others = {*plain.values(), *map(folded, known)} - {""}
    found |= {name for name, own in plain.items() if summarised(name) & (others - {own})}
    perhaps = {name for name, own in plain.items() if name not in found and _PERHAPS.fullmatch(own)}
    rest = [name.strip() for name in plain if name not in found and name not in perhaps]
    sure = bool(found)
    for name in perhaps if sure or rest else ():
        if sure or (plain[name] != _ALSO_MEDIUM and (len(perhaps) > 1 or not _are_initials(name.strip(), rest))):
            found.add(name)
    return found


def _are_initials(name: str, rest: Collection[str]) -> bool:
    """Whether a name may be initials, as all of the others are."""
    size = len(name)
    return (
        size <= _MOST_INITIALS
        and len(rest) >= FEWEST_INITIALS
        and all(len(other) == size and other.isalpha() for other in (name, *rest))
    )
