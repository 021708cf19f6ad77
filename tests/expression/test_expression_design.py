import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.design import ExpressionDesign, lay_out


def design(**changes: object) -> ExpressionDesign:
    return ExpressionDesign(
        **{"subjects": ("a", "b", "c"), "cell_type_of_subject": ("line", "line", "donor"), **changes}
    )


def test_every_sample_has_every_gene_in_replicate():
    sheet = lay_out(design())
    pairs = np.column_stack([sheet[v.SAMPLE_OF_REACTION], sheet[v.GENE_OF_REACTION]])
    _, counts = np.unique(pairs, axis=0, return_counts=True)
    assert len(counts) == sheet.sizes[v.SAMPLE] * sheet.sizes[v.GENE] == 3 * 2 * 2 * 4
    assert (counts == 2).all()


def test_the_samples_of_a_subject_and_experiment_share_a_plate():
    sheet = lay_out(design(subjects=[f"s{k}" for k in range(9)], cell_type_of_subject=["line"] * 9))
    sample = sheet[v.SAMPLE_OF_REACTION].values
    key = sheet[v.SUBJECT_OF_SAMPLE].values[sample] * 100 + sheet[v.EXPERIMENT_OF_SAMPLE].values[sample]
    for own in np.unique(key):
        assert len(np.unique(sheet[v.PLATE_OF_REACTION].values[key == own])) == 1
    _, wells = np.unique(sheet[v.PLATE_OF_REACTION].values, return_counts=True)
    assert wells.max() <= 96


def test_dilution_series_stand_on_a_plate_of_their_own_or_nowhere():
    sheet = lay_out(design())
    assert sheet.sizes[v.STANDARD] == 6 * 4 * 2
    assert set(sheet[v.PLATE_OF_STANDARD].values).isdisjoint(sheet[v.PLATE_OF_REACTION].values)
    assert lay_out(design(dilutions=())).sizes[v.STANDARD] == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"references": ()}, r"^ExpressionDesign\.references, their number, must be at least 1, got 0$"),
        ({"conditions": ("untreated",)}, r"^ExpressionDesign\.conditions, their number, must be at least 2, got 1$"),
        (
            {"targets": ("TNF", "RPL37A")},
            r"^ExpressionDesign\.targets and references must not name .* twice, got RPL37A$",
        ),
        ({"cell_type_of_subject": ("line",)}, r"must have one name a subject \(3\), got 1$"),
        ({"calibrator": "z"}, r"^ExpressionDesign\.calibrator must be one of a, b, c, got 'z'$"),
        ({"dilutions": (1.0, 0.0)}, r"^ExpressionDesign\.dilutions\[1\] must be above 0, got 0$"),
        ({"technical_replicates": 13}, r"fit on a plate of 8 x 12 wells, got 13$"),
        ({"dilution_replicates": 4}, r"must let 100 standards fit on a plate of 8 x 12 wells, got 4$"),
    ],
)
def test_a_faulty_design_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        design(**changes)
