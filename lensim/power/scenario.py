"""Scenarios as strict data, from TOML or Python: design, truth, analysis, rules and a grid.

The truth is what the world is taken to be (the design prior, where it is uncertain); the analysis prior is what the
later analysis will assume, and is a thing of its own. A truth of plain numbers gives power, conditional on them; one
with distributions, or draws of a posterior, gives assurance, the mean power over what is believed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lensim.checks import InputError, one_of
from lensim.config import checked
from lensim.power.assays import ASSAYS, DEFAULT
from lensim.power.renamed import require_new_names
from lensim.power.spec import BaseScenario
from lensim.toml_file import read_toml

Scenario = BaseScenario
"""A scenario of any assay."""


def scenario_of(content: Mapping[str, Any], place: str = "scenario") -> Scenario:
    """A checked scenario from nested content; design.assay says of which kind.

    Raises
    ------
    InputError
        With every fault: an assay under its former name, an unknown key, a value out of its range, a rule that the
        design cannot answer.
    """
    require_new_names(content, place)
    design = content.get("design")
    assay = design.get("assay") if isinstance(design, Mapping) else getattr(design, "assay", None)
    if isinstance(assay, str):
        one_of(f"{place}: design.assay", assay, list(ASSAYS))
    offered = ASSAYS[assay if isinstance(assay, str) else DEFAULT]
    return checked(offered.scenario, content, place)


def points_of(scenario: Scenario) -> Iterator[tuple[dict[str, Any], Scenario]]:
    """Every combination of a scenario's grid, with the scenario that it makes; see `BaseScenario.points`."""
    yield from scenario.points()


def read_scenario(path: Path) -> Scenario:
    """A scenario from a TOML file; the path of a posterior is taken from the file's own folder.

    Raises
    ------
    InputError
        As `read_toml`; else as `scenario_of`, and if a point of the grid is faulty.
    """
    content = read_toml(path, "a scenario file")
    truth = content.get("truth")
    if isinstance(truth, dict) and isinstance(truth.get("posterior"), str):
        truth["posterior"] = path.parent / truth["posterior"]
    scenario = scenario_of(content, path.name)
    try:
        for _ in scenario.points():
            pass
    except InputError as error:
        faults = str(error).splitlines()
        raise InputError("\n".join(f"{path.name}: grid: {fault}" for fault in faults)) from None
    return scenario
