import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.gated import gate_study
from lensim.cell_cycle.read import (
    is_event_table,
    read_cell_cycle,
    write_cell_cycle,
    write_cell_cycle_events,
)
from lensim.cell_cycle.simulate import one_study, simulate, simulate_events
from lensim.cell_cycle.truth import CellCyclePopulation, Cytometer, draw_truth
from lensim.checks import InputError
from lensim.seeding import stream
from lensim.tables.source import source_of

WIDE = "cell_line,condition,experiment,G0/G1,S,G2/M\n"
LONG = "cell_line,condition,phase,events\n"
PERCENT = {(line, c): (35.0, 51.0, 14.0) for line in ("a", "b") for c in ("control", "drug")}


def table(tmp_path, text, name="tubes.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def twin(tubes=1, events=400):
    sheet = lay_out(CellCycleDesign(("a", "b"), ("control", "drug"), 2, tubes, events))
    return sheet, draw_truth(CellCyclePopulation(PERCENT), sheet, stream(41, "t"))


@pytest.mark.parametrize("tubes", [1, 2])
@pytest.mark.parametrize("name", ["tubes.csv", "tubes.tsv"])
def test_what_is_written_is_read(tmp_path, tubes, name):
    sheet, truth = twin(tubes)
    data = one_study(simulate(sheet, truth, Cytometer(), stream(41, "m")), 0)
    write_cell_cycle(data, tmp_path / name)
    back = read_cell_cycle(tmp_path / name)
    for variable in (
        v.EVENTS,
        v.EVENTS_OUTSIDE,
        v.CULTURE_OF_TUBE,
        v.LINE_OF_CULTURE,
        v.CONDITION_OF_CULTURE,
        v.IS_CONTROL,
    ):
        np.testing.assert_array_equal(back[variable], data[variable])
    for dim in (v.CELL_LINE, v.CONDITION, v.EXPERIMENT, v.PHASE):
        assert back[dim].values.tolist() == data[dim].values.tolist()
    assert not is_event_table(source_of(tmp_path / name))


def test_a_row_a_phase_is_the_same_as_a_row_a_tube(tmp_path):
    wide = WIDE + "LP-1,DMSO,1,3000,5000,2000\nLP-1,LEN,1,5000,3000,2000\n"
    rows = [("DMSO", 3000, 5000, 2000), ("LEN", 5000, 3000, 2000)]
    long = "Line,Treatment,Experiment,Phase,Count\n" + "".join(
        f"LP-1,{name},1,{phase},{n}\n"
        for name, *own in rows
        for phase, n in zip(("G1", "S-phase", "G2+M"), own, strict=True)
    )
    first, second = read_cell_cycle(table(tmp_path, wide)), read_cell_cycle(table(tmp_path, long, "long.csv"))
    np.testing.assert_array_equal(first[v.EVENTS], second[v.EVENTS])
    assert first[v.CONDITION].values.tolist() == second[v.CONDITION].values.tolist() == ["DMSO", "LEN"]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("condition,G1 (%),S (%),G2M (%),total_events\ncontrol,35.2,50.8,14,10000\nLEN,57,29,14,10000\n", {}),
        ("condition,g1,s,g2m,total\ncontrol,35.2%,50.8%,14%,10000\nLEN,57%,29%,14%,10000\n", {}),
        (
            "condition;g1;s;g2m\ncontrol;35,2;50,8;14\nLEN;57;29;14\n",
            {"scale": "percent", "events_per_tube": 10_000},
        ),
        (
            "condition,phase,percent\n" + "".join(
                f"{c},{p},{x}\n"
                for c, own in (("control", (35.2, 50.8, 14)), ("LEN", (57, 29, 14)))
                for p, x in zip(("G0/G1", "S", "G2/M"), own, strict=True)
            ),
            {"events_per_tube": 10_000},
        ),
    ],
    ids=["named percent", "percent signs", "decimal commas", "a row a phase"],
)  # fmt: skip
def test_percents_become_events_of_a_total(tmp_path, text, options):
    data = read_cell_cycle(table(tmp_path, text), **options)
    assert data[v.EVENTS].values.tolist() == [[3520, 5080, 1400], [5700, 2900, 1400]]
    assert data[v.CELL_LINE].values.tolist() == ["cells"]
    assert data.attrs["scale"] == "percent"


def test_rounded_percents_sum_to_their_total_and_outside_counts(tmp_path):
    text = "condition,g1 %,s %,g2m %,sub-G1 %,total_events\ncontrol,33.3,33.3,33.3,0,1000\nLEN,50,30,10,9.6,1000\n"
    data = read_cell_cycle(table(tmp_path, text))
    assert data[v.EVENTS].values[0].sum() == 1000
    assert (data[v.EVENTS].values[1].sum() + data[v.EVENTS_OUTSIDE].values[1]) == 1000
    assert data[v.EVENTS_OUTSIDE].values.tolist()[1] in (96, 97)


@pytest.mark.parametrize("control", ["mock", "MOCK"])
def test_a_control_of_any_name_may_be_named(tmp_path, control):
    text = WIDE + "a,drug,1,30,60,30\na,mock,1,60,30,10\n"
    data = read_cell_cycle(table(tmp_path, text), control=control)
    assert data[v.CONDITION].values.tolist() == ["mock", "drug"]
    marked = "condition,is_control,g1,s,g2\ndrug,0,30,60,30\nmock,1,60,30,10\n"
    assert read_cell_cycle(table(tmp_path, marked, "marked.csv"))[v.IS_CONTROL].values.tolist() == [1, 0]


def test_thousands_are_no_decimals(tmp_path):
    text = 'condition,g1,s,g2m\ncontrol,"3,500","5,100","1,400"\ndrug,"5,700","2,900","1,400"\n'
    assert read_cell_cycle(table(tmp_path, text))[v.EVENTS].values[0].tolist() == [3500, 5100, 1400]


GOOD = "a,control,1,30,50,30\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WIDE + GOOD + "a,drug,1,-30,50,20\n", "line 3: G0/G1 must be a whole number of 0 or more, got '-30'"),
        (WIDE + GOOD + "a,drug,1,1e19,50,20\n", "line 3: G0/G1 must be at most 1e12 events, got '1e19'"),
        (WIDE + GOOD + "a,drug,1,30.5,50,20\n", "line 3: G0/G1 must be a whole number of 0 or more, got '30.5'"),
        (WIDE + GOOD + "a,drug,1,,50,20\n", "line 3: G0/G1 must be a whole number of 0 or more, got ''"),
        (WIDE + GOOD + "a,drug,1,many,50,20\n", "line 3: G0/G1 must be a whole number of 0 or more, got 'many'"),
        (WIDE + GOOD + "a,drug,1,0,0,0\n", "line 3: a, drug, 1 must have at least one event in a phase, got none"),
        (
            WIDE + GOOD + GOOD + "a,drug,1,9,9,9\n",
            "line 3: a, control, 1 must appear once, got it in line 2 as well; tubes",
        ),
        (WIDE + GOOD + "b,drug,1,9,9,9\n", "line 3: b under drug must have a control (control), got none"),
        (WIDE + GOOD, "there must be a condition beside the control 'control', got none"),
        (
            WIDE + "a,mock,1,9,9,9\na,drug,1,9,9,9\n",
            "one of the conditions mock, drug must be the control that the others are compared with, got none: name it",
        ),
        (
            WIDE + "a,control,1,0,9,0\na,drug,1,0,9,0\n",
            "events must lie in at least two phases, got all of them in one",
        ),
        (WIDE + ",control,1,9,9,9\na,drug,1,9,9,9\n", "line 2: cell_line must not be empty"),
        (LONG + "a,control,G3,9\n", "line 2: phase must be one of G0/G1, S, G2/M and outside, got 'G3'"),
        (LONG + "a,control,G1,9\na,control,S,9\n", "line 2: a, control, experiment 1 must have a row for every phase"),
        (LONG + "a,control,G1,9\na,control,G1,8\n", "line 3: a, control, experiment 1: G0/G1 must appear once"),
        ("condition,g1,s\ncontrol,9,9\n", "a column for G2/M is missing (or a column phase)"),
        ("condition,phase\ncontrol,S\n", "exactly one column of events and percent, got none"),
        ("line,g1,s,g2\na,1,2,3\n", "the column 'condition' is missing"),
        (
            "condition,g1 %,s %,g2 %,total\ncontrol,30,50,15,1000\ndrug,30,50,20,1000\n",
            "line 2: cells, control, experiment 1: percents must sum to 100, got 95; what lies in no phase",
        ),
        (
            "condition,g1 %,s %,g2 %\ncontrol,30,50,20\ndrug,30,50,20\n",
            "percents need to say of how many events: a column total_events, or events_per_tube=10000",
        ),
        (
            "condition,g1 %,s %,g2 %,total\ncontrol,130,-50,20,99\ndrug,30,50,20,99\n",
            "line 2: g1 % must be a percent from 0 to 100, got '130'",
        ),
        ("condition,g1,s,g2\ncontrol,30,50,20\ndrug,30,50,20\n", 'they may be percents: state scale="percent"'),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, message):
    with pytest.raises(InputError) as error:
        read_cell_cycle(table(tmp_path, text))
    assert message in str(error.value)
    assert "tubes.csv" in str(error.value)


def test_all_faults_are_told_together(tmp_path):
    text = WIDE + "a,control,1,-1,5,5\na,drug,1,5,x,5\nb,drug,1,5,5,5\n"
    with pytest.raises(InputError) as error:
        read_cell_cycle(table(tmp_path, text))
    assert [f"line {line}" in str(error.value) for line in (2, 3, 4)] == [True] * 3


@pytest.mark.parametrize("has_width", [True, False])
def test_events_are_written_read_and_gated_alike(tmp_path, has_width):
    sheet, truth = twin(events=1000)
    events = simulate_events(sheet, truth, Cytometer(), stream(41, "m"))
    if not has_width:
        events = events.drop_vars(v.DNA_WIDTH)
    write_cell_cycle_events(events, tmp_path / "events.csv")
    assert is_event_table(source_of(tmp_path / "events.csv"))
    back = read_cell_cycle(tmp_path / "events.csv")
    np.testing.assert_array_equal(back[v.DNA], events[v.DNA])
    np.testing.assert_allclose(back[v.BRDU], events[v.BRDU], atol=0.01)
    np.testing.assert_array_equal(back[v.TUBE_OF_EVENT], events[v.TUBE_OF_EVENT])
    moved = (gate_study(back).phase_of_event != gate_study(events).phase_of_event).mean()
    assert moved < 0.002


@pytest.mark.parametrize("scale", ["log10", "channel"])
def test_brdu_may_be_on_a_log_scale(tmp_path, scale):
    y = np.linspace(0.5, 3.5, 150)
    shown = y if scale == "log10" else 256 * y
    rows = "".join(f"{c},{a},{200 + k}\n" for c in ("control", "drug") for k, a in enumerate(shown))
    data = read_cell_cycle(table(tmp_path, "condition,BrdU-FITC,FL2-A\n" + rows), brdu_scale=scale)
    np.testing.assert_allclose(np.log10(data[v.BRDU].values[:150]), y)
    assert data[v.TUBE].values.tolist() == ["cells, control, experiment 1", "cells, drug, experiment 1"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("drug,bright,200\n", "line 202: brdu must be a finite number, got 'bright'"),
        ("drug,5,\n", "line 202: pi must be a finite number, got ''"),
        ("drug,inf,200\n", "line 202: brdu must be a finite number, got 'inf'"),
        ("other,5,200\n", "line 202: cells, other, experiment 1 must have at least 100 events to be gated, got 1"),
    ],
)
def test_faults_of_events_are_told_with_their_line(tmp_path, row, message):
    text = "condition,brdu,pi\n" + "control,5,200\n" * 100 + "drug,5,200\n" * 100 + row
    with pytest.raises(InputError) as error:
        read_cell_cycle(table(tmp_path, text, "events.csv"))
    assert f"events.csv {message}" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "condition,g1,s,g2\ncontrol,30.5,49.5,20\ndrug,60.2,19.4,20.4\n",
            "counts.csv line 2: events must be whole numbers, got 30.5; these seem to be percents: state "
            'scale="percent" and events_per_tube=10000 (or a column total_events)',
        ),
        (
            "condition,phase,events\nc,g1,0.5\nc,s,0.3\nc,g2,0.2\nd,g1,0.6\nd,s,0.2\nd,g2,0.2\n",
            "counts.csv line 2: events must be whole numbers, got 0.5; these seem to be fractions of 1: write them as "
            'percents, and state scale="percent" and events_per_tube=10000 (or a column total_events)',
        ),
    ],
)
def test_percents_without_the_word_are_one_fault_not_one_a_cell(tmp_path, text, message):
    path = tmp_path / "counts.csv"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_cell_cycle(path)
    assert str(refused.value) == message


def test_percents_with_the_scale_that_the_message_names_are_read(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("condition,g1,s,g2\ncontrol,30.5,49.5,20\ndrug,60.2,19.4,20.4\n")
    data = read_cell_cycle(path, scale="percent", events_per_tube=10_000)
    assert data["events"].values.tolist() == [[3050, 4950, 2000], [6020, 1940, 2040]]


def test_events_of_a_tube_have_bounds(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("condition,g1 %,s %,g2 %\ncontrol,30,50,20\ndrug,30,50,20\n")
    with pytest.raises(InputError) as error:
        read_cell_cycle(path, scale="percent", events_per_tube=10**30)
    assert str(error.value) == "events_per_tube must lie between 1 and 1e+12, got 1e+30"
