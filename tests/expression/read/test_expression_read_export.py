from machine_files import cts, faults_of, read


def test_sds_of_absolute_quantification_with_lines_of_the_curve(tmp_path):
    found = read(
        tmp_path,
        "Well\tSample Name\tDetector Name\tReporter\tTask\tCt\tQuantity\n1\ts1\tg\tSYBR\tUnknown\t21.5\t\n"
        "2\ts2\tg\tSYBR\tUnknown\t21.9\t\nSlope\t\tcycles/log decade\nY-Intercept\t\t\nR^2\t\t\n",
    )
    assert cts(found) == {("1", "g"): 21.5, ("2", "g"): 21.9}


def test_rq_manager(tmp_path):
    found = read(
        tmp_path,
        "SDS 2.3 RQ Results\t1.2\n\n# \tPlate\tPos\tFlag\tSample\tDetector\tTask\tCt\n"
        "1\tControl\tA1\tPassed\ts1\tG\tEndogenous Control\t11.46\n"
        "2\tControl\tA2\tPassed\ts1\tG\tTarget\tUndetermined\n",
    )
    assert [(one.plate, one.well, one.task, one.ct_cycles) for one in found.reactions] == [
        ("Control", "A1", "unknown", 11.46),
        ("Control", "A2", "unknown", None),
    ]


def test_open_array(tmp_path):
    header = "[Results]\nWell\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCt\n"
    found = read(
        tmp_path,
        f"{header}1\tA1a1\tfalse\ts1\tG\tUNKNOWN\tFAM\t29.099\n3072\tD12h8\tfalse\ts1\tH\tUNKNOWN\tFAM\tUndetermined\n",
    )
    assert cts(found) == {("A1a1", "G"): 29.099, ("D12h8", "H"): None}
    assert faults_of(tmp_path, f"{header}1\tA1i1\tfalse\ts1\tG\tUNKNOWN\tFAM\t29.099\n") == [
        "run.dat line 3: Well Position must be a well such as A1, or its number, got 'A1i1'"
    ]


def test_tables_of_results_of_lightcycler_480_and_96(tmp_path):
    found = read(
        tmp_path,
        '"Experiment Name"\t"Analysis Name"\tIncluded\tPosition\t"SampleName"\tCrossingPoint\tStandard\t"StatusDesc"\n'
        '"r"\t"a"\t1\tA1\t"s1"\t14.2520551171164\t \t" "\n"r"\t"a"\t1\tA2\t"s1"\t \t \t" "\n'
        '"r"\t"a"\t0\tA3\t"s1"\t15.5\t \t" "\n"r"\t"a"\t1\tA4\t"s1"\t40.00\t \t" "\n',
    )
    assert found.instrument == "LightCycler 480"
    assert list(cts(found).values()) == [14.2520551171164, None, None]
    found = read(
        tmp_path,
        "Position\tSample Name\tGene Name\tCq\tExcluded\tSample Type\tStandard\n"
        "A1\ts1\tTNF\t21.55\t\tUnknown\t-\nA2\ts1\tTNF\t-\t\tUnknown\t-\nA3\ts1\tTNF\t21.55\tX\tUnknown\t-\n"
        "A4\tx\tTNF\t19.1\t\tStandard\t1.0E3\nA5\tx\tTNF\t-\t\tNegative control\t-\n",
    )
    assert [(one.gene, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == [
        ("TNF", "unknown", 21.55, None),
        ("TNF", "unknown", None, None),
        ("TNF", "standard", 19.1, 1000),
        ("TNF", "no_template", None, None),
    ]
    assert found.ignored == 1


def test_rotorgene(tmp_path):
    found = read(
        tmp_path,
        '"Quantitation Information"\n"Threshold","0.02"\n\n'
        '"No.","Colour","Name","Type","Ct","Given Conc (copies/ul)","% Var"\n'
        '"1","255","s1","Unknown","21.33","",""\n"2","255","s1","Unknown","","",""\n'
        '"3","255","st","Standard","18.01","100,000",""\n"100","255","w","NTC","","",""\n"5","255","","","","",""\n',
    )
    assert (found.instrument, found.quantity_unit, found.ignored) == ("Rotor-Gene", "copies/ul", 1)
    assert [(one.well, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == [
        ("1", "unknown", 21.33, None),
        ("2", "unknown", None, None),
        ("3", "standard", 18.01, 100000),
        ("100", "no_template", None, None),
    ]
