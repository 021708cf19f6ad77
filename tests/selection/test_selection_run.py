"""A whole run of selections."""

import json

from lensim.selection.run import run_selection
from tests.cli.test_cli import run
from tests.cli.test_cli_selection import TOML


def test_python_leaves_what_the_command_leaves(tmp_path, capsys):
    path = tmp_path / "selection.toml"
    path.write_text(TOML)
    args = ("simulate", "selection", str(path), "--out", str(tmp_path / "command"), "--seed", "4", "--no-figures")
    assert run(capsys, *args)[0] == 0
    result = run_selection(path, tmp_path / "python", seed=4)
    names = {one.name for one in (tmp_path / "command").iterdir()}
    assert names == {one.name for one in result.folder.iterdir()}
    for name in names - {"manifest.json"}:
        assert (tmp_path / "command" / name).read_bytes() == (result.folder / name).read_bytes()
    assert json.loads((result.folder / "manifest.json").read_text())["seed"] == 4
    assert result.text.splitlines()[0] in result._repr_html_().replace("&gt;", ">").replace("&#x27;", "'")


def test_nothing_is_kept_without_a_folder(tmp_path, monkeypatch):
    path = tmp_path / "selection.toml"
    path.write_text(TOML)
    monkeypatch.chdir(tmp_path)
    result = run_selection(path)
    assert result.folder is None
    assert len(result.table) == len(result.runs) == len(result.ends)
    assert [one.name for one in tmp_path.iterdir()] == ["selection.toml"]
