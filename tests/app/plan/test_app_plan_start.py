"""What a plan may start from: a fit, a paper, ratios; and what is refused in a sentence."""

import math

import pytest
import xarray as xr

from lensim.app.plan.asked import Asked
from lensim.app.plan.start import FIT_OF_RATIOS, start_at
from lensim.app.spoken import spoken
from lensim.checks import InputError
from lensim.inference.verdict import verdict_of
from lensim.output import load_result, save_result
from lensim.power.groups.study import not_in_posterior
from tests.app.plan.plan_fits import of_conditions, of_groups, of_panel
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
    with pytest.raises(InputError) as told:
        start_at(path, "fit.nc")
    assert "must say whether it converged, got no verdict: tick" in spoken(str(told.value))
    assert start_at(path, "fit.nc", trust=True).targets


def test_a_file_of_another_kind_is_told(tmp_path):
    path = tmp_path / "0.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError):
        start_at(path, "other.csv", made=tmp_path / "fit.nc")


def test_groups_give_the_effect_of_each_gene_against_the_control(tmp_path):
    start = start_at(of_groups(tmp_path, ("wild", "mutant")), "groups.nc")
    assert (start.targets, start.cell_types, start.contrasts) == (["TNF"], ["wild", "mutant"], ["drug"])
    assert (start.designs, start.control) == (("groups",), "vehicle")
    assert start.effect_of("TNF", "wild", "drug")[0] == pytest.approx(1.0, abs=0.1)
    asked = Asked(design="groups", start=start, subject="mutant")
    assert asked.content()["scenario"]["design"]["groups"] == {"mutant": {"vehicle": 1, "drug": 1}}
    assert not_in_posterior(asked.question().scenario)  # which finds the groups of the design in the fit


def test_a_panel_gives_the_ic50s_of_new_lines(tmp_path):
    start = start_at(of_panel(tmp_path), "panel.nc")
    assert start.designs == ("calls",)
    shares = [start.share_above(dose) for dose in (0.01, 0.1, 1.0, 10.0)]
    assert shares == sorted(shares, reverse=True)
    asked = Asked(design="calls", start=start, dose_um=3.0)
    assert asked.share_resistant == start.share_above(3.0)
    assert "truth" not in asked.content()["scenario"]
    assert asked.question().scenario.truth.posterior == start.prior


def test_conditions_give_the_ratio_of_ic50s_for_the_toml(tmp_path):
    start = start_at(of_conditions(tmp_path), "conditions.nc")
    assert (start.designs, start.control, start.contrasts) == (("dose_response",), "none", ["IL-6"])
    effect, spread = start.effect_of("IC50", "line", "IL-6")
    assert effect == pytest.approx(math.log2(3.0), abs=3 * start.doubt_of("IC50", "line", "IL-6"))
    assert 0.0 < spread < 1.0
    asked = Asked(design="dose_response", start=start, target="IC50", subject="line")
    content = asked.content()["scenario"]
    assert content["design"]["conditions"] == ["none", "IL-6"]
    assert content["truth"]["conditions"][0]["fold"]["lognormal"][0] == pytest.approx(2.0**effect, abs=1e-3)


def test_lines_beyond_the_doses_have_no_ratio_to_start_from(tmp_path):
    path = of_conditions(tmp_path)
    result = load_result(path)
    posterior = result["posterior"].to_dataset()
    posterior["log10_ec50_um"] = posterior["log10_ec50_um"] + 6.0
    deaf = xr.DataTree.from_dict({"posterior": posterior, "observations": result["observations"].to_dataset()})
    deaf.attrs |= result.attrs
    save_result(deaf, tmp_path / "deaf.nc")
    with pytest.raises(InputError, match=r"deaf\.nc must have two lines whose IC50s lie within the doses under both"):
        start_at(tmp_path / "deaf.nc", "deaf.nc")


def test_a_fit_of_another_kind_is_told_with_what_can_start_a_plan(tmp_path):
    path = expression_fit(tmp_path, without="mu_log2_fold_change")
    with pytest.raises(InputError, match=r"fit\.nc must be a fit of paired expression .* of groups .* or of a panel"):
        start_at(path, "fit.nc")
