"""Fits without a sampler: draws close around the truth of a twin of each assay, with its data."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.design import lay_out as lay_out_bioassay
from lensim.bioassay.simulate import simulate as simulate_bioassay
from lensim.cell_cycle.design import lay_out as lay_out_cell_cycle
from lensim.cell_cycle.simulate import simulate as simulate_cell_cycle
from lensim.cell_cycle.truth import Cytometer
from lensim.cell_cycle.truth import draw_truth as draw_cell_cycle
from lensim.dose_response import NO_FAULTS
from lensim.dose_response import lay_out as lay_out_dose_response
from lensim.dose_response import simulate as simulate_dose_response
from lensim.expression.design import lay_out as lay_out_expression
from lensim.expression.simulate import simulate as simulate_expression
from lensim.expression.truth import NO_FAULTS as NO_REACTION_FAULTS
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
from lensim.maiga2013.cell_cycle_twin import POPULATION, cell_cycle_design
from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
from lensim.maiga2013.expression_twin import draw_expression_twin, expression_design
from lensim.seeding import stream

CHAINS, DRAWS, SPREAD = 2, 60, 0.02
ASSAYS = ("dose_response", "expression", "bioassay", "cell_cycle")


def made_up_fit(assay: str) -> xr.DataTree:
    """A fit of the first study of a twin; the caller may change it."""
    return _made_up_fit(assay).copy(deep=True)


@cache
def _made_up_fit(assay: str) -> xr.DataTree:
    data, truth = {
        "dose_response": _dose_response,
        "expression": _expression,
        "bioassay": _bioassay,
        "cell_cycle": _cell_cycle,
    }[assay]()
    result = around(truth.isel(study=0), data.isel(study=0))
    if assay == "dose_response":
        replicate_wells(result, data.isel(study=0))
    result.attrs |= {"assay": assay, "seed": 1, "model": f"{assay}_made_up"}
    carry_verdict(result, Verdict(True, (), 1.0, 1000.0, 1000.0, "x", 0, 1.0, 0.0))
    return result


def renamed(result: xr.DataTree, names: Mapping[str, str]) -> xr.DataTree:
    """The same fit of someone who has other names for lines, genes, conditions and the rest."""
    found = result.copy(deep=True)
    for group in ("posterior", "observations"):
        dataset = found[group].to_dataset()
        for dim, values in dataset.coords.items():
            if values.dtype.kind in "UO":
                dataset = dataset.assign_coords({dim: [names.get(str(one), str(one)) for one in values.to_numpy()]})
        dataset.attrs |= {key: names.get(str(value), value) for key, value in dataset.attrs.items()}
        found[group] = xr.DataTree(dataset)
    return found


def around(truth: xr.Dataset, data: xr.Dataset) -> xr.DataTree:
    """Draws around each variable of a truth; what is a spread stays above 0."""
    rng = stream(1, "draws")
    draws = {}
    for name, values in truth.data_vars.items():
        around = values.to_numpy() + SPREAD * rng.standard_normal((CHAINS, DRAWS, *values.shape))
        positive = bool((values > 0).all())
        draws[name] = (("chain", "draw", *values.dims), np.maximum(around, 1e-3) if positive else around)
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords=truth.coords)})
    attach_observations(tree, data)
    return tree


def replicate_wells(result: xr.DataTree, data: xr.Dataset) -> None:
    log_signal = np.log(np.maximum(data[v.SIGNAL].to_numpy(), 1.0))
    draws = log_signal + 0.1 * stream(1, "wells").standard_normal((CHAINS, DRAWS, len(log_signal)))
    name = "log_signal_observed"
    result["posterior_predictive"] = xr.DataTree(xr.Dataset({name: (("chain", "draw", v.WELL), draws)}))
    result["observed_data"] = xr.DataTree(xr.Dataset({name: (v.WELL, log_signal)}))


def _dose_response() -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out_dose_response(dose_response_design(experiments=1), stream(1, "sheet"))
    truth = draw_twin(sheet, stream(1, "truth"))
    return simulate_dose_response(sheet, truth, NO_FAULTS, stream(1, "machine")), truth


def _expression() -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out_expression(expression_design())
    truth = draw_expression_twin(sheet, stream(1, "truth"))
    unit = truth[v.ONE_COPY_CT] - truth[v.LOG2_COPIES_PER_UNIT] / np.log2(truth[v.FACTOR])
    return simulate_expression(sheet, truth, NO_REACTION_FAULTS, stream(1, "machine")), truth.assign({v.UNIT_CT: unit})


def _bioassay() -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out_bioassay(bioassay_design())
    truth = draw_bioassay_twin(sheet, stream(1, "truth"))
    return simulate_bioassay(sheet, truth, NO_FAULTS, stream(1, "machine")), truth


def _cell_cycle() -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out_cell_cycle(cell_cycle_design(2))
    truth = draw_cell_cycle(POPULATION, sheet, stream(1, "truth"))
    return simulate_cell_cycle(sheet, truth, Cytometer(), stream(1, "machine")), truth
