"""The distribution holds all code, the lock all dependencies with nothing of a machine, and make bench its errors."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.__main__ import as_table, chosen, main, names
from lensim.checks import InputError

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SOURCES = ("lensim", "models", "pyproject.toml", "README.md", "LICENSE")


def _packages_on_disk() -> set[str]:
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "lensim").rglob("*.py")}
    return {".".join(folder.parts) for folder in folders} | {"lensim.models"}


def _modules_on_disk() -> set[str]:
    in_library = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lensim").rglob("*.py")}
    in_models = {f"lensim/models/{path.name}" for path in (ROOT / "models").glob("*.py")}
    return in_library | in_models


def test_packages_of_the_project_are_the_folders_on_disk():
    listed = PROJECT["tool"]["setuptools"]["packages"]
    assert len(listed) == len(set(listed))
    assert set(listed) == _packages_on_disk()


def test_every_folder_with_modules_is_a_package():
    folders = {path.parent for tree in ("lensim", "models") for path in (ROOT / tree).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_models_have_no_folders_below_them():
    # package-dir maps one folder to lensim.models; a folder below would need an entry of its own
    assert {path.parent for path in (ROOT / "models").rglob("*.py")} == {ROOT / "models"}


def test_mypy_sees_the_models():
    """By stubs that say where they are: without one, a module is unknown, and every call into it goes unchecked."""
    mypy = PROJECT["tool"]["mypy"]
    assert mypy["mypy_path"] == "stubs"
    assert not any(name.startswith("lensim") for one in mypy["overrides"] for name in one["module"])
    stubs = ROOT / "stubs" / "lensim" / "models"
    taken = set()
    for tree in mypy["files"]:
        for path in (ROOT / tree).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            taken |= set(re.findall(r"^\s*from lensim\.models\.(\w+) import", text, re.MULTILINE))
            taken |= set(re.findall(r"^\s*from lensim\.models import (\w+)", text, re.MULTILINE)) - {"CATALOGUE"}
    assert {path.stem for path in stubs.glob("*.pyi")} == taken | {"__init__"}
    for path in stubs.glob("*.pyi"):
        source = "models" if path.stem == "__init__" else f"models.{path.stem}"
        assert path.read_text(encoding="utf-8") == f"from {source} import *\n"


def test_lock_names_every_direct_dependency():
    project = PROJECT["project"]
    direct = [*project["dependencies"], *project["optional-dependencies"]["dev"], *PROJECT["build-system"]["requires"]]
    locked = {
        canonicalize_name(Requirement(line).name): Requirement(line)
        for line in LOCK.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    }
    for requirement in map(Requirement, direct):
        pin = locked.get(canonicalize_name(requirement.name))
        assert pin is not None, f"requirements.lock lacks {requirement.name}; run make lock"
        (version,) = (specifier.version for specifier in pin.specifier if specifier.operator == "==")
        assert requirement.specifier.contains(version), f"{pin} does not meet {requirement}; run make lock"


def test_lock_has_no_address_and_no_path():
    assert not re.search(r"://|^\s*-|\s@\s|file:|[^\w.]/\w", LOCK, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def wheel_members(tmp_path_factory) -> set[str]:
    """Files of a wheel built from a copy, so that no build folder is left behind or taken along."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy2(source, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_module(wheel_members):
    modules = {name for name in wheel_members if name.endswith(".py")}
    assert modules == _modules_on_disk()
    assert "lensim/models/__init__.py" in modules
    assert "lensim/cli/main.py" in modules


def test_wheel_holds_types_marker_and_licence(wheel_members):
    assert "lensim/py.typed" in wheel_members
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel_members)


def test_wheel_holds_every_file_that_is_no_code(wheel_members):
    data = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lensim").rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert data <= wheel_members
    assert {f"lensim/report/templates/page.{kind}" for kind in ("html", "css")} <= data


# --- what make bench runs ---


def test_all_benchmarks_run_without_a_name_and_one_with():
    assert "simulator" in names()
    assert chosen([]) == names()
    assert chosen(["simulator"]) == ["simulator"]


def test_unknown_or_too_many_names_are_refused(capsys):
    with pytest.raises(InputError, match=r"^name of a benchmark must be one of .*simulator.*, got 'nothing'$"):
        chosen(["nothing"])
    with pytest.raises(InputError, match=r"^benchmarks takes one name at most, got a, b$"):
        chosen(["a", "b"])
    assert main(["nothing"]) == 2
    assert "name of a benchmark must be one of" in capsys.readouterr().err


def test_table_has_a_column_for_every_key_and_numbers_stand_right():
    table = as_table("speed", [{"what": "a", "ratio": 1.0}, {"what": "b", "ratio": 2.0, "error": 0.1}])
    assert [column.header for column in table.columns] == ["what", "ratio", "error"]
    assert [column.justify for column in table.columns] == ["left", "right", "right"]
    assert table.row_count == 2
