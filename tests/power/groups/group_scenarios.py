"""Scenarios of groups of different subjects for tests."""

from typing import Any

from lensim.power.groups.scenario import GroupsScenario
from lensim.power.scenario import scenario_of

T = {"rule": "unpaired_t"}
STUDENT = {"rule": "unpaired_t", "variance": "equal"}
RANKS = {"rule": "mann_whitney"}
POSTERIOR = {"rule": "posterior", "above": 0.0, "probability": 0.975}
FACTORS = {"wild": {"vehicle": 6, "drug": 5}, "mutant": {"vehicle": 4, "drug": 5}}


def groups_scenario(
    groups: dict[str, Any],
    *rules: dict[str, Any],
    change: Any = 1.0,
    sds: tuple[float, float] = (1.0, 1.0),
    **rest: Any,
) -> GroupsScenario:
    """Log2 levels of one target; all groups but the control change alike. `rest` replaces tables of the scenario."""
    control = next(iter(groups))
    entries: list[dict[str, Any]] = [{"log2_fold_change": change, "sd_log2_between_subjects": sds[1]}]
    if not isinstance(groups[control], dict):
        entries.append({"group": control, "sd_log2_between_subjects": sds[0]})
    design = {"assay": "levels", "groups": groups} | rest.pop("design", {})
    content = {
        "name": "groups",
        "seed": 11,
        "design": design,
        "truth": {"groups": entries} | rest.pop("truth", {}),
        "rules": list(rules) or [T],
        "studies": {"count": 20_000, "chunk": 20_000},
        "audit": {"studies": 0},
    }
    found = scenario_of(content | rest)
    assert isinstance(found, GroupsScenario)
    return found
