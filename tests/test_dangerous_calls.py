"""No file of a user runs code, and each is read through one of the doors that look at it first."""

import ast
from collections.abc import Iterator

import pytest

from tests.source_tree import ROOT, modules_of

TREES = ("lensim", "models", "experiments")
RUN_CODE = {"eval", "exec", "compile", "system", "popen", "literal_eval"}
PICKLES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "cloudpickle"}
READ = {
    "read_bytes", "read_text", "open", "read_csv", "read_parquet", "read_excel", "fromfile", "loadtxt", "genfromtxt",
}  # fmt: skip
DOORS = {
    "lensim/input_file.py": "the door of inputs",
    "lensim/result_file.py": "the door of results",
    "lensim/result_look.py": "a process of its own that looks through a result",
    "lensim/output.py": "reads what `result_content` looked through, and writes whole files",
    "lensim/ownership.py": "digests of files in a folder, which are regular ones",
    "lensim/placing.py": "opens files of its own to flush them",
    "lensim/unfinished.py": "opens its own lock",
}


EXCEPTIONS = {
    "lensim/cli/console.py": "the system's empty device",
    "lensim/cli/main.py": "the system's empty device",
    "lensim/expression/read/rdml_archive.py": "files in an archive in memory, counted as they are unpacked",
    "lensim/inference/compiled.py": "lensim's own cache",
    "lensim/private_folders.py": "a new file, by which Windows is asked whether a folder takes any",
    "lensim/power/own_parts.py": "the last bytes of a file that is a regular one",
    "lensim/report/own_results.py": "the first bytes of a file that is a regular one",
    "lensim/tables/workbook_archive.py": "parts of an archive in memory, counted as they are unpacked",
    "experiments/associations.py": "its own claims",
    "experiments/beckham_heat.py": "published data that the project fetched",
    "experiments/gdsc_myeloma.py": "published data that the project fetched",
}


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _base(call: ast.Call) -> str:
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def running(tree: ast.AST) -> Iterator[str]:
    """What runs code, or could, by its line."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (f"{node.lineno}: import {name}" for name in names if name.split(".")[0] in PICKLES)
        if not isinstance(node, ast.Call):
            continue
        name, base = _name(node), _base(node)
        if (name in RUN_CODE and base in ("", "os", "builtins")) or name in ("read_pickle", "to_pickle"):
            yield f"{node.lineno}: {name}"
        if base == "yaml" and name in ("load", "load_all", "unsafe_load"):
            yield f"{node.lineno}: yaml.{name}"
        for word in node.keywords:
            is_true = isinstance(word.value, ast.Constant) and word.value.value is True
            if word.arg in ("shell", "allow_pickle") and is_true:
                yield f"{node.lineno}: {word.arg}=True"


def reading(tree: ast.AST) -> Iterator[str]:
    """What reads a file by its path, by its line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, base = _name(node), _base(node)
        is_xarray = base in ("xr", "xarray", "az") and name.startswith(("open_", "load_", "from_netcdf"))
        in_memory = any("BytesIO" in ast.unparse(one) or "StringIO" in ast.unparse(one) for one in node.args)
        is_door = name == "read_bytes" and base in ("", "input_file")
        if is_xarray or (name in READ and not (in_memory or is_door or _writes(node))):
            yield f"{node.lineno}: {ast.unparse(node.func)}"


def _writes(call: ast.Call) -> bool:
    """Whether a file is opened to be written, which `tests/test_writers.py` looks at."""
    modes = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return any(mode[:1] in ("w", "x", "a") and len(mode) < 3 for mode in modes)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for tree in TREES:
        for path in modules_of(tree):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_runs_code_of_a_file():
    assert [f"{name}:{found}" for name, tree in sources() for found in running(tree)] == []


def test_files_are_read_through_the_doors_alone():
    passed = {*DOORS, *EXCEPTIONS}
    assert [f"{name}:{one}" for name, tree in sources() if name not in passed for one in reading(tree)] == []


def test_every_exception_is_one():
    there = {name for name, tree in sources() if any(reading(tree))}
    assert {*EXCEPTIONS} <= there


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from joblib import load", "eval(text)", "exec(text)", "os.system(text)", "yaml.load(text)",
     "np.load(path, allow_pickle=True)", "subprocess.run(text, shell=True)", "pd.read_pickle(path)"],
)  # fmt: skip
def test_what_runs_code_is_seen(source):
    assert list(running(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    ["xr.open_dataset(path)", "xr.load_dataset(path)", "path.read_bytes()", "path.read_text()", "open(path)",
     "path.open('rb')", "pd.read_csv(path)"],
)  # fmt: skip
def test_another_way_to_read_is_seen(source):
    assert list(reading(ast.parse(source)))
    assert not list(reading(ast.parse("pd.read_csv(io.BytesIO(content))")))
