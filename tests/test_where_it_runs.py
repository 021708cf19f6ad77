"""Where lensim runs: other systems, other locales, closed streams, clocks that jump, folders that are not there."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source_tree import ROOT, modules_of, name_of

NOT_EVERYWHERE = {
    "os": {
        *("geteuid", "getuid", "fork", "killpg", "mkfifo", "setsid", "sched_getaffinity", "O_NOFOLLOW", "O_NONBLOCK"),
        *("O_NOCTTY", "O_DIRECTORY", "O_BINARY", "O_CLOEXEC", "statvfs", "uname", "nice", "chown", "getloadavg"),
    },
    "signal": {"SIGKILL", "SIGALRM", "setitimer", "alarm", "pthread_sigmask", "SIG_BLOCK", "SIG_SETMASK", "SIGHUP"},
}
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "msvcrt", "winreg", "syslog", "readline", "curses"}
SOURCES = [*modules_of("lensim"), *modules_of("models")]
WELLS = "cell_line,dose_um,signal\n" + "".join(
    f"Größe-é,{dose},{1000 - 90 * n}\n" for n, dose in enumerate((0, 1, 3, 9))
)


def parts_of(tree: ast.AST, within: tuple[ast.AST, ...] = ()) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Every node with those that it is in."""
    yield tree, within
    for node in ast.iter_child_nodes(tree):
        yield from parts_of(node, (*within, tree))


def asks_for(within: tuple[ast.AST, ...], module: str) -> bool:
    """Whether a function around asks first whether a module has a name, or which system this is."""
    functions = [one for one in within if isinstance(one, ast.FunctionDef)]
    text = ast.unparse(functions[-1]) if functions else ""
    return f"hasattr({module}," in text or "os.name" in text


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_what_not_every_system_has_is_asked_for(path):
    odd = []
    for node, within in parts_of(ast.parse(path.read_text(encoding="utf-8"))):
        named = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if MODULES & set(named) and not any(isinstance(one, ast.Try) for one in within):
            odd.append(f"line {node.lineno}: import of {named}")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = node.value.id
            if node.attr in NOT_EVERYWHERE.get(module, ()) and not asks_for(within, module):
                odd.append(f"line {node.lineno}: {module}.{node.attr}")
    assert odd == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_asks_a_clock_that_can_jump(path):
    text = path.read_text(encoding="utf-8")
    clocks = ("time.time(", "datetime.today(", "date.today(", ".utcnow(", ".now(", "st_ctime", "getmtime")
    assert not [asked for asked in clocks if asked in text]


ANOTHER_SYSTEM = """
import os, signal, sys
for name in ("fcntl", "resource", "msvcrt"):
    sys.modules[name] = None
flags = {name: os.__dict__.pop(name) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY")}
from lensim import input_file, unfinished
os.__dict__.update(flags)  # other libraries need them
del os.geteuid
from pathlib import Path
import xarray as xr
from lensim import placing
placing._function = lambda: None
from lensim.bounds import usable_cores
from lensim.cli.main import main
from lensim.output import load_result, save_result
from lensim.private_folders import private_folder
from lensim.results_folder import results_folder
asked = os.sched_getaffinity
del os.sched_getaffinity
assert usable_cores() >= 1
os.sched_getaffinity = asked  # libraries for this system need it
assert private_folder(Path("kept"))
fit = xr.DataTree.from_dict({"posterior": xr.Dataset({"a": (("chain", "draw"), [[1.0, 2.0]])})})
fit.attrs["assay"] = "toy"
for _ in range(2):
    save_result(fit, Path("fit.nc"), force=True)
    Path("c.toml").write_text("seed = 1")
    with results_folder(Path("out"), Path("c.toml"), force=True) as folder:
        (folder / "manifest.json").write_text('{"seed": 1}')
assert load_result(Path("fit.nc")).identical(fit)
from lensim import result_file
result_file._written.clear()
load_result(Path("fit.nc"))
assert sorted(os.listdir()) == ["c.toml", "fit.nc", "kept", "out"], os.listdir()
"""


def test_files_and_folders_are_written_where_the_system_offers_nothing_more(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER_SYSTEM], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


FROM_RATIOS_TO_A_PAGE = """
import sys
from tests import windows_like
windows_like.become()
from lensim.cli.main import main
def run(*arguments):
    sys.argv = ["lensim", *arguments]
    try:
        main()
    except SystemExit as end:
        assert not end.code, (arguments, end.code)
run("fit", "expression", "ratios.csv", "--out", "größe.nc", "--csv", "tables")
run("summarize", "größe.nc", "--csv", "summary.csv", "--xlsx", "summary.xlsx")
run("report", "größe.nc", "--out", "page.html")
run("simulate", "cell-cycle", "--out", "events.csv")
run("fit", "expression", "ratios.csv", "--out", "größe.nc", "--csv", "tables", "--force")
from lensim import unfinished
from pathlib import Path
with unfinished.held(unfinished.beside(Path("a.nc").absolute()), Path("a.nc")) as filling:
    assert unfinished.is_own(filling.parent)
"""


def test_a_fit_from_a_file_to_a_page_without_what_windows_lacks(tmp_path):
    ratios = [f"CDKN1A,Größe {n},primary,drug,{ratio}\n" for n, ratio in enumerate((2.1, 1.6, 3.0, 1.2))]
    text = "target,subject,cell_type,contrast,ratio\n" + "".join(ratios)
    (tmp_path / "ratios.csv").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FROM_RATIOS_TO_A_PAGE],
        cwd=tmp_path, check=False, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = [path for path in tmp_path.rglob("*") if path.suffix in (".csv", ".html", ".json")]
    assert {path.suffix for path in made} == {".csv", ".html", ".json"}
    assert [path.name for path in made if b"\r" in path.read_bytes()] == []
    assert "Größe 1" in (tmp_path / "page.html").read_text(encoding="utf-8")


def lensim(
    folder: Path, *arguments: str, redirected: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """A command in a shell, with its streams redirected as the shell says."""
    command = ["sh", "-c", f'"$0" -m lensim.cli.main "$@" {redirected}', sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, check=False, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment
    )


pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are asked of a shell")
READ = ("read", "dose-response", "données.csv", "--out", "größe.csv")


@pytest.mark.parametrize("redirected", ["", ">&-", ">&- 2>&-", "<&-", ">&- 2>&- <&-"])
def test_names_of_any_letters_without_utf8_and_with_closed_streams(tmp_path, redirected):
    (tmp_path / "données.csv").write_text(WELLS, encoding="utf-8")
    ascii_only = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = lensim(tmp_path, *READ, redirected=redirected, **ascii_only)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert "Größe-é" in (tmp_path / "größe.csv").read_text(encoding="utf-8")


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path):
    done = lensim(tmp_path, "--help", redirected="| head -1")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_an_output_that_is_full_is_told(tmp_path):
    done = lensim(tmp_path, "--help", redirected=">/dev/full")
    assert done.returncode == 2
    assert done.stderr == (
        b"error: standard output cannot be used: No space left on device: send it to a disk that has room\n"
    )
