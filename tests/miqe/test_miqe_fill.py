import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.miqe.checklist import ITEMS
from lensim.miqe.fill import ANSWERED, BLANK, BY_NATURE, FACTS, FILLED, IN_PART, checklist_of, told_of_blank
from tests.report.made_up_fits import made_up_fit


@pytest.fixture(scope="module")
def fit() -> xr.DataTree:
    return made_up_fit("expression")


def row_of(checklist, name):
    return checklist.table.set_index("item").loc[name]


def test_every_item_that_a_fit_can_know_has_a_source_in_it():
    assert {item.name for item in ITEMS if item.known == "fit"} == set(FACTS)


def test_each_item_is_filled_or_listed_as_blank(fit):
    checklist = checklist_of(fit)
    counts = checklist.counts
    assert sum(counts.values()) == len(ITEMS)
    assert counts[BY_NATURE] == 58
    assert counts[ANSWERED] == 0
    assert len(checklist.blank) == counts[BY_NATURE] + counts[BLANK]
    assert (checklist.table.query("status == @FILLED or status == @IN_PART")["value"] != "").all()
    of_fit = checklist.table[checklist.table["status"] == BLANK]
    assert (of_fit["lacks"] != "").all()
    assert checklist.sentence == (
        f"89 items: {counts[FILLED]} filled from the fit and {counts[IN_PART]} in part, 0 answered by you; blank are "
        f"58 that the bench alone knows and {counts[BLANK]} that this fit does not have "
        f"({(checklist.blank['importance'] == 'E').sum()} of the blank are essential)"
    )


def test_an_answer_fills_what_is_blank_and_what_is_filled_in_part(fit):
    answers = {"sample.storage": "-80 C, 3 months", "analysis.cq": "threshold 0.2"}
    checklist = checklist_of(fit, answers=answers)
    assert row_of(checklist, "sample.storage")["status"] == ANSWERED
    assert row_of(checklist, "sample.storage")["answer"] == "-80 C, 3 months"
    assert row_of(checklist_of(fit), "analysis.cq")["status"] == IN_PART
    assert row_of(checklist, "analysis.cq")["status"] == FILLED
    assert row_of(checklist, "analysis.cq")["lacks"] == ""


def test_blanks_are_told(fit):
    told = told_of_blank(checklist_of(fit))
    assert (
        "power analysis: blank, a fit has none: make it before the study, and give the results of lensim power or "
        "lensim plan as power"
    ) in told
    assert told[-1] == (
        "blank, known at the bench alone: Experimental design 2, Sample 7, Nucleic acid extraction 13, Reverse "
        "transcription 7, qPCR target information 9, qPCR oligonucleotides 6, qPCR protocol 11, qPCR validation 2, "
        "Quantities 1"
    )


def test_a_fit_of_another_assay_is_refused():
    with pytest.raises(InputError) as fault:
        checklist_of(made_up_fit("bioassay"))
    assert str(fault.value) == ("lensim miqe takes fits of expression and of dose_response, got one of 'bioassay'")


def test_a_study_of_ratios_says_that_it_has_no_ct():
    checklist = checklist_of(_of_ratios())
    assert (
        row_of(checklist, "validation.curve")["lacks"]
        == "the study is of ratios or levels, so it has no Ct: fit the Cts"
    )
    assert row_of(checklist, "design.groups")["status"] == FILLED
    assert row_of(checklist, "quantity.method")["value"] == "relative, from ratios as read"


def _of_ratios() -> xr.DataTree:
    import lensim
    from tests.calibrate.test_calibrate_run import ratios

    return lensim.fit(ratios(), seed=1).tree


def _of_no_rt(fit):
    data = fit["observations"].to_dataset()
    zeros = np.zeros(3, dtype=np.int64)
    fit["observations"].dataset = data.assign(
        {
            v.NO_RT_CT: (v.NO_RT, [np.nan, 36.25, 37.0]),
            v.GENE_OF_NO_RT: (v.NO_RT, zeros),
            v.PLATE_OF_NO_RT: (v.NO_RT, zeros),
            v.NO_RT_SAMPLE: (v.NO_RT, ["P1 -RT"] * 3),
        }
    )
    return fit


def test_what_docs_say_is_filled_is_filled():
    fit = made_up_fit("expression")
    counts = checklist_of(fit).counts
    assert tuple(counts.values()) == (24, 4, 0, 58, 3)
    table = fit["observations"].to_dataset()
    without = made_up_fit("expression")
    without["observations"].dataset = table.drop_vars(v.WELL_NAME)
    assert tuple(checklist_of(without).counts.values()) == (22, 4, 0, 58, 5)
    whole = checklist_of(_of_no_rt(fit), rdml="run.rdml", power="lensim power: 81%")
    assert tuple(whole.counts.values()) == (26, 5, 0, 58, 0)
    told = row_of(whole, "reverse_transcription.no_rt")["value"]
    assert told.startswith("TNF without RT 2 amplified of 3, Ct 36.2, 37.0; with it Ct ")


def test_a_study_read_from_rdml_says_so():
    fit = made_up_fit("expression")
    data = fit["observations"].to_dataset()
    fit["observations"].dataset = data.assign_attrs(instrument="RDML", source="run.rdml, sheet.csv")
    row = row_of(checklist_of(fit), "analysis.rdml")
    assert row["value"] == "Cq were read from RDML: run.rdml, sheet.csv"
    assert row["status"] == IN_PART
