"""Small fits that a plan starts from, by fast engines: groups of subjects, a panel, a panel under two conditions."""

from pathlib import Path

import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import one_study
from lensim.expression.groups.exact import draw_exact
from lensim.expression.groups.levels import MODEL
from lensim.expression.priors import LevelPriors
from lensim.inference.settings import SamplerSettings
from lensim.inference.verdict import carry_verdict
from lensim.output import save_result
from lensim.power.dose_response.study import simulate_chunk
from lensim.power.scenario import scenario_of
from tests.plan.panel_fits import PASSED, fit_of, panel_fit

LEVELS = (-0.5, -0.2, 0.0, 0.1, 0.2, 0.4, 0.4, 0.7, 0.9, 1.1, 1.3, 1.6)
PANEL_OF_CONDITIONS = {
    "name": "conditions",
    "rules": [{"rule": "ratio"}],
    "design": {"assay": "dose_response", "groups": {"line": 6}, "conditions": ["none", "IL-6"], "experiments": 2},
    "truth": {
        "conditions": [{"condition": "IL-6", "fold": 3.0, "sd_log2_fold": 0.3}],
        "population": {"mu_log10_ec50_um": -0.7, "mu_effect_at_saturation": 2.0, "sigma_effect_at_saturation": 0.3},
    },
}


def _saved(result: xr.DataTree, folder: Path, name: str) -> Path:
    path = folder / name
    save_result(result, path)
    return path


def of_groups(folder: Path, cell_types: tuple[str, ...] = ("donor",)) -> Path:
    """Six control and six drug subjects of each cell type, one log2 apart."""
    kinds = len(cell_types)
    groups = [(kind, condition) for kind in range(kinds) for condition in range(2)]
    names = [f"{cell_types[k]}, {c}" if kinds > 1 else c for k in range(kinds) for c in ("vehicle", "drug")]
    data = xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, [*LEVELS] * kinds),
            v.TARGET_OF_LEVEL: (v.LEVEL, [0] * 12 * kinds),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, range(12 * kinds)),
            v.GROUP_OF_SUBJECT: (v.SUBJECT, [group for group in range(2 * kinds) for _ in range(6)]),
            v.CELL_TYPE_OF_GROUP: (v.GROUP, [kind for kind, _ in groups]),
            v.CONDITION_OF_GROUP: (v.GROUP, [condition for _, condition in groups]),
            v.IS_CONTROL: (v.CONDITION, [1, 0]),
        },
        coords={
            v.TARGET: ["TNF"], v.SUBJECT: [f"s{k}" for k in range(12 * kinds)], v.GROUP: names,
            v.CELL_TYPE: list(cell_types), v.CONDITION: ["vehicle", "drug"],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )  # fmt: skip
    drawn = draw_exact(data, MODEL, LevelPriors(), SamplerSettings(draws=500, chains=2), 1)
    result = xr.DataTree.from_dict({"/posterior": drawn["posterior"].to_dataset(), "/observations": data})
    carry_verdict(result, PASSED)
    return _saved(result, folder, "groups.nc")


def of_panel(folder: Path) -> Path:
    """Six lines without conditions."""
    return _saved(panel_fit(), folder, "panel.nc")


def of_conditions(folder: Path) -> Path:
    """Six lines under two conditions, of which the second makes IC50s three times as large."""
    batch = simulate_chunk(scenario_of(PANEL_OF_CONDITIONS), ("fit",), 1)  # type: ignore[arg-type]
    data = one_study(batch.data, 0)
    return _saved(fit_of(data), folder, "conditions.nc")
