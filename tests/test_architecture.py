"""The shape of the code: imports go one way, modules stay short, and no file tells where it was made."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TREES = ("lensim", "models", "experiments", "benchmarks", "tests")
LONGEST_MODULE_LINES = 400
ASSAYS = ("dose_response", "expression", "bioassay", "cell_cycle", "selection")
# From the lowest up: a module takes only from levels below its own, and from its own package or level. `assay`,
# `read` and `simulate` are modules, as are those of the first level; the assays do not take from each other.
LEVELS = (
    (
        "vocabulary",
        "checks",
        "seeding",
        "output",
        "config",
        "ownership",
        "results_folder",
        "sigmoid",
        "plate_faults",
        "callable_package",
        "earlier_results",
    ),
    ("tables",),
    ("inference",),
    ("assay",),
    ASSAYS,
    ("summaries",),
    ("maiga2013",),
    ("power",),
    ("plan",),
    ("report",),
    ("face", "read", "simulate"),
    ("cli",),
)
MAY_SHARE = {("lensim.selection", "lensim.dose_response.curve")}
# Breaches that are known and on their way out, each with what ends it.
KNOWN_BREACHES: set[tuple[str, str]] = set()
SIMULATOR_MODULES = {"simulate", "truth", "design"}
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
}
TEXT_NAMES = {"Makefile", "LICENSE", "run", ".gitignore", ".python-version"}
SKIPPED = {"__pycache__", ".git", ".hypothesis", ".venv", "build", "dist", "results"}

# written in parts, so that this file does not match itself
INDEX_ADDRESS = re.compile("/" + r"simple\b")
MACHINE_PATH = re.compile(r"(?<![\w.~}/\-])/" + r"(?:root|home|work)\b")


def _modules(tree: str) -> list[Path]:
    return sorted(path for path in (ROOT / tree).rglob("*.py") if not SKIPPED & set(path.relative_to(ROOT).parts))


def _name(path: Path) -> str:
    """Dotted name of a module, by the names that are imported."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[0] == "models":
        parts.insert(0, "lensim")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(source: str, module: str, *, is_package: bool = False) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module imports, what it takes out of a module included.

    `from a import b` gives `a.b`, whether b is a module or not; so does `import_module("a.b")`.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=base, names=names, level=level):
                package = module.split(".") if is_package else module.split(".")[:-1]
                above = package[: len(package) - level + 1] if level else []
                start = ".".join([*above, *([base] if base else [])])
                yield from ((node.lineno, f"{start}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Attribute(attr=called) | ast.Name(id=called), args=[ast.Constant(value=str(name)), *_]
            ):
                if called in {"import_module", "__import__"}:
                    yield node.lineno, name


def _imports(path: Path) -> list[tuple[int, str]]:
    return list(_imported(path.read_text(encoding="utf-8"), _name(path), is_package=path.name == "__init__.py"))


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _origins() -> dict[str, str]:
    """For each name that a package of lensim hands on, the place that it comes from."""
    packages = [path for path in _modules("lensim") if path.name == "__init__.py"]
    return {
        f"{_name(path)}.{name.rsplit('.', 1)[-1]}": name
        for path in packages
        for _, name in _imports(path)
        if _is_within(name, "lensim")
    }


def _module_of(name: str, modules: Collection[str]) -> str:
    """The module that a dotted name is or comes from; empty where it is of another package."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def _graph() -> dict[str, set[str]]:
    """For each module of lensim and each model, the modules of these that it imports, inside functions too."""
    paths = {_name(path): path for tree in ("lensim", "models") for path in _modules(tree)}
    return {
        name: {module for _, taken in _imports(path) if (module := _module_of(taken, paths)) and module != name}
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
    shared = any(_is_within(module, one) and _is_within(taken, other) for one, other in MAY_SHARE)
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


def _breaches(tree: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in _modules(tree)
        for line, name in _imports(path)
        if any(_is_within(name, package) for package in forbidden)
    ]


def _is_simulator(name: str, origins: dict[str, str]) -> bool:
    """Whether a name is a simulator's module, or something out of one, under whatever name it is handed on."""
    origin = origins.get(name, name).split(".")
    return origin[0] == "lensim" and bool(SIMULATOR_MODULES & set(origin[2:]))


def test_library_imports_no_models_experiments_or_tests():
    assert _breaches("lensim", ("lensim.models", "models", "experiments", "benchmarks", "tests")) == []


def test_imports_go_down_the_order_of_packages():
    graph = {module: taken for module, taken in _graph().items() if not _is_within(module, "lensim.models")}
    found = {(module, name) for module, taken in graph.items() for name in taken if _is_against_the_order(module, name)}
    assert found - KNOWN_BREACHES == set()


def test_no_modules_import_each_other():
    assert _circles(_graph()) == []


def test_experiments_and_benchmarks_import_no_command():
    found = {
        (_name(path), name.rsplit(".", 1)[0])
        for tree in ("experiments", "benchmarks")
        for path in _modules(tree)
        for _, name in _imports(path)
        if _is_within(name, "lensim.cli")
    }
    assert found == set()


def test_models_import_no_experiments_benchmarks_or_tests():
    assert _breaches("models", ("experiments", "benchmarks", "tests")) == []


def test_models_import_no_simulator():
    origins = _origins()
    assert [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in _modules("models")
        for line, name in _imports(path)
        if _is_simulator(name, origins)
    ] == []


def test_benchmarks_import_no_experiments_or_tests():
    assert _breaches("benchmarks", ("experiments", "tests")) == []


def test_experiments_do_not_import_each_other():
    for path in _modules("experiments"):
        taken = [name for _, name in _imports(path) if _is_within(name, "experiments")]
        assert taken == [], path


@pytest.mark.parametrize("tree", TREES)
def test_models_are_imported_by_their_installed_name(tree):
    assert _breaches(tree, ("models",)) == []


def test_no_module_is_too_long():
    long = {
        str(path.relative_to(ROOT)): length
        for tree in TREES
        for path in _modules(tree)
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
    assert name in [found for _, found in _imported(source, "lensim.assay.curve")]


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


def test_relative_import_of_a_package_starts_at_the_package():
    assert list(_imported("from .curve import f", "lensim.assay", is_package=True)) == [(1, "lensim.assay.curve.f")]


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
