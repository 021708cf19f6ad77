"""Results of fits of every assay, small, and folders as `lensim power` writes them."""

import tempfile
from functools import cache
from pathlib import Path

import xarray as xr

from lensim.inference.verdict import carry_verdict
from lensim.output import save_result
from tests.cli.test_cli_report import VERDICT
from tests.cli.test_cli_report import expression as ratios
from tests.dose_response.test_dose_response_estimands import result as dose_response
from tests.fuzz.case import Case
from tests.report.made_up_fits import ASSAYS, made_up_fit

DRAWS = 6
SETTINGS = {
    "settings": '{"sampler": {"draws": 6, "chains": 2}, "prior_draws": 500}',
    "priors": '{"sd_well": 0.2, "midpoint": {"mean": 0.5, "sd": 1.0}}',
    "attempts": 1,
    "kept_every": 1,
    "sampling_seconds": 3.5,
    "lensim_version": "0.1",
}
SCENARIO = b"""
name = "small"
seed = 5
rules = [{rule = "test", test = "t_log2"}]
[design]
assay = "ratios"
[studies]
count = 20
chunk = 10
[audit]
studies = 0
[grid]
"design.subjects.line" = [3, 8]
"truth.expression.0.mu_log2_fold_change" = [0.5]
"""


def _fit(assay: str) -> xr.DataTree:
    """Of the larger assays a fit as small as their tests have."""
    if assay == "dose_response":
        fit = dose_response()
    elif assay == "expression":
        fit = ratios()
    else:
        return made_up_fit(assay)
    carry_verdict(fit, VERDICT)
    fit.attrs |= {"assay": assay, "seed": 7, "model": "a_model"}
    return fit


def small_result(assay: str) -> bytes:
    """The file of a fit with few draws, with all that a fit writes into its attrs."""
    return small(_fit(assay))


def small(fit: xr.DataTree) -> bytes:
    """A fit with few draws, as a file."""
    groups = {
        name: group.to_dataset().isel(draw=slice(0, DRAWS), missing_dims="ignore")
        for name, group in fit.children.items()
    }
    small = xr.DataTree.from_dict(groups)
    small.attrs = dict(fit.attrs) | SETTINGS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fit.nc"
        save_result(small, path)
        return path.read_bytes()


@cache
def result_cases() -> dict[str, Case]:
    return {assay: Case({"fit.nc": small_result(assay)}) for assay in ASSAYS}


@cache
def compared_cases() -> dict[str, Case]:
    return {
        **{name: case for name, case in result_cases().items() if name != "expression"},
        "reactions": Case({"fit.nc": small(made_up_fit("expression"))}),
    }


@cache
def folder_cases() -> dict[str, Case]:
    """A folder as an experiment leaves it, and a store as `lensim power` does."""
    files = {
        "run/findings.txt": b"converged: R-hat at most 1.01\nThe power is 80%.\n",
        "run/manifest.json": b'{"seed": 1, "commit": "abc", "python": "3.13", "versions": {"numpy": "2"}, "verdicts": {"fit": "converged: yes"}, '
        b'"seconds": {"studies": 1.5}, "written_by": "lensim", "files": {"findings.txt": "00"}}\n',
        "run/table.csv": b"rule,share,share_mcse\nt,0.8,0.01\nsign,0.7,0.02\n",
        "run/asked.toml": b'name = "a"\n',
    }
    return {"experiment": Case(files)}


@cache
def store_cases() -> dict[str, Case]:
    """A finished sweep, whose files are changed before it is run on, and one of which a part is missing."""
    from lensim.power.run import run_power
    from lensim.power.scenario import read_scenario

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "study.toml"
        path.write_bytes(SCENARIO)
        run_power(read_scenario(path), Path(place) / "run")
        files = {
            one.relative_to(place).as_posix(): one.read_bytes()
            for one in sorted(Path(place).rglob("*"))
            if one.is_file() and one.name != "manifest.json"  # it has the time that the run took
        }
    begun = {name: content for name, content in files.items() if "point-0001" not in name and "summary" not in name}
    return {"finished": Case(files), "begun": Case(begun)}
