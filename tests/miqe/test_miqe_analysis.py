import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.miqe import analysis
from lensim.miqe.study import Study
from tests.report.made_up_fits import made_up_fit


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(made_up_fit("expression"))


def test_groups_and_their_numbers_are_told(study):
    assert analysis.groups(study).value.startswith("control untreated; against it lenalidomide; cell types ")
    assert analysis.number(study).value.startswith(f"{study.data.sizes[v.SUBJECT]} subjects (")
    assert "samples: untreated 44, lenalidomide 44; 2 experiments" in analysis.number(study).value


def test_cts_are_told_as_read(study):
    missing = int(np.isnan(study.data[v.CT].to_numpy()).sum())
    told = analysis.cq(study)
    assert told.value == (
        f"Cq as read (a table), none computed anew; {missing} of {study.data.sizes[v.REACTION]} not detected by cycle "
        "40, and kept as such"
    )
    assert told.lacks == "baseline and threshold, or the other method, of that program"


def test_what_the_file_left_out_is_told():
    fit = made_up_fit("expression")
    fit["observations"].attrs |= {"wells_ignored": 3, "genes_left_out": "IL6", "instrument": "MxPro"}
    told = analysis.outliers(Study(fit)).value
    assert told.startswith("3 wells left out by the file (omitted, empty, without result); genes without a sample left")
    assert "(MxPro)" in analysis.cq(Study(fit)).value


def test_m_is_that_of_genorm():
    fit = made_up_fit("expression")
    data = fit["observations"].to_dataset()
    flags = np.zeros(data.sizes[v.GENE], dtype=np.int64)
    flags[-2:] = 1
    fit["observations"].dataset = data.assign({v.IS_REFERENCE: (v.GENE, flags)})
    found = analysis.genorm_m(Study(fit))
    from lensim.expression.cells import mean_ct

    ct = mean_ct(data)[-2:]
    difference = ct[0] - ct[1]
    spread = difference[np.isfinite(difference)].std(ddof=1)
    assert list(found.values()) == pytest.approx([spread, spread])
    assert analysis.genorm_m(Study(made_up_fit("expression"))) == {}


def test_a_single_reference_says_what_it_cannot_tell(study):
    told = analysis.references(study)
    assert told.value == (
        "1 reference: RPL37A; with one reference its own response cannot be told from those of all targets"
    )
    assert told.lacks == "why these were chosen"


def test_replicates_are_told_with_their_kind_and_spread(study):
    assert analysis.technical(study).value.startswith("replicate reactions at the stage of qPCR: ")
    assert "sd 0." in analysis.repeatability(study).value
    assert analysis.biological(study).value.startswith("22 subjects, 2 experiments; sd of log2 fold changes")
    assert analysis.reproducibility(study).value


def test_one_plate_tells_no_reproducibility():
    fit = made_up_fit("expression")
    fit["observations"].dataset = fit["observations"].to_dataset().isel({v.PLATE: [0], v.EXPERIMENT: [0]})
    assert analysis.reproducibility(Study(fit)).lacks == "one plate and one experiment: a second run tells it"


def test_the_analysis_is_told_with_its_model_and_seed(study):
    assert "Bayesian model expression_made_up, engine nuts; intervals hold 90%" in analysis.statistics(study).value
    assert analysis.software(study).value == "lensim , seed 1 (sheet settings)"
    assert analysis.power_analysis(study).value == ""
    assert analysis.method(study).value.startswith("from the standard curve, in ng: ")
