import random

import pytest
from machine_files import cts, faults_of, read, save
from rdml_text import packed, rdml

from lensim.checks import InputError
from lensim.expression.read import read_reactions, write_reactions

MXPRO = (
    "Well\tWell Name\tWell Type\tReplicate\tThreshold (dRn)\tCt (dRn)\tQuantity (copies)\t\r\n"
    "A1\ts1\tUnknown\t1\t0.2\t27.50\t1.0e+002\t\r\n"
    "A2\ts1\tUnknown\t1\t0.2\tNo Ct\tNo Ct\t\r\n"
    "B1\tstd1\tStandard\t2\t0.2\t20.00\t1.00e+005\t\r\n"
    "B2\tstd1\tStandard\t2\t0.2\tNo Ct\tNo Ct\t\r\n"
    "C1\tntc\tNTC\t3\t0.2\tNo Ct\tNo Ct\t\r\n"
    "C2\t\tNot in Use\t\t0.2\tNo Ct\t\t\r\n"
)
LIGHTCYCLER = (
    "Experiment: X  Selected Filter: SYBR Green I\r\n"
    "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\r\n"
    "True\t255\tA1\ts1\t13.98\t\t0\t\r\n"
    "True\t255\tA2\ts1\t  4.91\t\t0\t\r\n"
    "True\t65280\tA3\ts2\t\t\t0\t\r\n"
    "True\t255\tA4\ts2\t40.00\t\t0\t\r\n"
    "True\t255\tA5\ts2\t39.80\t\t0\t> 40\r\n"
    "False\t255\tA6\ts2\t20.00\t\t0\t\r\n"
    "True\t255\tB1\tdilution\t20.00\t99.1\t1.00E2\t\r\n"
    "True\t255\tB2\tNTC\t\t\t0\t\r\n"
)
SDS = (
    "SDS 2.1RQ Results\t1.0\nFilename\tx.sdm\nOperator\n\n"
    "Well\tPlateID\tSample\tDetector\tTask\tCt\tdelta Rn\tOutlier\t\n"
    "1\tP7\ts1\tTNF\tTarget\t35.5\t1.4\t\tTNF\n"
    "2\tP7\ts1\tRPL37A\tEndogenous Control\t20.5\t1.4\t\tx\n"
    "3\tP7\ts1\tTNF\tTarget\tUndetermined\t1.4\t\tx\n"
    "4\tP7\t\t\t\t\t\t\t\n"
    "\nSummary Data for Study x.sdm\nPlateID\tSample\tDetector\n\ts1\tTNF\n"
)
QUANTSTUDIO = (
    'Block Type,96-Well Block,,,,,,,\nStage,"Stage2, Step2",,,,,,,\n,,,,,,,,\n'
    "Well,Well Position,Omit,Sample Name,Target Name,Task,Reporter,CT,Quantity\n"
    "1,A1,FALSE,s1,TNF,UNKNOWN,FAM,26.258,\n"
    "1,A1,FALSE,s1,ACTB,UNKNOWN,VIC,18.1,\n"
    "2,A2,FALSE,s1,TNF,UNKNOWN,FAM,Undetermined,\n"
    "3,A3,TRUE,s1,TNF,UNKNOWN,FAM,26.1,\n"
    '4,A4,FALSE,"st, 1",TNF,STANDARD,FAM,21.5,100\n'
    "5,A5,FALSE,,TNF,NTC,FAM,Undetermined,\n"
    "6,A6,FALSE,,,,,,\n"
    "7,A7,FALSE,s1,TNF,UNKNOWN,FAM,,\n"
    ',,,,,,,,\nAnalysis Type,Singleplex,,,,,,,\nEndogenous Control,"ACTB, GAPDH",,,,,,,\n'
)
TIDY = "plate,well,task,sample,gene,ct_cycles,quantity\np1,A1,unknown,s1,TNF,30.5,\np1,A2,unknown,s1,TNF,,\n"


def test_mxpro(tmp_path):
    found = read(tmp_path, MXPRO)
    assert (found.instrument, found.quantity_unit, found.cycle_limit) == ("MxPro", "copies", None)
    assert [(one.well, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == [
        ("A1", "unknown", 27.5, None),
        ("A2", "unknown", None, None),
        ("B1", "standard", 20.0, 1e5),
        ("B2", "standard", None, 1e5),  # from the other standard of its name
        ("C1", "no_template", None, None),
    ]
    assert found.reactions[0].plate == "run"
    assert found.reactions[2].line_number == 4
    assert found.summary() == {
        "plates": 1, "wells": 5, "reactions": 5, "genes": 0, "samples": 1, "detected": 2, "not_detected": 3,
        "unknowns": 2, "standards": 2, "no_template": 1, "no_rt": 0, "ignored": 1, "without_result": 0,
    }  # fmt: skip


def test_lightcycler(tmp_path):
    found = read(tmp_path, LIGHTCYCLER)
    assert found.instrument == "LightCycler 480"
    assert list(cts(found).values()) == [13.98, 4.91, None, None, None, 20.0, None]
    assert [one.task for one in found.reactions][-2:] == ["standard", "unknown"]  # the sheet knows what NTC is
    assert found.reactions[-2].quantity == 100
    assert found.ignored == 1
    assert cts(read(tmp_path, LIGHTCYCLER.replace("40.00", "44.0"), cycle_limit=44))["A4", ""] is None
    assert faults_of(tmp_path, LIGHTCYCLER.replace("40.00", "44.2"), cycle_limit=44) == [
        "run.dat line 6: Cp must be at most 44 cycles, got 44.2; if more cycles were run, state them: cycle_limit=45"
    ]


def test_sds(tmp_path):
    found = read(tmp_path, SDS)
    assert found.instrument == "ABI SDS"
    assert cts(found) == {("1", "TNF"): 35.5, ("2", "RPL37A"): 20.5, ("3", "TNF"): None}
    assert {one.plate for one in found.reactions} == {"P7"}
    assert found.ignored == 1


def test_sds_of_absolute_quantification(tmp_path):
    found = read(
        tmp_path,
        "SDS 2.2.2\tAQ Results\t1.0\nFilename\tx\n\nSample Information\n\n"
        "Well\tSample Name\tDetector Name\tReporter\tTask\tCt\tQuantity\tQty Mean\t\n"
        "268\ts1\tG\tSYBR\tUnknown\t28.28\t5.5\t\t\n269\tst\tG\tSYBR\tStandard\t25.1\t1000\t\t\n",
    )
    assert [(one.task, one.quantity) for one in found.reactions] == [("unknown", None), ("standard", 1000)]


def test_quantstudio(tmp_path):
    found = read(tmp_path, QUANTSTUDIO)
    assert found.instrument == "QuantStudio"
    assert list(cts(found).values()) == [26.258, 18.1, None, 21.5, None]
    assert found.reactions[3].sample == "st, 1"
    assert found.reactions[3].quantity == 100
    assert (found.ignored, found.without_result) == (2, 1)


def test_quantstudio_text_with_sections_and_a_cyrillic_t(tmp_path):
    found = read(
        tmp_path,
        "* Block Type = 96-Well Block (0.2mL)\n* Chemistry = TAQMAN\n\n"
        "[Sample Setup]\nWell\tWell Position\tSample Name\tTarget Name\tTask\tReporter\n"
        "1\tA1\ts1\tTNF\tUNKNOWN\tFAM\n\n"
        "[Results]\nWell\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tC\u0442\n"
        "1\tA1\tfalse\ts1\tTNF\tUNKNOWN\tFAM\t26.5\n\n"
        "[Amplification Data]\nWell\tCycle\tTarget Name\tRn\tDelta Rn\n1\t1\tTNF\t0.1\t0.1\n",
    )
    assert cts(found) == {("A1", "TNF"): 26.5}


@pytest.mark.parametrize("word", ["Undetermined", "Unbestimmt", "Indéterminé", "no cq", "> 40.0"])
def test_words_for_not_detected(tmp_path, word):
    assert cts(read(tmp_path, TIDY.replace("30.5", word)))["A1", "TNF"] is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "27.50",
            "40.01",
            "run.dat line 2: Ct (dRn) must be at most 40 cycles, got 40.01; if more cycles were run, state them: "
            "cycle_limit=45",
        ),
        (
            "27.50",
            "-3",
            "run.dat line 2: Ct (dRn) must be above 0 cycles, got -3; where nothing was detected, write Undetermined",
        ),
        (
            "27.50",
            "0",
            "run.dat line 2: Ct (dRn) must be above 0 cycles, got 0; where nothing was detected, write Undetermined",
        ),
        (
            "27.50",
            "> 45",
            "run.dat line 2: Ct (dRn) is '> 45', but the cycle limit is 40: state cycle_limit=45",
        ),
        ("27.50", "late", "run.dat line 2: Ct (dRn) must be a number of cycles or a word for no Ct, got 'late'"),
        ("27.50", "inf", "run.dat line 2: Ct (dRn) must be a number of cycles or a word for no Ct, got 'inf'"),
        ("A2\t", "A1\t", "run.dat line 3: plate run, well A1 is also on line 2"),
        ("A2\t", "Z99\t", "run.dat line 3: Well must be a well such as A1, or its number, got 'Z99'"),
        (
            "\tNTC\t",
            "\tOil\t",
            "run.dat line 6: Well Type must be a word such as Unknown, Standard, NTC, No RT, Positive control or "
            "Not in use, got 'Oil'",
        ),
        ("1.00e+005", "-7", "run.dat line 4: Quantity (copies) of a standard must be a number above 0, got '-7'"),
        ("C2\t\tNot", "C2\tNot", "run.dat line 7: the row must have 8 fields, got 7; is the file cut off?"),
        ("0.2\t27.50", "0.2\t27.50\tx\ty\tz", "run.dat line 2: the row must have 8 fields, got 11"),
    ],
)  # fmt: skip
def test_faults_of_rows(tmp_path, old, new, message):
    assert old in MXPRO
    assert faults_of(tmp_path, MXPRO.replace(old, new, 1)) == [message]


def test_faults_of_a_file_are_told_together(tmp_path):
    assert len(faults_of(tmp_path, MXPRO.replace("27.50", "99").replace("20.00", "0"))) == 2


@pytest.mark.parametrize("text", [MXPRO, LIGHTCYCLER, SDS, QUANTSTUDIO, TIDY])
def test_cut_off_inside_a_row(tmp_path, text):
    lines = text.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if "s1" in line)
    cut = "".join(lines[: at + 1]) + lines[at + 1][: len(lines[at + 1]) // 2]
    assert f"line {at + 2}" in faults_of(tmp_path, cut)[-1]
    assert "fields, " in faults_of(tmp_path, cut)[-1]


def test_cut_off_above_the_rows(tmp_path):
    assert faults_of(tmp_path, MXPRO.splitlines()[0]) == ["run.dat line 1: the table has a header but no rows"]
    assert faults_of(tmp_path, "SDS 2.1RQ Results\t1.0\nFilename\tx") == [
        "run.dat: no header of ABI SDS was found, a row that names well_position/well/pos, detector/detector_name, ct; "
        "the file begins with 'SDS 2.1RQ Results\\t1.0'"
    ]


def test_wrong_format(tmp_path):
    assert faults_of(tmp_path, "a,b\n1,2\n") == [
        "run.dat: the file must be an export of ABI SDS, QuantStudio, Bio-Rad CFX, LightCycler 480, MxPro, Rotor-Gene "
        "or RDML, or a table with columns for gene and ct_cycles; it begins with 'a,b'"
    ]
    assert "no header of QuantStudio was found" in faults_of(tmp_path, MXPRO, "quantstudio")[0]
    assert faults_of(tmp_path, MXPRO, "excel") == [
        "format must be one of sds, quantstudio, cfx, lightcycler, mxpro, rotorgene, tidy, rdml, got 'excel'"
    ]
    assert faults_of(tmp_path, "") == ["run.dat: the file is empty"]
    assert faults_of(tmp_path, MXPRO, "mxpro", columns={}) == ["columns are for the format tidy, got format 'mxpro'"]
    assert faults_of(tmp_path, MXPRO, cycle_limit=0) == ["cycle_limit must be above 0, got 0"]


def test_several_files_are_several_plates(tmp_path):
    paths = [save(tmp_path, MXPRO, "one.txt"), save(tmp_path, MXPRO, "two.txt")]
    found = read_reactions(paths)
    assert found.paths == ("one.txt", "two.txt")
    assert (found.summary()["plates"], found.summary()["wells"], found.ignored) == (2, 10, 2)
    paths = [save(tmp_path, rdml(), "a.rdml"), save(tmp_path, rdml(), "b.rdml")]
    assert {one.plate for one in read_reactions(paths).reactions} == {"a, plate 9", "b, plate 9"}
    with pytest.raises(InputError, match=r"^files must name at least one file, got none$"):
        read_reactions([])
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(InputError, match=r"one.txt: two files must not have one name"):
        read_reactions([tmp_path / "one.txt", save(other, MXPRO, "one.txt")])


def test_two_instruments_are_refused(tmp_path):
    paths = [save(tmp_path, MXPRO, "one.txt"), save(tmp_path, SDS, "two.txt")]
    with pytest.raises(InputError) as caught:
        read_reactions(paths)
    assert str(caught.value) == (
        "all files of one call must be of one kind of instrument, got MxPro (one.txt) and ABI SDS (two.txt): "
        "read them by themselves"
    )


def test_different_cycle_limits_are_refused(tmp_path):
    paths = [save(tmp_path, rdml(), "a.rdml"), save(tmp_path, rdml().replace(">45<", ">50<"), "b.rdml")]
    with pytest.raises(InputError, match=r"^a.rdml: all files must have one cycle limit, got 45.0 and 50.0$"):
        read_reactions(paths)
    assert read_reactions(paths, cycle_limit=50).cycle_limit == 50


@pytest.mark.parametrize("content", [MXPRO, LIGHTCYCLER, SDS, QUANTSTUDIO, TIDY, rdml()])
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_reactions_go_out_and_come_back(tmp_path, content, suffix):
    found = read(tmp_path, content)
    write_reactions(found, tmp_path / f"tidy{suffix}")
    back = read_reactions(tmp_path / f"tidy{suffix}")
    facts = ("plate", "well", "sample", "gene", "task", "ct_cycles", "quantity")
    assert [[getattr(one, fact) for fact in facts] for one in back.reactions] == [
        [getattr(one, fact) for fact in facts] for one in found.reactions
    ]
    assert (back.cycle_limit, back.quantity_unit) == (found.cycle_limit, found.quantity_unit)
    with pytest.raises(InputError, match=r"csv: the file cannot be written \(No such file or directory\)$"):
        write_reactions(found, tmp_path / "no folder" / "x.csv")


@pytest.mark.parametrize("content", [MXPRO, LIGHTCYCLER, SDS, QUANTSTUDIO, TIDY, rdml(), packed(rdml())])
def test_damaged_files_give_a_result_or_an_input_error(tmp_path, content):
    rng = random.Random(20)
    raw = content if isinstance(content, bytes) else content.encode()
    refused = 0
    for trial in range(150):
        damaged = bytearray(raw)
        if trial % 3 == 0:
            del damaged[rng.randrange(len(raw)) :]
        for _ in range(rng.randrange(1, 12) if trial % 3 else 0):
            if damaged:
                damaged[rng.randrange(len(damaged))] = rng.choice((rng.randrange(256), *b'\t\n\r,;"<>&/.-0A'))
        path = save(tmp_path, bytes(damaged))
        try:
            read_reactions(path)
        except InputError:
            refused += 1
    assert refused > 0


def test_a_second_table_with_other_rows_is_refused(tmp_path):
    again = QUANTSTUDIO.replace("26.258", "27.258")
    assert faults_of(tmp_path, QUANTSTUDIO + "\n\n" + again) == [
        "run.dat line 21: a second table of QuantStudio begins here, with other rows than the one on line 4: write "
        "each plate into a file of its own"
    ]
    assert cts(read(tmp_path, QUANTSTUDIO + "\n\n" + QUANTSTUDIO)) == cts(read(tmp_path, QUANTSTUDIO))


def test_fields_parted_by_bars(tmp_path):
    assert cts(read(tmp_path, MXPRO.replace("\t", "|"))) == cts(read(tmp_path, MXPRO))


def test_genotypes_in_a_table_alone_are_no_cts(tmp_path):
    text = "Well,Sample Name,SNP Assay Name,Allele1 Ct,Allele2 Ct\nA1,s1,CYP,24.1,25.2\nA2,s2,CYP,26.1,22.2\n"
    assert faults_of(tmp_path, text) == ["run.dat: the file has genotypes (alleles of a SNP), not Cts of genes"]
