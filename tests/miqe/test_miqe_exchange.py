from lensim.miqe.exchange import METHOD, exchange_of, rdes_files
from tests.report.made_up_fits import made_up_fit


def test_the_efficiencies_of_the_fit_go_along():
    fit = made_up_fit("expression")
    found = exchange_of(fit)
    assert set(found.curves) == {"TNF", "CXCL8", "IGF1", "RPL37A"}
    mean = float(fit["posterior"]["amplification_factor"].sel(gene="TNF").mean())
    assert abs(found.curves["TNF"].factor - mean) < 1e-9
    assert found.curves["TNF"].method == METHOD
    assert list(rdes_files(found))[:2] == ["plate_1.tsv", "plate_2.tsv"]
