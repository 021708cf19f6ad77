"""The shape of the code: imports go one way, modules stay short, and no file tells where it was made."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.source_tree import ROOT, SKIPPED, TREES, imported, imports_of, is_within, modules_of, name_of

LONGEST_MODULE_LINES = 400
# Tests of something other than one module, and what that is.
TOPICS = {
    "tests/face/test_face_junk.py": "every public function with values that nobody means",
    "tests/test_bounds_sizes.py": "sizes and types of what a user gives, refused before memory is taken",
    "tests/cli/test_cli.py": "the command line as a whole",
    "tests/app/plan/test_app_plan_browser.py": "the room Plan from fits, in a browser",
    "tests/app/test_app_browser.py": "the page of the app in a browser",
    "tests/cli/test_cli_bioassay.py": "the commands for bioassays",
    "tests/cli/test_cli_flows.py": "from files of the bench to a workbook, as typed",
    "tests/test_workbook_rules.py": "workbooks as Excel and other readers need them",
    "tests/cli/test_cli_cell_cycle.py": "the commands for cell cycles",
    "tests/cli/test_cli_expression.py": "the commands for expression",
    "tests/cli/test_cli_expression_bad_input.py": "messages of bad tables of Cts",
    "tests/cli/test_cli_folders.py": "folders that no command erases",
    "tests/cli/test_cli_hostile_names.py": "names that something could read, from a result to tables and back",
    "tests/cli/test_cli_messages.py": "remedies that messages name",
    "tests/test_words.py": "the doors through which the text of a user reaches a terminal, a page or a figure",
    "tests/test_dangerous_calls.py": "calls that run code, or read a file past the doors",
    "tests/test_writers.py": "the one layer through which files are written",
    "tests/dose_response/read/test_dose_response_read_real_data.py": "tables of real plates",
    "tests/expression/read/test_expression_read_decimals.py": "decimal commas at every door",
    "tests/expression/read/test_expression_read_doors.py": "every door to tables of Cts",
    "tests/expression/read/test_expression_read_formats.py": "exports of every machine",
    "tests/expression/read/test_expression_read_real_data.py": "exports of real machines",
    "tests/expression/read/test_expression_read_tables.py": "tidy tables of Cts",
    "tests/cli/test_cli_options.py": "options that commands share",
    "tests/face/test_face_lazy.py": "what `import lensim` loads",
    "tests/models/test_models_log_prior.py": "the log prior of every model",
    "tests/plan/test_plan_docs.py": "what the page on planning says",
    "tests/power/test_power_engines.py": "engines give the same posterior",
    "tests/expression/read/test_expression_read_random_tables.py": "hundreds of random tables of Cts",
    "tests/power/test_power_memory.py": "memory that long runs need",
    "tests/power/test_power_oracles.py": "power that is known in closed form",
    "tests/power/test_power_signs.py": "errors of sign and size, new subjects, ceilings and spot checks",
    "tests/report/test_report_browser.py": "the page in a browser",
    "tests/report/test_report_hostile_names.py": "names that a page, TeX or a formula would read",
    "tests/report/test_report_notebook.py": "figures in a notebook",
    "tests/selection/test_selection_docs.py": "what the page on selection says",
    "tests/tables/instruments/test_tables_instruments_machines.py": "exports of machines, as their programs write them",
    "tests/tables/test_tables_grid_random.py": "random exports of plate readers",
    "tests/tables/test_tables_docs.py": "what the page on tables says",
    "tests/tables/test_tables_doors.py": "every door to tables",
    "tests/test_architecture.py": "the shape of the code",
    "tests/test_import_order.py": "the order of packages",
    "tests/test_regular_expressions.py": "the time that patterns take",
    "tests/test_kills.py": "results that outlive a kill",
    "tests/toy/test_toy_assay.py": "an assay of another package",
    "tests/test_no_door.py": "ports and addresses that commands do not touch",
    "tests/test_portable_sources.py": "calls that do something else on another system",
    "tests/test_where_it_runs.py": "systems, locales and streams that differ",
    "tests/test_documentation.py": "the documentation as pages",
    "tests/test_packaging.py": "what is installed",
}
NOT_OF_MODULES = ("tests/real_data", "tests/statistical", "tests/fuzz", "tests/faults")
SIMULATOR_MODULES = {"simulate", "truth", "design", "worlds"}
FOR_WORLDS = {"vocabulary", "checks", "bounds", "design", "worlds"}
TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".yaml",
    ".yml",
    ".cff",
    ".txt",
    ".html",
    ".css",
    ".json",
    ".csv",
    ".cfg",
    ".c",
}
TEXT_NAMES = {"Makefile", "LICENSE", "run", ".gitignore", ".python-version"}

# written in parts, so that this file does not match itself
INDEX_ADDRESS = re.compile("/" + r"simple\b")
MACHINE_PATH = re.compile(r"(?<![\w.~}/\-])/" + r"(?:root|home|work)\b")


def _origins() -> dict[str, str]:
    """For each name that a package of lensim hands on, the place that it comes from."""
    packages = [path for path in modules_of("lensim") if path.name == "__init__.py"]
    return {
        f"{name_of(path)}.{name.rsplit('.', 1)[-1]}": name
        for path in packages
        for _, name in imports_of(path)
        if is_within(name, "lensim")
    }


def _breaches(tree: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules_of(tree)
        for line, name in imports_of(path)
        if any(is_within(name, package) for package in forbidden)
    ]


def _mirrors(test: Path, modules: Mapping[str, str]) -> bool:
    """Whether tests/a/test_a_b.py is the test of a module lensim.a.b, and lies where that one lies or above."""
    name = test.stem.removeprefix("test_")
    module = modules.get(name) or modules.get(f"lensim_{name}", "")
    return module.startswith(".".join(["lensim", *test.parts[1:-1]])) if module else False


def _is_simulator(name: str, origins: dict[str, str]) -> bool:
    """Whether a name is a simulator's module, or something out of one, under whatever name it is handed on."""
    origin = origins.get(name, name).split(".")
    return origin[0] == "lensim" and bool(SIMULATOR_MODULES & set(origin[2:]))


def test_library_imports_no_models_experiments_or_tests():
    assert _breaches("lensim", ("lensim.models", "models", "experiments", "benchmarks", "tests")) == []


def test_models_import_no_experiments_benchmarks_or_tests():
    assert _breaches("models", ("experiments", "benchmarks", "tests")) == []


def test_models_import_no_simulator():
    origins = _origins()
    assert [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules_of("models")
        for line, name in imports_of(path)
        if _is_simulator(name, origins)
    ] == []


def test_worlds_take_nothing_of_what_models_and_their_simulators_have():
    """Plates, wells and names of variables are shared with the models; equations and numbers are not."""
    taken = {
        (name_of(path), name)
        for path in modules_of("lensim")
        if path.parent.name == "worlds"
        for _, name in imports_of(path)
        if is_within(name, "lensim") and not FOR_WORLDS & set(name.split("."))
    }
    assert taken == set()


def test_benchmarks_import_no_experiments_or_tests():
    assert _breaches("benchmarks", ("experiments", "tests")) == []


def test_experiments_do_not_import_each_other():
    for path in modules_of("experiments"):
        taken = [name for _, name in imports_of(path) if is_within(name, "experiments")]
        assert taken == [], path


@pytest.mark.parametrize("tree", TREES)
def test_models_are_imported_by_their_installed_name(tree):
    assert _breaches(tree, ("models",)) == []


def test_tests_mirror_modules():
    modules = {
        name_of(path).replace(".", "_"): name_of(path) for tree in ("lensim", "models") for path in modules_of(tree)
    }
    modules |= {path.stem: f"lensim.experiments.{path.stem}" for path in modules_of("experiments")}
    modules |= {name.replace(".", "_"): f"lensim.{name}" for name in map(name_of, modules_of("benchmarks"))}
    found = {path.relative_to(ROOT).as_posix() for path in modules_of("tests") if path.name.startswith("test_")}
    alone = {path for path in found if not path.startswith(NOT_OF_MODULES) and not _mirrors(Path(path), modules)}
    assert alone - set(TOPICS) == set()
    assert set(TOPICS) <= found


def test_no_module_is_too_long():
    long = {
        str(path.relative_to(ROOT)): length
        for tree in TREES
        for path in modules_of(tree)
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE_LINES
    }
    assert long == {}


def _text_files() -> Iterator[Path]:
    """Files of the project that hold text; environments, caches and builds are not walked into."""
    for folder, subfolders, names in ROOT.walk():
        subfolders[:] = [name for name in subfolders if not _is_skipped(name)]
        yield from (folder / name for name in names if Path(name).suffix in TEXT_SUFFIXES or name in TEXT_NAMES)


def _is_skipped(folder: str) -> bool:
    return folder in SKIPPED or folder.endswith((".egg-info", "_cache"))


@pytest.mark.parametrize("pattern", [INDEX_ADDRESS, MACHINE_PATH], ids=["package index", "machine path"])
def test_no_file_names_a_package_index_or_a_path_of_a_machine(pattern):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


# --- that the checks can fail ---


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import lensim.models.a", "lensim.models.a"),
        ("from lensim import models", "lensim.models"),
        ("from ..models import a", "lensim.models.a"),
        ("from . import simulate", "lensim.assay.simulate"),
        ("def f():\n    import experiments.fig", "experiments.fig"),
        ("import importlib\nimportlib.import_module('lensim.models')", "lensim.models"),
    ],
)
def test_imports_are_seen_in_every_form(source, name):
    assert name in [found for _, found in imported(source, "lensim.assay.curve")]


@pytest.mark.parametrize(
    ("test", "mirrors"),
    [
        ("tests/bioassay/test_bioassay_curve.py", True),
        ("tests/bioassay/test_curve.py", False),
        ("tests/bioassay/test_bioassay_curves.py", False),
        ("tests/selection/test_bioassay_curve.py", False),
        ("tests/test_checks.py", True),
    ],
)
def test_a_test_is_told_from_one_that_mirrors_no_module(test, mirrors):
    modules = {"lensim_bioassay_curve": "lensim.bioassay.curve", "lensim_checks": "lensim.checks"}
    assert _mirrors(Path(test), modules) == mirrors


def test_relative_import_of_a_package_starts_at_the_package():
    assert list(imported("from .curve import f", "lensim.assay", is_package=True)) == [(1, "lensim.assay.curve.f")]


def test_simulator_is_seen_behind_the_name_that_hands_it_on():
    origins = {"lensim.assay.draw": "lensim.assay.truth.draw", "lensim.assay.f": "lensim.assay.curve.f"}
    assert _is_simulator("lensim.assay.draw", origins)
    assert _is_simulator("lensim.assay.simulate.simulate", origins)
    assert not _is_simulator("lensim.assay.f", origins)
    assert _origins()["lensim.dose_response.simulate"] == "lensim.dose_response.simulate.simulate"


def test_patterns_find_what_they_are_for():
    assert INDEX_ADDRESS.search("https://host.example" + "/" + "simple/")
    assert not INDEX_ADDRESS.search("a simple index")
    for folder in ("root", "home", "work"):
        assert MACHINE_PATH.search(f"see '/{folder}" + "/x'")
        assert MACHINE_PATH.search(f"/{folder}")
        assert not MACHINE_PATH.search(f"docs/{folder}/x")
        assert not MACHINE_PATH.search(f"~/{folder}")


def test_the_sampling_guard_stays_until_the_sampler_is_imported():
    """Others ask whether the sampler is there before anyone imports it; the guard watches all the same."""
    code = (
        "import importlib.util\nfrom tests.sampling_guard import SamplingGuard\n"
        "guard = SamplingGuard()\nguard.install()\nassert importlib.util.find_spec('nutpie')\n"
        "import nutpie\nprint(nutpie.compile_pymc_model.__name__)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["compile_and_note"]
