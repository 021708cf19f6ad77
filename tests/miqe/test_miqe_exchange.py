import pytest

from lensim.expression.read.rdml_write import Exchange
from lensim.expression.read.reactions import Reaction, Reactions
from lensim.miqe.exchange import METHOD, exchange_of, plates_named_otherwise, rdes_files, sample_sheet_of
from tests.report.made_up_fits import made_up_fit


def test_the_efficiencies_of_the_fit_go_along():
    fit = made_up_fit("expression")
    found = exchange_of(fit)
    assert set(found.curves) == {"TNF", "CXCL8", "IGF1", "RPL37A"}
    mean = float(fit["posterior"]["amplification_factor"].sel(gene="TNF").mean())
    assert abs(found.curves["TNF"].factor - mean) < 1e-9
    assert found.curves["TNF"].method == METHOD
    assert list(rdes_files(found))[:2] == [f"{plate}.tsv" for plate in list(found.plates)[:2]]
    assert plates_named_otherwise(found) == []


@pytest.mark.parametrize(
    ("plates", "files"),
    [
        (["P1", "day 2, run (b)"], ["P1.tsv", "day 2, run (b).tsv"]),
        (["a/b", "..", "con", "x" * 81, "ok"], ["plate_1.tsv", "plate_2.tsv", "plate_3.tsv", "plate_4.tsv", "ok.tsv"]),
        (["p1", "P1", "plate_1"], ["plate_1_.tsv", "plate_2.tsv", "plate_1.tsv"]),
    ],
)
def test_tables_are_named_after_their_plates_where_these_can_be_names_of_files(plates, files):
    reactions = [Reaction(plate, "A1", "s", "X", "unknown", 20.0, None, "", 0) for plate in plates]
    exchange = Exchange(Reactions("", (), tuple(reactions)))
    assert list(rdes_files(exchange)) == files
    otherwise = [f"{plate} in {name}" for plate, name in zip(plates, files, strict=True) if name != f"{plate}.tsv"]
    assert plates_named_otherwise(exchange) == otherwise


def test_the_sample_sheet_names_subjects_and_the_control():
    lines = sample_sheet_of(exchange_of(made_up_fit("expression"))).splitlines()
    assert lines[0] == "sample,subject,cell_type,condition,is_control,experiment"
    assert len(lines) > 2
    assert {line.split(",")[-2] for line in lines[1:]} == {"0", "1"}
