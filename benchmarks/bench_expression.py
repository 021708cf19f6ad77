"""The hierarchical expression model: the model of the catalogue against every latent effect sampled, non-centred.

Same priors, same reactions, same settings, one process; sampling alone is timed, compiling beside it. ESS is the
smallest of bulk and tail over every scalar parameter, not over coordinates. The row with swapped data is a second
study: what a further fit costs once a model is compiled.
"""

import time
from typing import Any
from unittest.mock import patch

import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import seeding
from lensim.expression.design import lay_out
from lensim.expression.reaction_arrays import expression_arrays, needed_slots
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import ReactionFaults
from lensim.inference.engine_nutpie import CompiledModel, compile_model, sample
from lensim.inference.gate import convergence_table
from lensim.inference.settings import SamplerSettings
from lensim.maiga2013.expression_twin import draw_expression_twin, expression_design
from lensim.models import expression_components as parts
from lensim.models.coordinates import COORDINATE_SUFFIX
from lensim.models.expression_hierarchical import build_expression_hierarchical
from lensim.models.expression_machine import Machine

ROOT = 2013
SETTINGS = SamplerSettings(draws=1000, tune=1000, chains=4)


def twins() -> list[xr.Dataset]:
    """Reactions of two twins of the study."""
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, seeding.stream(ROOT, "truth"), 2)
    data = simulate(sheet, truth, ReactionFaults(lost_probability=0.0), seeding.stream(ROOT, "machine"))
    return [one_study(data, 0), one_study(data, 1)]


def _non_centred(name: str, *, mu: Any, sigma: Any, information: Any, estimate: Any, dims: Any) -> Any:
    return pm.Deterministic(name, mu + sigma * pm.Normal(f"{name}{COORDINATE_SUFFIX}", 0.0, 1.0, dims=dims), dims=dims)


def _every_deviation_sampled(held: dict[str, Any], of: Machine, expected: Any, log2_input: Any) -> None:
    gene, cdna = held["gene_of_cell"], held["sample_of_cell"]
    slot_gene, slot_cdna, slot = held["gene_of_slot"], held["sample_of_slot"], held["slot_of_cell"]
    in_slot = of.sd_biological[slot_gene] * pm.Normal("log2_biological_of_slot_coordinate", 0.0, 1.0, dims="slot")
    own = of.sd_biological[gene] * pm.Normal("log2_biological_of_cell_coordinate", 0.0, 1.0, shape=gene.shape)
    has_slot = pt.lt(slot, slot_gene.shape[0])
    deviation = pt.switch(has_slot, pt.concatenate([in_slot, pt.zeros(1)])[slot], own)
    quantity = expected[gene, cdna] + log2_input[cdna] + deviation
    parts.bright_cells(held, of, quantity, pt.zeros(gene.shape))
    of_slot = expected[slot_gene, slot_cdna] + log2_input[slot_cdna] + in_slot
    slot = held["slot_of_dim"]
    parts.dim_reactions(
        "dim_ct_observed",
        held["dim_ct"],
        of,
        pt.concatenate([slot_gene[slot], held["gene_of_dim_standard"]]),
        pt.concatenate([held["plate_of_dim"], held["plate_of_dim_standard"]]),
        pt.concatenate([of_slot[slot], held["log2_quantity_of_dim_standard"]]),
        held["cycle_limit"],
    )


def build_non_centred(data: xr.Dataset, slots: int) -> pm.Model:
    """`expression_hierarchical` with every normal effect as mean + sd * Normal(0, 1), deviations of cells too."""
    with (
        patch.object(parts, "normal_by_information", _non_centred),
        patch.object(parts, "reactions", _every_deviation_sampled),
    ):
        return build_expression_hierarchical(data, slots=slots)


def _measure(name: str, compiled: CompiledModel, seconds: float) -> dict[str, object]:
    started = time.perf_counter()
    result = sample(compiled, SETTINGS, seeding.sampler_seed(ROOT, "benchmark"))
    sampled = time.perf_counter() - started
    table = convergence_table(result["posterior"].to_dataset()).dropna()
    table = table[[COORDINATE_SUFFIX not in name for name in table.index]]
    worst = table[["ess_bulk", "ess_tail"]].min(axis=1)
    return {
        "model": name,
        "compile_seconds": round(seconds, 1),
        "seconds": round(sampled, 1),
        "divergences": int(result["sample_stats"]["diverging"].sum()),
        "largest_r_hat": round(float(table["r_hat"].max()), 4),
        "worst_ess": round(float(worst.min())),
        "worst_variable": str(worst.idxmin()),
        "worst_ess_a_second": round(float(worst.min()) / sampled, 2),
    }


def run() -> list[dict[str, object]]:
    """One row a parametrization, and a second study; `ratio` is worst ESS a second over that of the non-centred one."""
    studies = twins()
    slots = max(needed_slots(data) for data in studies)
    rows = []
    for name, build in (
        ("as in the catalogue", build_expression_hierarchical),
        ("non-centred throughout", build_non_centred),
    ):
        started = time.perf_counter()
        compiled = compile_model(build(studies[0], slots=slots))
        rows.append(_measure(name, compiled, time.perf_counter() - started))
        if name == "as in the catalogue":
            started = time.perf_counter()
            swapped = compiled.with_data(expression_arrays(studies[1], slots))
            rows.append(_measure("as in the catalogue, swapped data", swapped, time.perf_counter() - started))
    baseline = float(str(rows[-1]["worst_ess_a_second"]))
    return [row | {"ratio": round(float(str(row["worst_ess_a_second"])) / baseline, 1)} for row in rows]


if __name__ == "__main__":
    for line in run():
        print(line)
