import random

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import (
    Reaction,
    Reactions,
    assemble_reactions,
    read_cts,
    read_factors,
    read_reactions,
    read_sheet,
    write_cts,
)

SHEET = (
    "sample,subject,cell_type,condition,experiment\n"
    "a0,LP-1,myeloma,untreated,e1\na1,LP-1,myeloma,len,e1\nb0,donor 2,stroma,untreated,e1\nb1,donor 2,stroma,len,e1\n"
)
STANDARDS = [(20.0, 22.0), (4.0, 24.3), (0.8, 26.7), (0.16, 29.0)]


def reaction(well, sample, gene, ct, task="unknown", quantity=None, plate="p1"):
    return Reaction(plate, well, sample, gene, task, ct, quantity, "run.txt", int(well[1:]) + 100 * ord(well[0]))


def study(**changes) -> Reactions:
    """Two subjects, control and treated, in duplicate, two genes with dilution series, one without; changes by well."""
    rows = []
    for at, sample in enumerate(("a0", "a1", "b0", "b1"), start=1):
        for gene, row, ct in (("TNF", "A", 30.0), ("RPL37A", "C", 20.0), ("IGF1", "E", None)):
            for copy in range(2):
                rows.append(reaction(f"{chr(ord(row) + copy)}{at}", sample, gene, ct and ct + 0.1 * at + 0.01 * copy))
    for gene, row in (("TNF", "G"), ("RPL37A", "H")):
        for at, (quantity, ct) in enumerate(STANDARDS, start=1):
            rows.append(reaction(f"{row}{at}", f"std {at}", gene, ct, "standard", quantity))
        rows.append(reaction(f"{row}12", "ntc", gene, None, "no_template"))
    rows = [changes.pop(one.well, one) for one in rows]
    assert not changes
    return Reactions(
        "MxPro", ("run.txt",), tuple(one for one in rows if one is not None), quantity_unit="ng", ignored=3
    )


def sheet_of(folder, text=SHEET, name="sheet.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_sheet(path)


def assemble(folder, reactions=None, text=SHEET, **options):
    choices = {"references": ["RPL37A"], "control": "untreated"} | options
    return assemble_reactions(reactions or study(), sheet_of(folder, text), **choices)


def faults_of(folder, reactions=None, text=SHEET, **options):
    with pytest.raises(InputError) as caught:
        assemble(folder, reactions, text, **options)
    return str(caught.value).splitlines()


def assert_same(one, other):
    one = one.drop_vars(v.SAMPLE_NAME, errors="ignore")  # of the export, which a table of reactions has not
    xr.testing.assert_equal(one, other)
    for name in one.variables:
        assert one[name].dims == other[name].dims
        assert one[name].dtype == other[name].dtype
        assert one[name].attrs.get("units") == other[name].attrs.get("units")


def test_the_dataset_of_a_study(tmp_path):
    data = assemble(tmp_path, factors={"RPL37A": (1.95, 0.04)})
    assert dict(data.sizes) == {
        "reaction": 24, "standard": 8, "no_template": 2, "cdna": 4, "subject": 2, "cell_type": 2, "condition": 2,
        "experiment": 1, "plate": 1, "gene": 3,
    }  # fmt: skip
    assert data[v.GENE].values.tolist() == ["TNF", "RPL37A", "IGF1"]
    assert data[v.IS_REFERENCE].values.tolist() == [0, 1, 0]
    assert data[v.IS_CONTROL].values.tolist() == [1, 0]
    assert data[v.SUBJECT].values.tolist() == ["LP-1", "donor 2"]
    assert data[v.CELL_TYPE_OF_SUBJECT].values.tolist() == [0, 1]
    assert data[v.SUBJECT_OF_SAMPLE].values.tolist() == [0, 0, 1, 1]
    assert data[v.CONDITION_OF_SAMPLE].values.tolist() == [0, 1, 0, 1]
    assert data[v.SAMPLE_OF_REACTION].values[:8].tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert data[v.CT].values[:4].tolist() == pytest.approx([30.1, 30.11, 20.1, 20.11])
    assert np.isnan(data[v.CT].values[4:6]).all()
    assert data[v.WELL_NAME].values[:3].tolist() == ["A1", "B1", "C1"]
    assert data[v.STANDARD_QUANTITY].values[:4].tolist() == [20, 4, 0.8, 0.16]
    assert data[v.STANDARD_QUANTITY].attrs["units"] == "ng"
    assert data[v.STATED_FACTOR].values[1] == 1.95
    assert data[v.STATED_FACTOR_SD].values[1] == 0.04
    assert np.isnan(data[v.STATED_FACTOR].values[[0, 2]]).all()
    assert data[v.CYCLE_LIMIT].item() == 40
    assert data.attrs == {
        "source": "run.txt, sheet.csv", "instrument": "MxPro", "wells_ignored": 3, "standards_without_quantity": 0,
        "genes_without_factor": "IGF1", "genes_left_out": "", "assay": "expression", "control": "untreated",
        "control_known_by": "stated", "unpaired": "refuse", "read_notes": "",
        "plates_corrected": 0,
    }  # fmt: skip
    for name in data.data_vars:
        if "_of_" in name or name.startswith("is_"):
            assert data[name].dtype == np.int64


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_a_study_goes_out_and_comes_back(tmp_path, suffix):
    data = assemble(tmp_path, factors={"TNF": (1.9, 0.05), "IGF1": (2.0, np.nan)})
    write_cts(data, tmp_path / f"study{suffix}")
    back = read_cts(tmp_path / f"study{suffix}")
    assert_same(data, back)
    assert back.attrs["genes_without_factor"] == ""
    write_cts(back, tmp_path / f"again{suffix}")
    assert (tmp_path / f"again{suffix}").read_text() == (tmp_path / f"study{suffix}").read_text()


def test_a_study_with_odd_names_goes_out_and_comes_back(tmp_path):
    text = SHEET.replace("LP-1", '"LP-1, ""wild"" type"').replace("donor 2", "Spender \u00e9\u00b5")
    data = assemble(tmp_path, text=text)
    write_cts(data, tmp_path / "study.csv")
    assert_same(data, read_cts(tmp_path / "study.csv"))


def test_standards_and_controls_may_be_absent(tmp_path):
    alone = study()
    alone = Reactions("MxPro", ("run.txt",), tuple(one for one in alone.reactions if one.task == "unknown"))
    data = assemble(tmp_path, alone)
    assert (data.sizes["standard"], data.sizes["no_template"]) == (0, 0)
    assert data.attrs["genes_without_factor"] == "TNF, RPL37A, IGF1"
    write_cts(data, tmp_path / "study.csv")
    assert_same(data, read_cts(tmp_path / "study.csv"))


def test_wells_tell_subjects_genes_and_tasks(tmp_path):
    rows = [reaction(f"A{at}", "", "", 20.0 + at) for at in range(1, 7)]
    rows += [reaction(f"B{at}", "", "", 15.0 + 3 * at) for at in range(1, 4)]
    text = (
        "well;line;condition;gene;task;quantity\n"
        "A1;L;u;TNF;;\na02;L;u;REF;;\nA3;L;len;TNF;;\nA4;L;len;REF;;\nA5;;;;ignored;\nA6;;;TNF;ntc;\n"
        "B1;;;REF;standard;10,0\nB2;;;REF;standard;1,0\nB3;;;REF;standard;0,1\n"
    ).replace("line", "cell_line")
    data = assemble(tmp_path, Reactions("MxPro", ("run.txt",), tuple(rows)), text, references=["REF"], control="u")
    assert data[v.CT].values.tolist() == [21, 22, 23, 24]
    assert data[v.STANDARD_QUANTITY].values.tolist() == [10, 1, 0.1]
    assert data[v.NO_TEMPLATE_CT].values.tolist() == [26]
    assert data.attrs["wells_ignored"] == 1
    assert data[v.CELL_TYPE].values.tolist() == ["all"]


def test_plates_and_genes_of_a_sheet_row(tmp_path):
    rows = [
        reaction("A1", "s", "TNF", 30, plate="p1"), reaction("A2", "s", "REF", 20, plate="p1"),
        reaction("A1", "s", "TNF", 28, plate="p2"), reaction("A2", "s", "REF", 20, plate="p2"),
    ]  # fmt: skip
    text = "sample,plate,subject,condition\ns,p1,L,u\ns,p2,L,len\n"
    data = assemble(tmp_path, Reactions("x", ("run.txt",), tuple(rows)), text, references=["REF"], control="u")
    assert data[v.CONDITION_OF_SAMPLE].values.tolist() == [0, 1]
    text = "well,subject,condition\nA1,L,u\nA2,L,len\n"
    found = faults_of(tmp_path, Reactions("x", ("run.txt",), tuple(rows)), text, references=["REF"], control="u")
    assert found[0] == "sheet.csv line 2: the row (well 'A1') must name its plate, since there are 2: p1, p2"


def test_faults_between_sheet_and_export(tmp_path):
    text = SHEET.replace("b1,", "x9,") + "a0,LP-1,myeloma,len,e1\n"
    found = faults_of(tmp_path, text=text)
    assert found[0] == "sheet.csv line 5: the row (sample 'x9') matches no reaction"
    assert found[1] == (
        "sheet.csv line 6: plate p1, well A1, TNF (sample 'a0') is assigned twice, by this row and by line 2, "
        "and so are 5 more"
    )
    assert found[-1] == (
        "run.txt line 6504: sample 'b1' is missing from sheet.csv (6 reactions); give it a row, "
        'with the task ignored to leave it out, or leave out all such samples with unlisted="ignore"'
    )
    text = SHEET.replace("b0,donor 2,stroma,untreated,e1\nb1,donor 2,stroma,len,e1\n", "")
    data = assemble(tmp_path, text=text, unlisted="ignore")
    assert (data.sizes["reaction"], data.attrs["wells_ignored"]) == (12, 3 + 12)
    with pytest.raises(InputError, match=r"^unlisted must be one of refuse, ignore, got 'drop'$"):
        assemble(tmp_path, unlisted="drop")


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "subject,cond\na,b\n",
            [
                "line 1: the sheet needs a column 'sample' or 'well'; there are 'subject', 'cond': name one, "
                'columns={"sample": "NAME"}'
            ],
        ),
        (
            "sample,subject,condition\n,a,b\ns,,b\n",
            ["line 2: the row must name a sample or a well, got neither", "line 3: subject must not be empty"],
        ),
        (
            "sample,subject\ns,a\n",
            [
                "line 1: the column 'condition' is missing; there are 'sample', 'subject': name one, "
                'columns={"condition": "NAME"}'
            ],
        ),
        (
            "well,subject,condition,task\nA99,a,b,\nA1,a,b,maybe\n",
            [
                "line 2: well must be a well such as A1, or its number, got 'A99'",
                "line 3: task must be a word such as Unknown, Standard, NTC, No RT, Positive control or Not in use, "
                "got 'maybe'",
            ],
        ),
        (
            "sample,subject,condition,cell_type\ns,a,b,x\nt,a,c,y\n",
            ["line 3: subject a must be of one cell type, got 'y', and 'x' on line 2"],
        ),
        (
            "sample,subject,condition,quantity\ns,a,b,-1\nt,a,b,x\n",
            [
                "line 2: quantity must be a number above 0, got '-1'",
                "line 3: quantity must be a number above 0, got 'x'",
            ],
        ),
    ],
)  # fmt: skip
def test_faults_of_a_sheet(tmp_path, text, messages):
    with pytest.raises(InputError) as caught:
        sheet_of(tmp_path, text)
    assert str(caught.value).splitlines() == [f"sheet.csv {message}" for message in messages]


def test_faults_of_genes_and_conditions(tmp_path):
    assert faults_of(tmp_path, references=[]) == [
        "run.txt: references must name at least one reference gene, got none; the genes are TNF, RPL37A, IGF1: "
        'name it, references=["RPL37A"]'
    ]
    assert faults_of(tmp_path, references=["B2M"]) == [
        "run.txt: the reference gene 'B2M' has no reaction; the genes are TNF, RPL37A, IGF1"
    ]
    assert faults_of(tmp_path, references=["IGF1"]) == [
        "run.txt: the reference gene IGF1 must be detected at least once, got no Ct in 8 wells"
    ]
    assert faults_of(tmp_path, references="IGF1") == ["references must be a list of genes, got the text 'IGF1'"]
    assert faults_of(tmp_path, control="dmso") == [
        "sheet.csv: control must be one of the conditions untreated, len, got 'dmso'"
    ]
    assert faults_of(tmp_path, factors={"TNF": (93.9, 1.0)}) == [
        "factors['TNF'] must be 1.5 to 2.2 fold a cycle (2 = doubling), with a standard error of 0 or more, "
        "got 93.9 and 1"
    ]
    assert faults_of(tmp_path, factors={"B2M": (1.9, 0.1)}) == [
        "sheet.csv: an amplification factor is stated for 'B2M', which is none of TNF, RPL37A, IGF1"
    ]


def test_a_treated_sample_needs_its_control(tmp_path):
    text = SHEET.replace("b0,donor 2,stroma,untreated,e1", "b0,donor 2,stroma,untreated,e2")
    assert faults_of(tmp_path, text=text) == [
        "run.txt line 6504: subject donor 2 under len in e1 has no control sample "
        '(untreated, same subject and experiment): leave such samples out with unpaired="drop", or compare '
        'all subjects, with or without a partner, with unpaired="keep"'
    ]


def test_two_samples_must_not_be_one(tmp_path):
    text = SHEET.replace("b0,donor 2,stroma", "b0,LP-1,myeloma").replace("b1,donor 2,stroma", "b1,LP-1,myeloma")
    assert faults_of(tmp_path, text=text) == [
        f"run.txt line {line}: samples {one!r} and {other!r} must not both be LP-1 under {condition} in e1: give each "
        "cDNA an experiment of its own, or list the wells if they are replicates of one"
        for line, one, other, condition in ((6503, "a0", "b0", "untreated"), (6504, "a1", "b1", "len"))
    ]


def test_faults_of_dilution_series(tmp_path):
    few = study(G1=reaction("G1", "x", "TNF", None, "standard", 20.0), G2=None)
    assert faults_of(tmp_path, few) == [
        "run.txt line 7101: the dilution series of TNF must have at least 3 different quantities with a Ct, "
        "got 2 (0.8, 0.16); state its amplification factor instead"
    ]
    assert assemble(tmp_path, few, factors={"TNF": (1.9, 0.1)}).sizes["standard"] == 7
    rising = {f"G{at}": reaction(f"G{at}", "x", "TNF", 20.0 - at, "standard", 10.0**-at) for at in range(1, 5)}
    assert faults_of(tmp_path, study(**rising)) == [
        "run.txt line 7101: Ct must fall with quantity in the dilution series of TNF, got a slope of +1 cycles per "
        "tenfold: are the quantities dilution factors, or in the wrong order?"
    ]
    nameless = study(
        G1=reaction("G1", "x", "TNF", 20.0, "standard"), H4=reaction("H4", "x", "RPL37A", None, "standard")
    )
    assert faults_of(tmp_path, nameless) == [
        "run.txt line 7101: plate p1, well G1, TNF is a standard and must have a quantity, got none"
    ]
    idle = study(H4=reaction("H4", "x", "RPL37A", None, "standard"))
    assert assemble(tmp_path, idle).attrs["standards_without_quantity"] == 1


def test_a_series_of_logarithms_is_refused(tmp_path):
    logs = {f"G{at}": reaction(f"G{at}", "x", "TNF", 18.0 + 3.32 * at, "standard", 6.0 - at) for at in range(1, 5)}
    (said,) = faults_of(tmp_path, study(**logs))
    assert said.startswith(
        "run.txt line 7101: the dilution series of TNF must give 1.3 to 2.6 fold a cycle (2 = doubling), got 1."
    )
    assert said.endswith("cycles per tenfold): are the quantities logarithms, or is a dilution step wrong?")


def test_a_slope_is_taken_within_plates(tmp_path):
    """A plate that is late throughout and has the large quantities alone must not turn a good slope round."""
    rows = list(study().reactions)
    rows = [one for one in rows if one.task != "standard" or one.gene != "TNF"]
    for plate, level, quantities in (("p2", 35.0, (1e3, 1e4)), ("p3", 20.0, (1.0, 10.0))):
        for at, quantity in enumerate(quantities, start=1):
            ct = level - 3.3 * np.log10(quantity / quantities[0])
            rows.append(reaction(f"A{at}", "std", "TNF", ct, "standard", quantity, plate))
    data = assemble(tmp_path, Reactions("MxPro", ("run.txt",), tuple(rows)))
    assert data.sizes["plate"] == 3


def test_a_well_twice_and_a_reaction_without_gene(tmp_path):
    assert faults_of(tmp_path, study(B1=reaction("A01", "a0", "TNF", 30.0))) == [
        "run.txt line 6501: plate p1, well A01, TNF is also on line 6501"
    ]
    found = faults_of(tmp_path, study(B1=reaction("B1", "a0", "", 30.0)))
    assert found == [
        "run.txt line 6601: plate p1, well B1 has no gene: name it in the sheet's column gene, or name each file "
        "after its gene, of which one is a reference"
    ]


def test_genes_without_samples_are_left_out(tmp_path):
    rows = [*study().reactions, reaction("F12", "ntc", "ACTB", None, "no_template")]
    data = assemble(tmp_path, Reactions("MxPro", ("run.txt",), tuple(rows)))
    assert data.attrs["genes_left_out"] == "ACTB"
    assert "ACTB" not in data[v.GENE].values


def test_write_names_what_is_wrong(tmp_path):
    data = assemble(tmp_path)
    with pytest.raises(InputError, match=r"^write_cts needs data of one study: choose it with one_study$"):
        write_cts(data.expand_dims("study"), tmp_path / "x.csv")
    with pytest.raises(InputError, match=r"^write_cts needs the variable is_reference \('gene',\)"):
        write_cts(data.drop_vars(v.IS_REFERENCE), tmp_path / "x.csv")


def test_damaged_tables_and_sheets_give_a_result_or_an_input_error(tmp_path):
    write_cts(assemble(tmp_path, factors={"TNF": (1.9, 0.05)}), tmp_path / "study.csv")
    tables = (tmp_path / "study.csv").read_bytes(), SHEET.encode(), b"gene,amplification_factor\nTNF,1.9\n"
    rng, refused = random.Random(7), 0
    path = tmp_path / "damaged"
    for trial in range(300):
        raw = bytearray(tables[trial % 3])
        if trial % 2:
            start = rng.randrange(len(raw))
            del raw[start : start + rng.randrange(1, 60)]
        for _ in range(rng.randrange(0, 6) if raw else 0):
            raw[rng.randrange(len(raw))] = rng.choice((rng.randrange(256), *b'\t\n\r,;"-0A1.'))
        path.write_bytes(bytes(raw))
        try:
            if trial % 3 == 0:
                read_cts(path)
                read_reactions(path)
            elif trial % 3 == 1:
                assemble_reactions(study(), read_sheet(path), references=["RPL37A"], control="untreated")
            else:
                read_factors(path)
        except InputError:
            refused += 1
    assert 0 < refused < 300
