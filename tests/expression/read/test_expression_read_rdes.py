"""RDES as others write it, and as lensim writes it: what comes back is what was written, for RDML alike."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import kind_of, opened, read_expression, read_reactions, write_cts
from lensim.expression.read.rdml_write import Exchange, numbered_plates, reactions_of, write_rdml
from lensim.expression.read.reactions import Reaction, Reactions
from lensim.miqe.exchange import plates_named_otherwise, rdes_files, sample_sheet_of

rdmlpython = pytest.importorskip("rdmlpython")
pytestmark = pytest.mark.filterwarnings("ignore:datetime:DeprecationWarning")

COLUMNS = ["plate", "well", "task", "gene", "is_reference", "subject", "condition", "ct_cycles", "quantity"]
HEADER = "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tCq"


def table(folder, *rows, header=HEADER, name="run 1.tsv"):
    path = folder / name
    path.write_text("\n".join([header, *("\t".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return path


def row(well, sample, kind, target, cq, role="toi"):
    return well, sample, kind, target, role, "SYBR", cq


def test_a_table_of_others_is_read(tmp_path):
    path = table(
        tmp_path,
        (*row("A1", "P1", "unkn", "TNF", "24.5"), "10", "20", "30"),
        (*row("A2", "P2", "unkn", "TNF", "-1.0"), "10", "11", ""),
        (*row("A3", "water", "ntc", "TNF", "-1"), "10", "11", "10"),
        (*row("A4", "P1", "nrt", "TNF", "31.2"), "10", "11", "12"),
        (*row("A5", "pool", "std", "TNF", "20.1"), "10", "11", "12"),
        (*row("A6", "no polymerase", "nac", "TNF", "-1.0"), "10", "11", "12"),
        header=f"{HEADER}\t1\t2\t40",
    )
    found = read_reactions(path)
    assert [(one.plate, one.well, one.sample, one.task, one.ct_cycles) for one in found.reactions] == [
        ("run 1", "A1", "P1", "unknown", 24.5),
        ("run 1", "A2", "P2", "unknown", None),
        ("run 1", "A3", "water", "no_template", None),
        ("run 1", "A4", "P1", "no_rt", 31.2),
        ("run 1", "A5", "pool", "standard", 20.1),
    ]
    assert (found.cycle_limit, found.ignored) == (40.0, 1)
    assert found.notes[0] == "run 1.tsv: 3 columns of fluorescence are not used, Cq is taken as it is"


def test_numbers_of_standards_are_no_quantities(tmp_path):
    path = table(tmp_path, row("A1", "Std 3", "std", "TNF", "20.1"), row("A2", "std-100", "std", "TNF", "23.1"))
    assert [one.quantity for one in read_reactions(path).reactions] == [None, None]


def test_a_quantity_is_read_where_the_name_states_it(tmp_path):
    rows = [row(f"A{n}", f"pool, quantity {10.0**-n!r} ng", "std", "TNF", f"{20 + n}.5") for n in range(6)]
    found = read_reactions(table(tmp_path, *rows))
    assert [one.quantity for one in found.reactions] == [10.0**-n for n in range(6)]
    assert {one.sample for one in found.reactions} == {"pool"}
    assert found.quantity_unit == "ng"


def test_a_column_of_quantities_counts_before_names(tmp_path):
    rows = [(*row("A1", "pool, quantity 3.0 ng", "std", "TNF", "20.5"), "7")]
    (one,) = read_reactions(table(tmp_path, *rows, header=f"{HEADER}\tQuantity")).reactions
    assert (one.sample, one.quantity) == ("pool", 7.0)


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path):
    path = tmp_path / "run.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER.split("\t"))
        writer.writerow(row("A1", "P1, drug", "unkn", "TNF", "24,5"))
        writer.writerow(row("A2", "P2, drug", "unkn", "TNF", "-1,0"))
    found = read_reactions(path)
    assert [(one.sample, one.ct_cycles) for one in found.reactions] == [("P1, drug", 24.5), ("P2, drug", None)]


def test_references_are_known_by_the_type_of_the_target(tmp_path):
    rows = [
        (*row(f"A{at}", name, "unkn", gene, ct, role), subject, condition)
        for at, (name, gene, ct, role, subject, condition) in enumerate(
            [
                ("a", "TNF", "24.5", "toi", "P1", "control"),
                ("a", "RPL", "20.5", "ref", "P1", "control"),
                ("b", "TNF", "22.25", "toi", "P1", "drug"),
                ("b", "RPL", "20.75", "ref", "P1", "drug"),
            ],
            start=1,
        )
    ]
    data = read_expression(table(tmp_path, *rows, header=f"{HEADER}\tSubject\tCondition"))
    assert [str(gene) for gene in data["gene"].values[data["is_reference"].values == 1]] == ["RPL"]


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        (
            [row("A1", "P1", "unkn", "TNF", "81.5;82")],
            HEADER.replace("Cq", "Tm"),
            "run 1.tsv: the RDES table has melting temperatures (Tm) and no Cq: name the amplification table of the "
            "run",
        ),
        (
            [row("A1", "P1", "unkn", "TNF", "-2.0")],
            HEADER,
            "run 1.tsv line 2: Cq must be above 0 cycles, got -2.0; where nothing was detected, write Undetermined",
        ),
        (
            [row("A1", "P1", "sampel", "TNF", "20.5")],
            HEADER,
            "run 1.tsv line 2: Sample Type must be a word such as Unknown, Standard, NTC, No RT, Positive control or "
            'Not in use, got \'sampel\'; if the column means something else, state columns={"task": "=unknown"}',
        ),
        (
            [row("A1", "P1", "unkn", "TNF", "20.5"), ("A2", "P1", "unkn")],
            HEADER,
            "run 1.tsv line 3: the row must have 7 fields, as the header has, got 3; is the file cut off?",
        ),
        (
            [row("A1", "P1", "unkn", "TNF", "20.5"), row("A01", "P2", "unkn", "TNF", "21.5")],
            HEADER,
            "run 1.tsv line 3: plate run 1, well A01, TNF is also on line 2",
        ),
    ],
)
def test_faults_name_their_line(tmp_path, rows, header, said):
    with pytest.raises(InputError) as fault:
        read_reactions(table(tmp_path, *rows, header=header))
    assert str(fault.value) == said


NAMES = st.one_of(
    st.sampled_from(
        [
            "P1",
            "LP-1, drug, experiment 1",
            '"quoted" name',
            '"',
            "Zelle µ",
            "no rt",
            "a, quantity 3.0 ng",
            "=1+1",
            "P 1",
        ]
    ),
    st.text(alphabet="abcµ ,;|\"'=.0123-", min_size=1, max_size=12).filter(
        lambda text: text.split() and text.isascii()
    ),
)
GENES = st.lists(st.sampled_from(["TNF", "IL-6", "RPL37A", "TNFµ", "18S", '"x"']), min_size=1, max_size=4, unique=True)
PLATES = st.lists(st.sampled_from(["P1", "plate 2", "day 1, run 2", "Lauf µ"]), min_size=1, max_size=3, unique=True)
CTS = st.one_of(st.none(), st.floats(5.0, 39.9).filter(lambda ct: not ct.is_integer()))
QUANTITIES = st.floats(1e-6, 1e9)


@st.composite
def exchanges(draw):
    genes, unit = draw(GENES), draw(st.sampled_from(["ng", "copies", "pg", "ng/µl", ""]))
    reactions = []
    for plate in draw(PLATES):
        wells = [f"{'ABCDEFGH'[at // 12]}{at % 12 + 1}" for at in range(draw(st.integers(1, 10)))]
        for well in wells:
            task = draw(st.sampled_from(["unknown", "unknown", "standard", "no_template", "no_rt"]))
            name = " ".join(draw(NAMES).split())
            quantity = draw(QUANTITIES) if task == "standard" else None
            for gene in draw(st.lists(st.sampled_from(genes), min_size=1, unique=True)):
                reactions.append(Reaction(plate, well, name, gene, task, draw(CTS), quantity, "", 0))
    detected = any(one.ct_cycles is not None for one in reactions)
    if not detected:
        reactions[0] = replace(reactions[0], ct_cycles=22.5)
    return Exchange(Reactions("", (), tuple(reactions), quantity_unit=unit), references=genes[:1])


def of_reaction(one, name):
    return one.plate, one.well, name, one.gene, one.task, one.ct_cycles, one.quantity


@settings(max_examples=25)
@given(exchanges())
def test_reactions_come_back_as_they_were_written(tmp_path_factory, exchange):
    folder = tmp_path_factory.mktemp("exchange")
    own = exchange.reactions.reactions
    kinds = {}
    for one in own:
        kinds.setdefault(one.sample, set()).add(one.task)
    for name, text in rdes_files(exchange).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    write_rdml(exchange, folder / "run.rdml")
    plates = [folder / name for name in rdes_files(exchange)]
    assert all(kind_of(source) == "tidy" for source in opened(plates))
    for found in (read_reactions(plates, cycle_limit=40.0), read_reactions(folder / "run.rdml", cycle_limit=40.0)):
        # a name that samples and controls share is that of the sample, and has the task behind it of a control
        named = [(one, one.sample if len(kinds.get(one.sample, ())) == 1 else None) for one in found.reactions]
        expected = [(one, one.sample if len(kinds[one.sample]) == 1 else None) for one in own]
        shared = {name for name, tasks in kinds.items() if len(tasks) > 1}
        named = [(one, None if _is_told_apart(one.sample, shared) else name) for one, name in named]
        assert sorted(map(str, (of_reaction(*one) for one in named))) == sorted(
            map(str, (of_reaction(*one) for one in expected))
        )
        if any(one.quantity is not None for one in own):
            assert found.quantity_unit == exchange.reactions.quantity_unit


def _is_told_apart(name, shared):
    return any(name == one or name.startswith(f"{one}, ") for one in shared)


@st.composite
def studies(draw):
    """Rows of a study with standards, controls, reactions that were not detected, replicates and several plates."""
    plates = draw(PLATES)
    has_wells = draw(st.booleans())
    unit = draw(st.sampled_from(["ng", "copies", "pg", ""]))
    subjects = draw(st.lists(st.sampled_from(["P1", "P 2", "LP-1"]), min_size=1, unique=True))
    replicates = draw(st.integers(1, 3))
    rows = []
    for plate in plates:
        at = 0
        for gene, reference in (("TNF", 0), ("IL6", 0), ("RPL", 1)):
            cells = [
                ("unknown", subject, condition, "", 24.0)
                for subject in subjects
                for condition in ("control", "drug")
                for _ in range(replicates)
            ]
            if gene != "IL6":
                cells += [("standard", "", "", 10.0**-power, 20.0 + 3.4 * power) for power in range(4)]
            cells += [("no_template", "", "", "", None)] * draw(st.integers(0, 2))
            cells += [("no_rt", "", "", "", 35.0)] * draw(st.integers(0, 2))
            for task, subject, condition, quantity, mean in cells:
                noise = draw(st.floats(-0.4, 0.4))
                late = mean is None or (task in ("unknown", "no_rt") and not reference and draw(st.integers(0, 5)) == 0)
                ct = "Undetermined" if late else repr(mean + 0.0625 + noise)
                well = f"{'ABCDEFGH'[at // 12]}{at % 12 + 1}" if has_wells else ""
                rows.append((plate, well, task, gene, reference, subject, condition, ct, quantity))
                at += 1
    return rows, unit


def of_study(data):
    """Every reaction of a study by names and values."""
    names = {dim: data[dim].values.astype(str) for dim in (v.GENE, v.PLATE, v.SUBJECT, v.CONDITION, v.EXPERIMENT)}
    found = []
    for dim, ct, gene, plate, well, quantity in (
        (v.REACTION, v.CT, v.GENE_OF_REACTION, v.PLATE_OF_REACTION, v.WELL_NAME, None),
        (v.STANDARD, v.STANDARD_CT, v.GENE_OF_STANDARD, v.PLATE_OF_STANDARD, v.STANDARD_WELL, v.STANDARD_QUANTITY),
        (v.NO_TEMPLATE, v.NO_TEMPLATE_CT, v.GENE_OF_NO_TEMPLATE, v.PLATE_OF_NO_TEMPLATE, v.NO_TEMPLATE_WELL, None),
        (v.NO_RT, v.NO_RT_CT, v.GENE_OF_NO_RT, v.PLATE_OF_NO_RT, v.NO_RT_WELL, None),
    ):
        for at in range(data.sizes.get(dim, 0)):
            one = [dim, names[v.GENE][data[gene].values[at]], names[v.PLATE][data[plate].values[at]]]
            one += [repr(float(data[ct].values[at])), repr(float(data[quantity].values[at])) if quantity else ""]
            one.append(str(data[well].values[at]) if well in data else "")
            if dim == v.REACTION:
                sample = data[v.SAMPLE_OF_REACTION].values[at]
                for what, pointer in (
                    (v.SUBJECT, v.SUBJECT_OF_SAMPLE),
                    (v.CONDITION, v.CONDITION_OF_SAMPLE),
                    (v.EXPERIMENT, v.EXPERIMENT_OF_SAMPLE),
                ):
                    one.append(names[what][data[pointer].values[sample]])
            found.append(tuple(one))
    return sorted(found)


@settings(max_examples=8)
@given(studies())
def test_a_study_comes_back_from_its_tables_and_sheet(tmp_path_factory, made):
    rows, unit = made
    folder = tmp_path_factory.mktemp("study")
    path = folder / "study.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "quantity_unit", "cycle_limit"])
        writer.writerows((*one, unit if one[2] == "standard" else "", 40) for one in rows)
    data = read_expression(path)
    exchange = reactions_of(data)
    has_wells = not numbered_plates(exchange)
    assert has_wells == (v.WELL_NAME in data)
    assert plates_named_otherwise(exchange) == []
    tables = []
    for name, text in rdes_files(exchange).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        tables.append(folder / name)
    (folder / "samples.csv").write_text(sample_sheet_of(exchange), encoding="utf-8")
    write_rdml(exchange, folder / "run.rdml")
    write_cts(data, folder / "again.csv")
    sheet = {"sheet": folder / "samples.csv", "references": ["RPL"], "cycle_limit": 40.0}
    for again in (
        read_expression(tables, **sheet),
        read_expression(folder / "run.rdml", **sheet),
        read_expression(folder / "again.csv"),
    ):
        wells = (v.WELL_NAME, v.STANDARD_WELL, v.NO_TEMPLATE_WELL, v.NO_RT_WELL)
        kept = again if has_wells else again.drop_vars([name for name in wells if name in again])
        assert of_study(kept) == of_study(data)
        assert again[v.STANDARD_QUANTITY].attrs["units"] == data[v.STANDARD_QUANTITY].attrs["units"]
        assert again.attrs[v.CONTROL] == "control"
        assert np.array_equal(np.sort(again[v.IS_REFERENCE].values), np.sort(data[v.IS_REFERENCE].values))
