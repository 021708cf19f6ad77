import random
import re
from dataclasses import replace

import pytest
from written_exports import DIALECTS, random_plate, random_style

from lensim.checks import InputError
from lensim.expression.read import kind_of, read_reactions
from lensim.tables.source import source_of

FILES_OF_A_DIALECT = 60
COLUMNS_OF_ROLE = ("Content", "Task", "Type", "Well Type", "Sample Type")


def expected(wells, has_genes):
    """Task, Ct and quantity of each reaction that has a result."""
    return [
        (
            well.gene if has_genes else "",
            well.task,
            well.ct if well.outcome == "detected" else None,
            well.quantity,
        )
        for well in wells
        if well.task != "ignored" and well.outcome != "no_result"
    ]


@pytest.mark.parametrize("name", DIALECTS)
def test_simulated_exports_are_read_as_they_were_written(tmp_path, name):
    dialect, rng = DIALECTS[name], random.Random(sum(map(ord, name)))
    for trial in range(FILES_OF_A_DIALECT):
        limit, style = rng.choice((35.0, 40.0, 45.0)), random_style(dialect, rng)
        wells = random_plate(dialect, limit, style.places, rng)
        path = tmp_path / f"run{trial}.txt"
        path.write_bytes(dialect.write(wells, limit, style, rng))
        assert kind_of(source_of(path)) == name, path.read_bytes()[:300]
        found = read_reactions(path, cycle_limit=limit)
        has_genes = any(one.gene for one in found.reactions)
        assert has_genes or not dialect.has_genes
        assert [(one.gene, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == expected(
            wells, has_genes
        )
        kept = [well for well in wells if well.task != "ignored"]
        assert found.without_result == sum(well.outcome == "no_result" for well in kept)
        at_limit = [well for well in kept if well.outcome == "at_limit"]
        assert any("the cycle limit" in note for note in found.notes) == bool(at_limit)


@pytest.mark.parametrize("name", DIALECTS)
def test_exports_whose_last_cycle_nobody_states_are_right_or_refused(tmp_path, name):
    dialect, rng = DIALECTS[name], random.Random(sum(map(ord, name)) + 1)
    said = set()
    for trial in range(FILES_OF_A_DIALECT):
        limit, style = rng.choice((35.0, 40.0, 45.0)), random_style(dialect, rng)
        wells = random_plate(dialect, limit, style.places, rng)
        path = tmp_path / f"run{trial}.txt"
        path.write_bytes(dialect.write(wells, limit, style, rng))
        try:
            found = read_reactions(path)
        except InputError as error:
            said.add("cycle_limit=" in str(error))
            continue
        has_genes = any(one.gene for one in found.reactions)
        assert [(one.gene, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == expected(
            wells, has_genes
        )
    assert said == (set() if name == "rdml" else {True})  # RDML says how many cycles were run


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "rdml"])
def test_exports_with_one_odd_name_of_a_column_are_right_or_refused(tmp_path, name):
    """Each column in turn, or a few of them, has a name that no program uses."""
    dialect, rng = DIALECTS[name], random.Random(sum(map(ord, name)) + 2)
    read = 0
    for trial in range(FILES_OF_A_DIALECT):
        style = replace(random_style(dialect, rng), encoding="utf-8")
        wells = random_plate(dialect, 40.0, style.places, rng)
        written = dialect.write(wells, 40.0, style, rng).decode()
        named = [
            one for one in COLUMNS_OF_ROLE if re.search(rf"{style.separator}{re.escape(one)}{style.separator}", written)
        ]
        for column in named:
            written = written.replace(
                f"{style.separator}{column}{style.separator}", f"{style.separator}Kind{style.separator}", 1
            )
        path = tmp_path / f"run{trial}.txt"
        path.write_text(written, encoding="utf-8", newline="")
        try:
            found = read_reactions(path, cycle_limit=40)
        except InputError:
            continue
        read += 1
        has_genes = any(one.gene for one in found.reactions)
        has_roles = len({well.task for well in wells}) > 1
        assert not (has_roles and named) or any("'Kind' is read as the task" in note for note in found.notes)
        assert [(one.gene, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == expected(
            wells, has_genes
        )
    assert read > 0 or name == "mxpro"
