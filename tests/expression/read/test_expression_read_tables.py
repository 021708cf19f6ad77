import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_cts, read_expression, read_factors, read_reactions

TIDY = (
    "plate,well,task,gene,is_reference,subject,condition,is_control,ct_cycles,quantity,amplification_factor,cycle_limit\n"
    "p,A1,unknown,T,0,L,u,1,30,,1.9,45\np,A2,unknown,R,1,L,u,1,20,,,45\n"
    "p,A3,unknown,T,0,L,len,0,42,,1.9,45\np,A4,unknown,R,1,L,len,0,20,,,45\n"
)


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("p,A3,unknown,T,0", "p,A3,unknown,T,1", ["line 4: is_reference must be the same in all rows of T, got '1'"]),
        ("len,0,42", "len,perhaps,42", ["line 4: is_control must be 1 or 0, true or false, yes or no, got 'perhaps'"]),
        ("len,0,", "len,1,", [": is_control must mark exactly one of the conditions u, len, got u and len"]),
        ("42,,1.9", "42,,1.8", ["line 4: amplification_factor must be the same in all rows of T, got '1.8'"]),
        (",T,0,L,len", ",T,0,,len", ["line 4: subject must not be empty"]),
        ("A3,unknown,T", "A3,unknown,", ["line 4: gene must not be empty"]),
        ("A3,unknown", "A3,target?", [
            "line 4: task must be a word such as Unknown, Standard, NTC, No RT, Positive control or Not in use, "
            "got 'target?'; "
            'if the column means something else, state columns={"task": "=unknown"}'
        ]),
        ("42,,1.9,45", "42,,1.9,50", ["line 2: cycle_limit must be the same in all rows, got 45 and 50"]),
        (",A3,", ",A1,", ["line 4: plate p, well A1, T is also on line 2"]),
        (
            ",42,",
            ",46,",
            [
                "line 4: ct_cycles must be at most 45 cycles, got 46; if more cycles were run, state them: "
                "cycle_limit=50"
            ],
        ),
    ],
)  # fmt: skip
def test_faults_of_a_tidy_study(tmp_path, old, new, messages):
    path = tmp_path / "t.csv"
    path.write_text(TIDY.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_cts(path)
    assert str(caught.value).splitlines() == [f"t.csv{'' if m.startswith(':') else ' '}{m}" for m in messages]


def test_arguments_go_before_columns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(TIDY, encoding="utf-8")
    data = read_cts(path)
    assert data[v.CYCLE_LIMIT].item() == 45
    assert data[v.STATED_FACTOR].values[0] == 1.9
    turned = read_cts(path, {"experiment": "=e 7"}, references=["T"], control="len", cycle_limit=50)
    assert turned[v.IS_REFERENCE].values.tolist() == [1, 0]
    assert turned[v.IS_CONTROL].values.tolist() == [0, 1]
    assert turned[v.CYCLE_LIMIT].item() == 50
    assert turned[v.EXPERIMENT].values.tolist() == ["e 7"]


def test_columns_of_a_tidy_table(tmp_path):
    text = "Run;Posn;what;CT\nr1;A1;TNF;30,5\nr2;A1;TNF;No Ct\n"
    columns = {"plate": "Run", "well": "Posn", "gene": "what", "sample": "=x"}
    path = tmp_path / "run.dat"
    path.write_text(text, encoding="utf-8")
    found = read_reactions(path, columns=columns)
    assert [(one.plate, one.sample, one.ct_cycles) for one in found.reactions] == [("r1", "x", 30.5), ("r2", "x", None)]
    with pytest.raises(InputError) as caught:
        read_reactions(path, columns={"gene": "gen"})
    assert str(caught.value) == ("run.dat line 1: the column 'gen' is missing; there are 'Run', 'Posn', 'what', 'CT'")
    with pytest.raises(InputError, match=r"^column well must be a name, only plate, .* for all rows, got '=A1'$"):
        read_reactions(path, columns={"well": "=A1"})
    with pytest.raises(InputError, match=r"^column gene must be a name, or a value behind '=', got ''$"):
        read_reactions(path, columns={"gene": ""})
    with pytest.raises(InputError, match=r"^column must say which is plate, .*, got 'genes' \(closest: 'gene'\)$"):
        read_reactions(path, columns={"genes": "what"})


def test_factors_of_a_file(tmp_path):
    path = tmp_path / "factors.csv"
    path.write_text("gene;amplification factor;amplification_factor_sd\nTNF;1,95;0,04\nIGF1;2;\n", encoding="utf-8")
    found = read_factors(path)
    assert found["TNF"] == (1.95, 0.04)
    assert found["IGF1"][0] == 2
    assert np.isnan(found["IGF1"][1])
    path.write_text(
        "gene,amplification_factor,amplification_factor_sd\nTNF,93.9,\nTNF,1.9,-1\n,1.9,\nA,,\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_factors(path)
    assert str(caught.value).splitlines() == [
        "factors.csv line 2: amplification_factor must give 1.5 to 2.2 fold a cycle (2 = doubling), "
        "got '93.9'; with efficiency_scale=\"percent\" it is 1.939 fold",
        "factors.csv line 3: amplification_factor_sd must be a number of 0 or more, got '-1'",
        "factors.csv line 4: gene must not be empty",
        "factors.csv line 5: amplification_factor must give 1.5 to 2.2 fold a cycle (2 = doubling), got ''",
    ]


@pytest.mark.parametrize("name", ["role", "Type", "Assay Role"])
def test_a_column_of_roles_under_another_name_is_read(tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_text(
        f"subject,condition,gene,{name},ct,quantity\na,u,R,Unknown,20.5,\na,u,T,Unknown,25.5,\na,len,R,Unknown,20.4,\n"
        "a,len,T,Unknown,24.5,\n,,T,Std-1,15.0,1000\n,,T,Std-2,18.4,100\n,,T,Std-3,21.8,10\n,,T,NTC,37.5,\n",
        encoding="utf-8",
    )
    data = read_expression(path, references=["R"], control="u")
    assert (data.sizes["reaction"], data.sizes["standard"], data.sizes["no_template"]) == (4, 3, 1)
    assert f"t.csv: the column {name!r} is read as the task of a well, by its words" in data.attrs["read_notes"]
