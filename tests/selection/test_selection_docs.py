"""Files of selections: the one that the docs give to copy is taken, and says what it says."""

import re
import tomllib
from pathlib import Path

import pytest

from lensim import vocabulary as v
from lensim.maiga2013.selection_twin import CLONES as PAIR
from lensim.selection import Clone, lay_out
from lensim.selection.read import read_selections, selections_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "guide"


def test_the_file_of_the_docs_is_taken(tmp_path):
    (block,) = re.findall(r"```toml\n(.*?)```", (DOCS / "selection.md").read_text(), re.DOTALL)
    asked = selections_of(tomllib.loads(block))
    assert [one.name for one in asked.schedules] == ["rising", "on and off"]
    assert {one.days for one in asked.schedules} == {608}
    assert asked.clones.mutation_probability == PAIR.mutation_probability
    for name in Clone.model_fields:
        assert getattr(asked.clones.sensitive, name) == getattr(PAIR.sensitive, name)
    sheet = lay_out(asked.schedules[1], asked.culture)
    assert sheet[v.DOSE].to_numpy()[sheet[v.DAY].to_numpy() == 20.0] == 0.0
    path = tmp_path / "clones.toml"
    path.write_text(block)
    assert read_selections(path) == asked
    assert asked.schedules[0].all_steps[4].dose_um == pytest.approx(10.0)
