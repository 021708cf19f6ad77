"""TOML of every kind: scenarios, plans, published summaries, selections, priors, configs of experiments."""

import importlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.fuzz.case import Case, Door
from tests.fuzz.corpus import written


def _only(folder: Path, case: Case) -> Path:
    return next(folder / name for name in case.files if name.endswith(".toml"))


def _scenario(folder: Path, case: Case) -> Any:
    from lensim.power.scenario import read_scenario

    return read_scenario(_only(folder, case)).digest()


def _plan(folder: Path, case: Case) -> Any:
    from lensim.plan.question import read_question

    return read_question(_only(folder, case))


def _paper(folder: Path, case: Case) -> Any:
    from lensim.summaries.read import read_summaries

    return read_summaries(_only(folder, case))


def _audit(folder: Path, case: Case) -> Any:
    from lensim.summaries.audit import audit, audit_in_words
    from lensim.summaries.read import read_summaries

    summaries, _ = read_summaries(_only(folder, case))
    return [audit_in_words(one, audit(one)) for one in summaries]


def _selection(folder: Path, case: Case) -> Any:
    from lensim.selection.read import read_selections

    return read_selections(_only(folder, case)).schedules


def _priors(folder: Path, case: Case) -> Any:
    from lensim.checks import InputError
    from lensim.inference.catalogue import catalogue
    from lensim.inference.priors import priors_from

    path, faults, found = _only(folder, case), [], []
    for entry in _kinds_of_priors(tuple(sorted(catalogue()))):
        try:
            found.append(priors_from(entry, path))
        except InputError as error:
            faults.append(error)
    if faults and not found:
        raise faults[0]
    return found


@cache
def _kinds_of_priors(names: tuple[str, ...]) -> list[Any]:
    from lensim.inference.catalogue import catalogue

    return list({catalogue()[name].priors: catalogue()[name] for name in names}.values())


def _config(folder: Path, case: Case) -> Any:
    from lensim.results_folder import read_config

    path = _only(folder, case)
    name = {"plan_follow_up_published": "plan_follow_up"}.get(path.stem, path.stem)
    module = importlib.import_module(f"experiments.{name}")
    return read_config(path, module.Config)


def _configs() -> dict[str, Case]:
    return {name: case for name, case in written.configs().items() if hasattr(_module(name), "Config")}


def _module(name: str) -> Any:
    try:
        return importlib.import_module(f"experiments.{name}")
    except ModuleNotFoundError:
        return None


def _door(name: str, bases: Callable[[], dict[str, Case]], enter: Callable[[Path, Case], Any]) -> Door:
    return Door(name, bases, enter)


DOORS: Final = (
    _door("toml_scenario", written.scenarios, _scenario),
    _door("toml_plan", written.plans, _plan),
    _door("toml_published", written.papers, _paper),
    _door("published_audit", written.papers, _audit),
    _door("toml_selection", written.selections, _selection),
    _door("toml_priors", written.priors, _priors),
    _door("toml_config", _configs, _config),
)
