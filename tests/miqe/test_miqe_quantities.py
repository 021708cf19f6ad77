import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.miqe.quantities import OF_MEAN, quantities_table
from lensim.miqe.study import Study
from tests.report.made_up_fits import made_up_fit


def test_a_quantity_is_that_of_the_truth():
    fit = made_up_fit("expression")
    table, posterior = quantities_table(Study(fit)), fit["posterior"].to_dataset().mean(("chain", "draw"))
    row = table[table["detected"] == 2].iloc[0]
    shift = float(posterior[v.PLATE_SHIFT].sel({v.PLATE: row["plate"]}))
    expected = float(posterior[v.FACTOR].sel({v.GENE: row["gene"]})) ** (
        float(posterior[v.UNIT_CT].sel({v.GENE: row["gene"]})) + shift - row["ct_cycles"]
    )
    assert row["quantity"] == pytest.approx(expected, rel=0.05)
    assert row["unit"] == "ng"
    assert (table["quantity_lower"].dropna() < table["quantity"].dropna()).all()


def test_a_wider_interval_holds_the_narrower():
    fit = made_up_fit("expression")
    narrow, wide = quantities_table(Study(fit, 0.5)), quantities_table(Study(fit, 0.99))
    seen = narrow["quantity"].notna()
    assert (wide["quantity_upper"] > narrow["quantity_upper"])[seen].all()


def test_what_was_not_detected_has_no_quantity():
    fit = made_up_fit("expression")
    data = fit["observations"].to_dataset()
    ct = data[v.CT].to_numpy().copy()
    own = (data[v.GENE_OF_REACTION].to_numpy() == 0) & (data[v.SAMPLE_OF_REACTION].to_numpy() == 0)
    ct[own] = np.nan
    fit["observations"].dataset = data.assign({v.CT: (v.REACTION, ct)})
    row = quantities_table(Study(fit)).iloc[0]
    assert np.isnan(row["quantity"])
    assert row["note"] == "not detected"


def test_a_gene_without_a_series_is_told_relative_to_its_mean():
    fit = made_up_fit("expression")
    fit["observations"].dataset = fit["observations"].to_dataset().drop_dims(v.STANDARD)
    table = quantities_table(Study(fit))
    assert set(table["unit"]) == {OF_MEAN}
    assert np.log2(table["quantity"]).groupby(table["gene"]).mean().abs().max() < 0.2


def test_the_same_fit_gives_the_same_numbers():
    fit = made_up_fit("expression")
    assert quantities_table(Study(fit)).equals(quantities_table(Study(fit)))
