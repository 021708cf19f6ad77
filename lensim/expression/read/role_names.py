"""Names of samples that say what is in a well: water without template, and calibrators of plates."""

import re
import string
from collections.abc import Iterable
from typing import Final

from lensim.expression.read.assigned import Assigned
from lensim.expression.read.reactions import Task
from lensim.plain_text import counted
from lensim.tables.names import plain_name
from lensim.tables.number_text import DIGITS
from lensim.tables.summary_words import is_surely_summary

WITHOUT_TEMPLATE: Final = frozenset(
    {
        "water", "h2o", "dh2o", "ddh2o", "pcr_water", "nuclease_free_water", "rnase_free_water", "water_control",
        "ntc", "no_template", "no_template_control", "non_template_control", "no_cdna", "no_dna", "blank", "wasser",
        "h20", "dh20", "ddh20", "aqua", "aqua_dest", "aqua_bidest", "a_dest", "leerwert", "eau", "agua", "acqua",
        "vatten", "rnase_free_h2o", "nuclease_free_h2o", "dnase_free_water", "mq", "milliq", "milli_q", "mq_water",
        "milliq_water", "sterile_water", "distilled_water", "depc_water", "temoin_negatif", "leerkontrolle",
        "no_template_ctrl",
    }
)  # fmt: skip
WITHOUT_TRANSCRIPTASE: Final = frozenset(
    {
        "nrt", "no_rt", "no_rt_control", "minus_rt", "no_reverse_transcriptase", "rt_minus", "rt_neg", "nort",
        "ohne_rt", "without_rt", "no_rt_ctrl", "rt_neg_control", "nrtc",
    }
)  # fmt: skip
DOUBTFUL: Final = re.compile(
    r"neg(ative)?(_(control|ctrl|ctl|kontrolle))?_?[0-9]*|negativ_?kontrolle_?[0-9]*|ve|control_neg(ative)?"
    r"|pos(itive)?_(control|ctrl|ctl|kontrolle)_?[0-9]*|positiv_?kontrolle_?[0-9]*|control_pos(itive)?"
)
"""Names that may be those of a control of the laboratory, and of no sample."""
_NO_RT: Final = re.compile(
    r"(?:.*[\s_(\[,;-])?(?:-\s?rt|no[\s_-]?rt|nrt|rt\s?-|minus[\s_-]?rt|ohne[\s_-]?rt)(?:[\s_)\],;].*)?", re.IGNORECASE
)
"""A name that says that a sample had no reverse transcriptase: "P1 -RT", P1_noRT."""
_WORD_OF_NO_RT: Final = re.compile(r"-\s?rt|no[\s_-]?rt|nrt|rt\s?-|minus[\s_-]?rt|ohne[\s_-]?rt", re.IGNORECASE)
_BEFORE_WORD: Final = string.whitespace + "_([,;-"
_BEHIND_WORD: Final = string.whitespace + "_)],;"
PLATE_CALIBRATORS: Final = frozenset(
    {
        "ipc", "irc", "inter_plate_calibrator", "interplate_calibrator", "inter_run_calibrator",
        "interrun_calibrator", "plate_calibrator", "run_calibrator",
    }
)  # fmt: skip
"""Names as `plain_name` gives them; a number behind does not count ("NTC 2")."""

_ROLES: Final[dict[Task, frozenset[str]]] = {
    "no_template": WITHOUT_TEMPLATE,
    "no_rt": WITHOUT_TRANSCRIPTASE,
    "plate_calibrator": PLATE_CALIBRATORS,
}

EARLIEST_CT: Final = 25.0
"""A well without template does not come before this cycle: a name such as NTC is then that of a real sample."""


SAY_WHAT_IT_IS: Final = (
    "delete such rows, or write ignored, no_template or no_rt for them in a column task; if all rows are samples, "
    'state columns={"task": "=unknown"}'
)
"""The remedy where a name leaves a doubt."""


def _without_number(plain: str) -> str:
    word = plain.rstrip(DIGITS)
    return plain if word == plain else word.removesuffix("_")


def _role(name: str) -> Task | None:
    plain = plain_name(name)
    if _NO_RT.fullmatch(name.strip()):
        return "no_rt"
    for spelling in (plain, _without_number(plain)):
        for role, words in _ROLES.items():
            if spelling in words:
                return role
    return None


def sample_with_rt(name: str) -> str:
    """What the same sample with reverse transcriptase is called: P1 of "P1 -RT"; the name itself where it says no such.

    Parameters
    ----------
    name
        What a file calls the sample of a well without reverse transcriptase.
    """
    if not _NO_RT.fullmatch(name.strip()):
        return name
    parts = [part.lstrip(_BEHIND_WORD).rstrip(_BEFORE_WORD) for part in _WORD_OF_NO_RT.split(name)]
    named = [part for part in parts if part]
    return named[0] if len(named) == 1 else name


def roles_by_name(said: Iterable[tuple[str, float | None]]) -> dict[str, Task]:
    """The role of each name that says one, of a study's names with the Ct of each reaction [cycles].

    NTC may as well be a control siRNA, and water a vehicle: a name of water whose wells come early says no role.
    """
    earliest: dict[str, float] = {}
    for name, ct in said:
        if name and _role(name):
            earliest[name] = min(earliest.get(name, float("inf")), float("inf") if ct is None else ct)
    roles = {name: _role(name) for name in earliest}
    return {
        name: role
        for name, role in roles.items()
        if role and (role == "plate_calibrator" or earliest[name] >= EARLIEST_CT)
    }


def doubt_of(name: str, gene: str) -> str:
    """What a name of a sample, or a gene, may be instead; empty where there is no doubt."""
    plain = plain_name(name)
    if DOUBTFUL.fullmatch(plain) or _NO_RT.fullmatch(name.strip()) or re.fullmatch(r".*\w-rt", name.strip(), re.I):
        return f"{name!r} may be a control of the laboratory"
    for said in (name, gene):
        if is_surely_summary(said):
            return f"{said!r} may be a summary of other rows"
    return ""


def told_of_roles(counts: dict[str, int], roles: dict[str, Task], place: str) -> list[str]:
    """What is to be told of names that were taken for a role."""
    words = {
        "no_template": "without template",
        "no_rt": "without reverse transcriptase",
        "plate_calibrator": "calibrators of plates",
    }
    return [
        f"{place}: {_read(number, name)} read as {words[roles[name]]}, by that name" for name, number in counts.items()
    ]


def _read(number: int, name: str) -> str:
    return f"{counted(number, 'well')} of {name!r} {'is' if number == 1 else 'are'}"


def told_of_no_rt(assigned: Iterable[Assigned]) -> list[str]:
    """That wells without reverse transcriptase amplified, of each gene the earliest, beside the latest sample."""
    reactions = [one.reaction for one in assigned]
    said = []
    for gene in dict.fromkeys(one.gene for one in reactions if one.task == "no_rt"):
        own = [one.ct_cycles for one in reactions if one.gene == gene and one.task == "no_rt" and one.ct_cycles]
        samples = [one.ct_cycles for one in reactions if one.gene == gene and one.task == "unknown" and one.ct_cycles]
        if own and samples:
            said.append(f"{gene} at Ct {min(own):.1f}, samples at Ct {min(samples):.1f} to {max(samples):.1f}")
    return [f"amplified without reverse transcriptase, so from genomic DNA: {'; '.join(said)}"] if said else []
