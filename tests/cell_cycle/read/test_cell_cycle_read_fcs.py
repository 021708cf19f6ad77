import flowio
import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.cell_cycle.gated import gate_study
from lensim.cell_cycle.read import is_fcs_sheet, read_cell_cycle
from lensim.cell_cycle.simulate import simulate_events
from lensim.cell_cycle.truth import Cytometer
from lensim.checks import InputError
from lensim.seeding import stream
from lensim.tables.source import source_of
from tests.cell_cycle.read.test_cell_cycle_read_counts import table, twin

NAMES = ["FSC-H", "FL1-H", "FL2-A", "FL2-W"]


def write_fcs(path, columns, names=NAMES):
    with path.open("wb") as file:
        flowio.create_fcs(file, np.column_stack(columns).ravel().tolist(), names)


def study(tmp_path):
    """The files of a simulated study, their sheet, and its events."""
    sheet, truth = twin(events=500)
    events = simulate_events(sheet, truth, Cytometer(), stream(61, "m"))
    rows = "file,cell_line,condition,experiment\n"
    culture = sheet[v.CULTURE_OF_TUBE].values
    for tube, k in enumerate(culture):
        own = events[v.TUBE_OF_EVENT].values == tube
        columns = [events[name].values[own] for name in (v.BRDU, v.DNA, v.DNA_WIDTH)]
        write_fcs(tmp_path / f"t{tube}.fcs", [np.ones(own.sum()), *columns])
        line, condition, experiment = (
            sheet[dim].values[sheet[pointer].values[k]]
            for dim, pointer in (
                (v.CELL_LINE, v.LINE_OF_CULTURE),
                (v.CONDITION, v.CONDITION_OF_CULTURE),
                (v.EXPERIMENT, v.EXPERIMENT_OF_CULTURE),
            )
        )
        rows += f"t{tube}.fcs,{line},{condition},{experiment}\n"
    return table(tmp_path, rows, "sheet.csv"), events


def test_files_of_a_cytometer_are_gated_as_their_events(tmp_path):
    sheet, events = study(tmp_path)
    assert is_fcs_sheet(source_of(sheet))
    data = read_cell_cycle(sheet)
    for name in (v.BRDU, v.DNA, v.DNA_WIDTH):
        np.testing.assert_allclose(data[name], events[name], rtol=1e-6)
    np.testing.assert_array_equal(data[v.CULTURE_OF_TUBE], events[v.CULTURE_OF_TUBE])
    np.testing.assert_array_equal(gate_study(data).data[v.EVENTS], gate_study(events).data[v.EVENTS])


def test_a_channel_may_be_named_and_widths_be_absent(tmp_path):
    y = np.linspace(10.0, 900.0, 200)
    for name in ("c", "d"):
        write_fcs(tmp_path / f"{name}.fcs", [y, y + 1, y + 2], ["Time", "Blue-1", "Red-7"])
    sheet = table(tmp_path, "file,condition\nc.fcs,control\nd.fcs,drug\n", "sheet.csv")
    data = read_cell_cycle(sheet, channels={"brdu": "Blue-1", "dna": "red 7"})
    np.testing.assert_allclose(data[v.DNA].values[:200], y + 2, rtol=1e-6)
    assert v.DNA_WIDTH not in data
    with pytest.raises(InputError) as error:
        read_cell_cycle(sheet, channels={"brdu": "Blue-1"})
    assert (
        "sheet.csv line 2: c.fcs must have a channel of dna; there are Time, Blue-1, Red-7: name it, such as "
        "channels={'dna': 'Time'}" in str(error.value)
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("none.fcs,control\nd.fcs,drug\n", "line 2: file must name an FCS file beside the sheet, got 'none.fcs'"),
        ("text.fcs,control\nd.fcs,drug\n", "line 2: text.fcs cannot be read as FCS"),
        ("cut.fcs,control\nd.fcs,drug\n", "line 2: cut.fcs cannot be read as FCS"),
        ("few.fcs,control\nd.fcs,drug\n", "line 2: few.fcs must have at least 100 events to be gated, got 20"),
        ("d.fcs,control\nd.fcs,drug\n", "line 3: d.fcs must appear once, got it in line 2 as well"),
        ("d.fcs,drug\n", "there must be a condition beside the control 'drug', got none"),
        ("d.fcs,\nfew.fcs,control\n", "line 2: condition must not be empty"),
    ],
)
def test_what_is_wrong_is_told_with_the_line_of_the_sheet(tmp_path, rows, message):
    y = np.linspace(10.0, 900.0, 200)
    write_fcs(tmp_path / "d.fcs", [y, y, y, y])
    write_fcs(tmp_path / "few.fcs", [y[:20]] * 4)
    (tmp_path / "text.fcs").write_text("no cytometer wrote this")
    (tmp_path / "cut.fcs").write_bytes((tmp_path / "d.fcs").read_bytes()[:700])
    with pytest.raises(InputError) as error:
        read_cell_cycle(table(tmp_path, "file,condition\n" + rows, "sheet.csv"))
    assert message in str(error.value)


def test_a_table_of_counts_may_have_a_column_of_files(tmp_path):
    path = table(tmp_path, "file,condition,g1,s,g2m\na.fcs,control,50,60,10\nb.fcs,drug,50,70,10\n", "counts.csv")
    assert not is_fcs_sheet(source_of(path))
    assert read_cell_cycle(path)[v.EVENTS].values.tolist() == [[50, 60, 10], [50, 70, 10]]
