"""Real exports written again as laboratories come to have them: the same values, or a refusal in one sentence."""

from collections import Counter
from typing import Final

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_reactions
from lensim.tables.instruments.readings import read_readouts
from tests.perturbed_exports import written_again

pytestmark = pytest.mark.real_data

PLATES: Final = (
    "agilent_gen5/fluorescence/endpoint_single_plate_example.txt",
    "bmg_mars/16-03-03 13-25-45 472 QC 384 FI.csv",
    "moldev_softmax_pro/fl_kinetic_plates.txt",
    "revvity_kaleido/luminescence/luminescence_endpoint_single_plate_example_01.csv",
)
CYCLERS: Final = ("appbio_quantstudio/appbio_quantstudio_minimal_test07.txt",)
NEED_NOT_BE_READ: Final = ("the same plate twice in one file", "two plates in one file")


def numbers(path) -> Counter[tuple[str, str]]:
    found = read_readouts(path)
    return Counter((one.well, one.said or f"{one.value:.9g}") for one in found if one.said or one.value is not None)


def reactions(path) -> Counter[tuple[object, ...]]:
    found = read_reactions(path).reactions
    return Counter((one.well.lstrip("0"), one.sample, one.gene, one.task, one.ct_cycles) for one in found)


@pytest.fixture
def folder(shared_data):
    found = shared_data / "instruments"
    if not found.is_dir():
        pytest.skip("the exports of instruments are not here")
    return found


@pytest.mark.parametrize("name", [*PLATES, *CYCLERS])
def test_an_export_written_again_has_its_values_or_is_refused(folder, tmp_path, name):
    read = numbers if name in PLATES else reactions
    before = read(folder / name)
    wrong, refused = [], []
    for one in written_again(folder / name):
        path = tmp_path / one.name
        path.write_bytes(one.raw)
        kept = Counter({key: n for key, n in before.items() if str(key[0]).strip("0123456789") not in one.without})
        expected = [before + before, before] if one.is_twice else [kept]
        try:
            after = read(path)
        except InputError as error:
            refused += [f"{one.way}: {error}"] * (one.way not in NEED_NOT_BE_READ)
        else:
            wrong += [one.way] * (after not in expected)
    assert wrong == []
    assert refused == []
