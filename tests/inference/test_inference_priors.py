import re
from dataclasses import dataclass, field

import numpy as np
import pytest
import xarray as xr

from lensim import checks
from lensim.checks import InputError, shown
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors, WellPriors
from lensim.inference.catalogue import ModelEntry, catalogue, find_model
from lensim.inference.priors import carry_priors, priors_from, priors_of


@dataclass(frozen=True)
class Slopes:
    sd_slope: float = 1.0
    kind: str = "log"

    def __post_init__(self) -> None:
        checks.above("Slopes.sd_slope", self.sd_slope, 0.0)


@dataclass(frozen=True)
class ToyPriors:
    mean_level: float = 0.0
    slopes: Slopes = field(default_factory=Slopes)


TOY = ModelEntry(lambda data, priors=None: None, lambda data: {}, "signal", "a toy", ToyPriors)


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


def test_names_that_are_not_given_keep_their_defaults():
    assert priors_from(TOY, {}) == ToyPriors()
    assert priors_from(TOY, {"slopes": {"sd_slope": 2}}) == ToyPriors(slopes=Slopes(2.0))
    assert priors_from(TOY, {"mean_level": np.float64(3), "slopes": Slopes(0.5)}) == ToyPriors(3.0, Slopes(0.5))
    ready = ToyPriors(1.0)
    assert priors_from(TOY, ready) is ready


def test_a_toml_file_says_the_same(tmp_path):
    path = tmp_path / "priors.toml"
    path.write_text("[curves]\nsd_mu_log10_ec50_um = 0.5\n[wells]\nsd_sd_well = 1\n")
    found = priors_from(find_model("dose_response_hierarchical"), path)
    assert found == DoseResponsePriors(CurvePriors(sd_mu_log10_ec50_um=0.5), WellPriors(sd_sd_well=1.0))
    assert priors_from(find_model("dose_response_hierarchical"), str(path)) == found


def test_every_fault_is_told_with_its_place(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('mean_level = nan\nsd = 1\n[slopes]\nsd_slope = "wide"\nkind = 3\nsd_hill = 1\n')
    with pytest.raises(InputError) as caught:
        priors_from(TOY, path)
    assert str(caught.value).splitlines() == [
        "wrong.toml: mean_level must be a finite number, got nan",
        "wrong.toml: sd must be one of mean_level, slopes",
        "wrong.toml: slopes.sd_slope must be a finite number, got 'wide'",
        "wrong.toml: slopes.kind: Input should be a valid string, got 3",
        "wrong.toml: slopes.sd_hill must be one of slopes.sd_slope, slopes.kind",
    ]


def test_what_the_priors_refuse_is_told_with_its_place():
    with refused("priors: Slopes.sd_slope must be above 0, got -1"):
        priors_from(TOY, {"slopes": {"sd_slope": -1}})


def test_a_table_that_is_a_number_and_priors_that_are_none_are_refused():
    with refused("priors: slopes must be a table of sd_slope, kind, got 2.0"):
        priors_from(TOY, {"slopes": 2.0})
    with refused("priors must be ToyPriors, a mapping of its names to numbers or a TOML file, got list"):
        priors_from(TOY, [1.0])
    with refused("priors: mean_level must be a finite number, got True"):
        priors_from(TOY, {"mean_level": True})
    with refused(f"priors: mean_level must be a finite number, got {shown(10**400)}"):
        priors_from(TOY, {"mean_level": 10**400})


@pytest.mark.parametrize("name", catalogue())
def test_every_model_of_the_catalogue_takes_its_priors_by_name(name):
    entry = find_model(name)
    assert priors_from(entry, {}) == entry.priors()


def test_priors_travel_in_a_result():
    tree = xr.DataTree()
    with refused("result must carry its priors, got none: it was written before they were kept"):
        priors_of(tree)
    carry_priors(tree, ToyPriors(2.0))
    assert priors_of(tree) == {"mean_level": 2.0, "slopes": {"sd_slope": 1.0, "kind": "log"}}
