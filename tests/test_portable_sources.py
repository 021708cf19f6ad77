"""What is written is the same on every system: encodings and ends of lines are said, no mode is copied, no path is one
system's.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.source_tree import ROOT, modules_of, name_of

SOURCES = [*modules_of("lensim"), *modules_of("models")]
OF_ONE_SYSTEM = ("/tmp", "/proc", "/dev", "/etc", "/usr", "/var", "/bin", "C:\\")
COPIES_MODES = {"copy", "copy2", "copytree", "move", "copymode", "copystat"}
STARTS = {"fork", "forkserver", "Pool", "ProcessPoolExecutor", "set_start_method"}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _base(function: ast.expr) -> str:
    return ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""


def odd_calls(tree: ast.AST) -> Iterator[str]:
    """Calls that do something else on another system, by their line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (f"{node.lineno}: {why}" for why in _faults(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(OF_ONE_SYSTEM):
            yield f"{node.lineno}: the path {node.value!r} of one system"


def _faults(call: ast.Call) -> Iterator[str]:
    name, base = _name(call.func), _base(call.func)
    given = {word.arg for word in call.keywords}
    if name in ("write_text", "read_text") or (name == "open" and base != "os" and _is_text(call, base)):
        needed = {"encoding"} if name == "read_text" or not _writes(call, name) else {"encoding", "newline"}
        if needed - given:
            yield f"{name} without {' and '.join(sorted(needed - given))}"
    if name == "to_csv" and "lineterminator" not in given:
        yield "to_csv without lineterminator"
    if (base == "csv" and name in ("writer", "DictWriter")) and "lineterminator" not in given:
        yield f"csv.{name} without lineterminator"
    if base == "os" and name == "open" and "os.devnull" not in ast.unparse(call):
        flags = ast.unparse(call.args[1]) if len(call.args) > 1 else ""
        if not any(word in flags for word in ("_AS_IT_IS", "_FLAGS", "O_BINARY")) and "O_EXCL" not in flags:
            yield "os.open without O_BINARY, where the system has it"
    if base == "shutil" and name in COPIES_MODES:
        yield f"shutil.{name}, which copies that a file is read-only"
    if base in ("multiprocessing", "concurrent.futures", "mp") and name in STARTS:
        yield f"{name}: processes are started by spawn alone, as lensim.power.processes does"
    if name == "get_context" and [ast.unparse(one) for one in call.args] != ["'spawn'"]:
        yield "get_context of another way than spawn"
    if base == "time" and name in ("tzset", "pthread_getcpuclockid"):
        yield f"time.{name}"


def _mode(call: ast.Call, base: str) -> str:
    given = [word.value for word in call.keywords if word.arg == "mode"]
    given += call.args[0:1] if base not in ("", "io", "builtins") else call.args[1:2]
    modes = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return modes[0] if modes else "r"


def _is_text(call: ast.Call, base: str) -> bool:
    """Whether a file is opened as text; parts of archives and pictures are not."""
    mode = _mode(call, base)
    is_file = len(mode) < 4 and (bool(call.keywords) or bool(set(mode) & set("wax")) or base in ("", "path"))
    return is_file and "b" not in mode and base not in ("Image", "archive")


def _writes(call: ast.Call, name: str) -> bool:
    return name == "write_text" or bool(set(_mode(call, _base(call.func))) & set("wax+"))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_differs_between_systems(path):
    flushed = {"lensim/placing.py"}  # opens files to flush them, and writes nothing to them
    odd = list(odd_calls(ast.parse(path.read_text(encoding="utf-8"))))
    if path.relative_to(ROOT).as_posix() in flushed:
        odd = [one for one in odd if "os.open" not in one]
    assert odd == []


@pytest.mark.parametrize(
    "source",
    [
        "path.write_text(text)", "path.write_text(text, encoding='utf-8')", "path.read_text()", "open(path)",
        "open(path, 'w', encoding='utf-8')", "path.open('w', newline='')", "frame.to_csv(path)",
        "csv.writer(file)", "csv.DictWriter(file, names)", "os.open(path, os.O_RDWR)", "shutil.copy(one, other)",
        "multiprocessing.get_context('fork')", "multiprocessing.get_context()", "multiprocessing.Pool(2)",
        "concurrent.futures.ProcessPoolExecutor()", "time.tzset()", "Path('/tmp/here')", "open('/dev/null')",
    ],
)  # fmt: skip
def test_what_differs_is_seen(source):
    assert list(odd_calls(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "path.write_text(text, encoding='utf-8', newline='\\n')", "path.read_text(encoding='utf-8')",
        "path.open('rb')", "open(path, 'wb')", "frame.to_csv(path, lineterminator='\\n')", "archive.open(info)",
        "os.open(os.devnull, os.O_WRONLY)", "shutil.copyfile(one, other)", "multiprocessing.get_context('spawn')",
    ],
)  # fmt: skip
def test_what_is_the_same_everywhere_is_passed(source):
    assert not list(odd_calls(ast.parse(source)))
