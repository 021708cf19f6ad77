"""Files of exclusions of every assay, with the data that they are of."""

import math
from functools import cache

import xarray as xr

from lensim import simulate
from lensim.dose_response.design import DoseResponseDesign
from lensim.dose_response.simulate_growth import GrowthDesign
from lensim.expression.design import ExpressionDesign
from tests.fuzz.case import Case


@cache
def data_of_assays() -> dict[str, xr.Dataset]:
    """A small study of each assay; that of dose-response has blanks and wells of time zero too."""
    panel = DoseResponseDesign(
        ("a", "b"), ("g", "h"), doses_um=(0.0, 1.0, 10.0, 100.0), experiments=1, replicates=2, counting_minutes=math.inf
    )
    _, dose_response = simulate.dose_response(panel, growth=GrowthDesign(time_zero_wells=2), seed=3)
    _, expression = simulate.expression(ExpressionDesign(("s1", "s2"), ("donor",) * 2, experiments=1), seed=3)
    _, bioassay = simulate.bioassay(seed=3)
    _, cell_cycle = simulate.cell_cycle(seed=3)
    return {
        "dose_response": dose_response, "expression": expression, "bioassay": bioassay, "cell_cycle": cell_cycle,
    }  # fmt: skip


def exclusion_cases() -> dict[str, Case]:
    """Each file has the name of the assay whose data it is of."""
    data_of_assays()  # made now, not while a reader is watched
    return {
        "wells": Case({"dose_response.csv": b"plate,well,reason\n\"experiment 1, plate 1\",B2,bubble\nplate 1,D3,\"spilt, twice\"\n"}),
        "doses": Case({"dose_response.tsv": "cell_line\tdose_nM\tplate\treason\tnote\na\t1000\t*\tpr\u00e9cipit\u00e9\t\n".encode()}),
        "decimal commas": Case({"dose_response.csv": b"Cell line;Dose (uM);Why\na;1,0;odd\nb;100;edge\n"}),
        "kinds of wells": Case({"dose_response.csv": b"plate,well,task,cell_line,reason\nplate 1,A8,blank,,bubble\nplate 1,B2,,a,bubble\n"}),
        "a plate that is all": Case({"dose_response.csv": b"plate,reason\nplate 1,lost\n"}),
        "of studies": Case({"dose_response.csv": b"time_h,plate,well,reason\n24,plate 1,B2,bubble\n*,plate 1,D3,dust\n"}, {"by": "time_h"}),
        "reactions": Case({"expression.csv": b"plate,well,target,reason,check,found\nplate 1,A1,TNF,no curve,replicates,far\nplate 1,A2,,bubble,,\n"}),
        "genes of samples": Case({"expression.csv": b"target,sample,experiment,reason\nTNF,\"s1, untreated\",experiment 1,two peaks\n"}),
        "standards": Case({"expression.csv": b"plate,target,task,reason\ndilution series,TNF,standard,wrong tube\n"}),
        "samples": Case({"bioassay.csv": b"plate,well,task,reason\nexperiment 1,A1,standard,air\nexperiment 1,A2,,air\n"}),
        "tubes": Case({"cell_cycle.csv": b"cell_line;condition;experiment;reason\nLP-1;lenalidomide;experiment 1;clumps\n"}),
    }  # fmt: skip
