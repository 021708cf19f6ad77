"""Where kernels are kept: beside their sources, in the user's cache where that cannot be, and short on Windows."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from lensim.dose_response import chain
from lensim.inference import compiled

LONGEST_PATH = 260
"""Of Windows, with its end."""
NUMBA_ADDS = len(
    "/chain_" + 40 * "0" + "/prior_of_moves._log_prior_over_background-88.py313.2.nbc.tmp.0123456789abcdef"
)
"""A name in the folder while it is written."""


@pytest.fixture
def places(monkeypatch, tmp_path) -> SimpleNamespace:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(compiled, "user_cache", lambda: tmp_path / "cache")
    return SimpleNamespace(sources=tmp_path / "sources", cache=tmp_path / "cache")


@pytest.mark.parametrize(("system", "is_beside"), [("posix", True), ("nt", False)])
def test_kernels_are_beside_their_sources_but_on_windows(monkeypatch, places, system, is_beside):
    monkeypatch.setattr(compiled, "os", SimpleNamespace(name=system))
    folder = compiled.cache_folder.__wrapped__(places.sources)
    assert folder is not None
    assert folder.parent == (places.sources / "__pycache__" if is_beside else places.cache / "lensim")


@pytest.mark.parametrize("system", ["posix", "nt"])
def test_the_other_place_is_taken_where_the_first_takes_no_files(monkeypatch, places, system):
    monkeypatch.setattr(compiled, "os", SimpleNamespace(name=system))
    blocked = places.sources / "__pycache__" if system == "posix" else places.cache
    blocked.write_text("", encoding="utf-8")
    folder = compiled.cache_folder.__wrapped__(places.sources)
    assert folder is not None
    assert blocked not in folder.parents
    other = places.cache if system == "posix" else places.sources / "__pycache__"
    other.rename(other.with_name("moved"))
    other.write_text("", encoding="utf-8")
    assert compiled.cache_folder.__wrapped__(places.sources) is None


def test_paths_are_short_enough_for_windows():
    local = Path("C:/Users") / ("n" * 20) / "AppData" / "Local"
    folder = local / "lensim" / ("kernels-" + 16 * "0")
    assert len(str(folder)) + NUMBA_ADDS < LONGEST_PATH
    tool = Path("C:/Users") / ("n" * 20) / "AppData/Roaming/uv/tools/lensim/Lib/site-packages"
    inside = Path(*Path(chain.__file__).parent.parts[-3:]) / "__pycache__" / folder.name
    assert len(str(tool / inside)) + NUMBA_ADDS > LONGEST_PATH  # why the cache comes first there
