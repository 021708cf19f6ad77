import pandas as pd
import pytest

from experiments import audit_published_statistics as experiment
from lensim.maiga2013.published import published_summaries
from lensim.summaries.read import read_summaries


def test_every_stated_result_is_audited(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text("seed = 2013\ndraws = 500\nmeasurement_sd = 0.3\n")
    experiment.run(config, out)
    names = {path.name for path in out.iterdir()}
    assert names == {
        "small.toml", "findings.txt", "manifest.json", "posterior.nc", "published.toml", "implied.png",
        "attainable.png", "audit.csv",
        "audit_percent_change.csv", "posterior.csv", "posterior_with_measurement.csv", "mann_whitney.csv",
        "next_four.csv",
    }  # fmt: skip
    assert read_summaries(out / "published.toml")[0] == published_summaries(0.3)
    audits = pd.read_csv(out / "audit.csv")
    assert audits["summary"].nunique() == 4
    found = audits[audits["as_named"] & (audits["verdict"] == "attainable")].groupby("summary")["analysis"].apply(list)
    assert found["IGF1, primary myeloma"] == [
        "two-sided paired t on ratios", "two-sided paired t on levels", "one-sided (increase) paired t on levels",
    ]  # fmt: skip
    assert "two-sided paired t on ratios" not in found["TNF, primary myeloma"]
    said = (out / "findings.txt").read_text()
    assert "given by two-sided, normal approximation, continuity corrected, 1 of 48 pairs against the rest" in said
    assert "nan" not in said
    changes = pd.read_csv(out / "audit_percent_change.csv")
    own = changes[changes["verdict"] == "attainable"].set_index("summary")
    row, *others = own.to_dict("records")
    assert own.index[0] == "TNF, primary myeloma, as percent change"
    assert row["analysis"] == "one-sided (increase) paired t on ratios"
    assert {other["test"] for other in others} == {"t_level"}
    assert "Both P values in patients can be of one analysis: two-sided paired t on levels" in said
    assert "at least 2.04-fold for TNF, primary myeloma" in said
    assert (row["lowest_p"], row["highest_p"]) == pytest.approx((0.0103, 0.0178), abs=1e-4)
    assert "impossible for TNF, myeloma line and IGF1, myeloma line" in said
