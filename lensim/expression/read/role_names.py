"""Names of samples that say what is in a well: water without template, and calibrators of plates."""

import re
from collections.abc import Iterable
from typing import Final

from lensim.expression.read.reactions import Task
from lensim.tables.names import plain_name

WITHOUT_TEMPLATE: Final = frozenset(
    {
        "water", "h2o", "dh2o", "ddh2o", "pcr_water", "nuclease_free_water", "rnase_free_water", "water_control",
        "ntc", "no_template", "no_template_control", "non_template_control", "no_cdna", "no_dna", "blank", "wasser",
    }
)  # fmt: skip
PLATE_CALIBRATORS: Final = frozenset(
    {
        "ipc", "irc", "inter_plate_calibrator", "interplate_calibrator", "inter_run_calibrator",
        "interrun_calibrator", "plate_calibrator", "run_calibrator",
    }
)  # fmt: skip
"""Names as `plain_name` gives them; a number behind does not count ("NTC 2")."""

EARLIEST_CT: Final = 25.0
"""A well without template does not come before this cycle: a name such as NTC is then that of a real sample."""


def _plain(name: str) -> str:
    return re.sub(r"_?[0-9]+$", "", plain_name(name)) if plain_name(name) not in WITHOUT_TEMPLATE else plain_name(name)


def roles_by_name(said: Iterable[tuple[str, float | None]]) -> dict[str, Task]:
    """The role of each name that says one, of a study's names with the Ct of each reaction [cycles].

    NTC may as well be a control siRNA, and water a vehicle: a name of water whose wells come early says no role.
    """
    earliest: dict[str, float] = {}
    for name, ct in said:
        if name and _plain(name) in WITHOUT_TEMPLATE | PLATE_CALIBRATORS:
            earliest[name] = min(earliest.get(name, float("inf")), float("inf") if ct is None else ct)
    return {
        name: "plate_calibrator" if _plain(name) in PLATE_CALIBRATORS else "no_template"
        for name, ct in earliest.items()
        if _plain(name) in PLATE_CALIBRATORS or ct >= EARLIEST_CT
    }


def told_of_roles(counts: dict[str, int], roles: dict[str, Task], place: str) -> list[str]:
    """What is to be told of names that were taken for a role."""
    words = {"no_template": "as without template", "plate_calibrator": "as a calibrator of plates"}
    return [
        f"{place}: {number} wells of {name!r} are taken {words[roles[name]]}, by that name"
        for name, number in counts.items()
    ]
