"""What a plan may start from: a fit, a paper, ratios; and what is refused in a sentence."""

import pytest

from lensim.app.plan.asked import Asked
from lensim.app.plan.start import FIT_OF_RATIOS, start_at
from lensim.checks import InputError
from lensim.inference.verdict import verdict_of
from lensim.output import load_result
from tests.cli.test_cli_plan import expression_fit

PAPER = """
[[summary]]
name = "TNF, patients"
target = "TNF"
cell_type = "patient"
n = 4
scale = "percent_of_control"
median = 292
minimum = 170
maximum = 509
"""
RATIOS = "target,subject,cell_type,percent_of_control\n" + "".join(
    f"TNF,p{n},patient,{percent}\n" for n, percent in enumerate((170, 292, 250, 509, 310))
)


def test_a_paper_gives_its_effect_and_spread(tmp_path):
    path = tmp_path / "0.toml"
    path.write_text(PAPER)
    start = start_at(path, "paper.toml", trust=True)
    assert (start.targets, start.cell_types, start.is_made) == (["TNF"], ["patient"], False)
    effect, spread = start.effect_of("TNF", "patient", "")
    assert 1.0 < effect < 2.0
    assert 0.2 < spread < 1.5
    asked = Asked(start=start)
    assert asked.toml().splitlines()[0] == "# lensim plan next.toml --from paper.toml --out results/plan"
    assert not asked.question().scenario.is_conditional
    assert asked.digest() != Asked().digest()


def test_ratios_are_fitted_and_the_fit_is_kept(tmp_path):
    path, made = tmp_path / "0.csv", tmp_path / "fit.nc"
    path.write_text(RATIOS)
    start = start_at(path, "ratios.csv", made=made)
    assert start.is_made
    assert start.file == FIT_OF_RATIOS
    assert verdict_of(load_result(made)).passed
    assert 1.0 < start.effect_of("TNF", "patient", "")[0] < 2.0


def test_a_fit_without_a_verdict_is_refused_unless_it_is_taken_as_it_is(tmp_path):
    path = expression_fit(tmp_path, None)
    with pytest.raises(InputError, match="must say whether it converged, got no verdict: tick"):
        start_at(path, "fit.nc")
    assert start_at(path, "fit.nc", trust=True).targets


def test_a_file_of_another_kind_is_told(tmp_path):
    path = tmp_path / "0.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError):
        start_at(path, "other.csv", made=tmp_path / "fit.nc")
