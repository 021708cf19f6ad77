from pathlib import Path

import pandas as pd

from experiments import claims

CONFIG = Path(claims.__file__).with_suffix(".toml")


def test_claims_without_fits_are_set_beside_twins(tmp_path):
    text = CONFIG.read_text().replace("studies = 2000", "studies = 40")
    path, out = tmp_path / "claims.toml", tmp_path / "out"
    path.write_text(text.replace('"results"', f'"{tmp_path}/absent"'))
    claims.run(path, out)
    table = pd.read_csv(out / "claims.csv")
    assert (table["kind"] == "number").sum() >= 30
    assert {"number", "finding", "statement", "protocol"} == set(table["kind"])
    assert "recovered" not in table
    assert "numbers that twins read lie in the central 90% of 40 twins" in (out / "findings.txt").read_text()
    for name in ("numbers.png", "findings.png", "numbers.csv", "findings.csv", "manifest.json"):
        assert (out / name).exists()
