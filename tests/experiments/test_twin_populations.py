import pandas as pd

from experiments import twin_populations as experiment
from lensim.maiga2013.dose_response_twin import PAPER_POPULATION
from lensim.maiga2013.expression_twin import POPULATION
from lensim.maiga2013.populations import DOSE_RESPONSE, EXPRESSION


def test_what_is_in_use_is_what_is_found(tmp_path):
    """From the populations before calibration, which are further off than what is found may be."""
    before = experiment.figures_of(PAPER_POPULATION, POPULATION)
    answer = experiment.figures_of(DOSE_RESPONSE, EXPRESSION)
    assert max(abs(before[name] - answer[name]) for name in answer) > 0.2
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text("seed = 5\nrounds = 6\nstudies = 150\ncheck_studies = 200\n")
    experiment.run(config, out)
    assert {path.name for path in out.iterdir()} == {
        "small.toml", "findings.txt", "manifest.json", "figures.csv", "readings.csv"
    }  # fmt: skip
    figures = pd.read_csv(out / "figures.csv")
    assert figures["in_use"].tolist() == list(answer.values())
    assert (figures["found"] - figures["in_use"]).abs().max() < 0.1
    assert "stated numbers" in (out / "findings.txt").read_text()
