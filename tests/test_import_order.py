"""Imports go down the order of packages, in circles nowhere, and assays do not take from each other."""

from collections.abc import Collection, Mapping

import pytest

from tests.source_tree import imports_of, is_within, modules_of, name_of

ASSAYS = ("dose_response", "expression", "bioassay", "cell_cycle", "selection")
# From the lowest up: a module takes only from levels below its own, and from its own package or level. `assay` and
# `fitted` are modules, as are those of the first level; the assays do not take from each other.
LEVELS = (
    (
        "vocabulary",
        "plain_text",
        "notebook",
        "arguments",
        "checks",
        "limits",
        "input_file",
        "input_digests",
        "seeding",
        "record",
        "netcdf_image",
        "looked_through",
        "result_file",
        "result_look",
        "result_parts",
        "added_files",
        "workbook_file",
        "csv_file",
        "result_workbook",
        "units_in_names",
        "placing",
        "unfinished",
        "output",
        "bounds",
        "toml_file",
        "config",
        "ownership",
        "results_folder",
        "known",
        "sigmoid",
        "plate_faults",
        "callable_package",
        "earlier_results",
        "private_folders",
        "working_folder",
        "in_options",
    ),
    ("tables",),
    ("inference",),
    ("assay",),
    ("fit_study", "predictive", "exclude", "first_answer"),
    ASSAYS,
    ("qc",),
    ("miqe",),
    ("summaries",),
    ("maiga2013",),
    ("plate_map",),
    ("power",),
    ("screen",),
    ("plan",),
    ("calibrate",),
    ("report",),
    ("face", "read", "simulate"),
    ("doctor",),
    ("app",),
    ("cli",),
)
MAY_SHARE = {("lensim.selection", "lensim.dose_response.curve")}


def _module_of(name: str, modules: Collection[str]) -> str:
    """The module that a dotted name is or comes from; empty where it is of another package."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def _graph() -> dict[str, set[str]]:
    """For each module of lensim and each model, the modules of these that it imports, inside functions too."""
    paths = {name_of(path): path for tree in ("lensim", "models") for path in modules_of(tree)}
    return {
        name: {module for _, taken in imports_of(path) if (module := _module_of(taken, paths)) and module != name}
        for name, path in paths.items()
    }


def _level(module: str) -> int | None:
    """Place of a module in `LEVELS`; none for lensim itself, which hands on what all of them have."""
    package = [*module.split("."), ""][1]
    found = [place for place, level in enumerate(LEVELS) if package in level]
    assert found or module == "lensim", f"{module} has no place in LEVELS"
    return found[0] if found else None


def _is_against_the_order(module: str, taken: str) -> bool:
    if module == "lensim":
        return False
    if taken == "lensim":
        return True
    own, below = _level(module), _level(taken)
    assert own is not None
    assert below is not None
    if own != below:
        return below > own
    packages = {module.split(".")[1], taken.split(".")[1]}
    shared = any(is_within(module, one) and is_within(taken, other) for one, other in MAY_SHARE)
    return len(packages) > 1 and packages <= set(ASSAYS) and not shared


def _circles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Modules that import each other, directly or through others."""
    reached = {module: set(taken) for module, taken in graph.items()}
    for through in graph:
        for taken in reached.values():
            if through in taken:
                taken |= reached[through]
    circles = {frozenset(other for other in reached[module] if module in reached.get(other, ())) for module in graph}
    return sorted(sorted(circle) for circle in circles if circle)


def test_imports_go_down_the_order_of_packages():
    graph = {module: taken for module, taken in _graph().items() if not is_within(module, "lensim.models")}
    found = {(module, name) for module, taken in graph.items() for name in taken if _is_against_the_order(module, name)}
    assert found == set()


def test_no_modules_import_each_other():
    assert _circles(_graph()) == []


def test_experiments_and_benchmarks_import_no_command():
    found = {
        (name_of(path), name.rsplit(".", 1)[0])
        for tree in ("experiments", "benchmarks")
        for path in modules_of(tree)
        for _, name in imports_of(path)
        if is_within(name, "lensim.cli")
    }
    assert found == set()


# --- that the checks can fail ---


@pytest.mark.parametrize(
    ("module", "taken", "is_breach"),
    [
        ("lensim.plan.words", "lensim.report.page", True),
        ("lensim.report.page", "lensim.plan.words", False),
        ("lensim.tables.grid", "lensim.bioassay.read", True),
        ("lensim.checks", "lensim.vocabulary", False),
        ("lensim.checks", "lensim", True),
        ("lensim", "lensim.cli.main", False),
        ("lensim.bioassay.curve", "lensim.dose_response.curve", True),
        ("lensim.selection.truth", "lensim.dose_response.curve", False),
        ("lensim.selection.truth", "lensim.dose_response.truth", True),
        ("lensim.power.sweep", "lensim.power.pool", False),
    ],
)
def test_order_is_told_from_its_breach(module, taken, is_breach):
    assert _is_against_the_order(module, taken) == is_breach


def test_circles_are_seen_however_long_they_are():
    assert _circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"f"}, "f": set()}) == [["a", "b", "c"]]
    assert _circles({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}) == [["a", "b"], ["c", "d"]]
    assert _circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_the_module_of_a_name_is_found():
    assert _module_of("lensim.a.b.function", {"lensim", "lensim.a", "lensim.a.b"}) == "lensim.a.b"
    assert _module_of("numpy.random", {"lensim"}) == ""
