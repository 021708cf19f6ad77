"""Reactions of a run as columns, from an export or from the Dataset of a study, for the checks of RT-qPCR."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.read.reactions import DEFAULT_CYCLE_LIMIT, Reactions
from lensim.expression.read.role_names import sample_with_rt

_COLUMNS: Final = ("plate", "well", "sample", "gene", "task", "ct_cycles", "quantity")
UNNAMED: Final = "unnamed gene"
"""What was asked of wells of which the file does not say it."""


@dataclass(frozen=True)
class Run:
    """Reactions of a run; all arrays along the reaction.

    Attributes
    ----------
    plate, well, sample, gene, task
        Texts; task as in `Reaction`.
    ct_cycles
        NaN = not detected.
    quantity
        Of standards, in `quantity_unit`; NaN elsewhere.
    cycle_limit
        Cycles run.
    quantity_unit
        Empty where it is not known.
    references
        Names of the reference genes, where they are known.
    """

    plate: np.ndarray
    well: np.ndarray
    sample: np.ndarray
    gene: np.ndarray
    task: np.ndarray
    ct_cycles: np.ndarray
    quantity: np.ndarray
    cycle_limit: float
    quantity_unit: str = ""
    references: tuple[str, ...] = ()

    def of(self, *tasks: str) -> np.ndarray:
        """Which reactions have one of these tasks."""
        return np.isin(self.task, tasks)

    @property
    def genes(self) -> list[str]:
        """In the order of the reactions."""
        return list(dict.fromkeys(self.gene.tolist()))

    def named(self, at: int, well: str = "") -> str:
        """A reaction by plate, well, gene and sample, as far as they are known; `well` where there are several."""
        where = f"{self.plate[at]} {well or self.well[at]}".strip()
        return ", ".join(part for part in (where, str(self.gene[at]), str(self.sample[at])) if part)


def run_of_reactions(reactions: Reactions, references: Sequence[str] = ()) -> Run:
    """The run of an instrument's export, before a sheet says what its samples are."""
    rows = reactions.reactions
    texts = {
        name: np.array([getattr(one, name) for one in rows], dtype=object)
        for name in ("plate", "well", "sample", "gene", "task")
    }
    texts["gene"][texts["gene"] == ""] = UNNAMED
    return Run(
        **texts,
        ct_cycles=np.array([np.nan if one.ct_cycles is None else one.ct_cycles for one in rows], dtype=float),
        quantity=np.array([np.nan if one.quantity is None else one.quantity for one in rows], dtype=float),
        cycle_limit=reactions.cycle_limit or DEFAULT_CYCLE_LIMIT,
        quantity_unit=reactions.quantity_unit,
        references=tuple(references),
    )


def beside_studies(run: Run, studies: Sequence[xr.Dataset]) -> Run:
    """The reactions of files that Datasets lack: plate calibrators, and wells without RT on plates without a sample.

    Parameters
    ----------
    run
        All reactions of the files.
    studies
        The studies that the files have.
    """
    plates = {str(name) for data in studies for name in data[v.PLATE].to_numpy()}
    of = run.of("plate_calibrator") | (run.of("no_rt") & ~np.isin(run.plate.astype(str), list(plates)))
    return replace(run, **{name: getattr(run, name)[of] for name in _COLUMNS})


def run_of_study(data: xr.Dataset, others: Run | None = None) -> Run:
    """The run of a study's Dataset, in which samples are subjects under conditions.

    Parameters
    ----------
    data
        As readers and the simulator give it.
    others
        Reactions of the same files that a Dataset lacks, as from `beside_studies`.
    """
    genes, plates = (data[name].to_numpy().astype(object) for name in (v.GENE, v.PLATE))
    parts = [_unknowns(data, genes, plates)]
    if v.NO_RT_CT in data:
        parts.append(_without_rt(data, genes, plates, parts[0][2]))
    for task, ct, quantity, gene, plate, well in (
        ("standard", v.STANDARD_CT, v.STANDARD_QUANTITY, v.GENE_OF_STANDARD, v.PLATE_OF_STANDARD, v.STANDARD_WELL),
        ("no_template", v.NO_TEMPLATE_CT, "", v.GENE_OF_NO_TEMPLATE, v.PLATE_OF_NO_TEMPLATE, v.NO_TEMPLATE_WELL),
    ):
        if ct in data:
            values = data[ct].to_numpy().astype(float)
            none = np.full(len(values), "", dtype=object)
            amount = data[quantity].to_numpy().astype(float) if quantity else np.full(len(values), np.nan)
            names = data[well].to_numpy().astype(object) if well in data else none
            own = (plates[data[plate].to_numpy()], names, none, genes[data[gene].to_numpy()])
            parts.append((*own, np.full(len(values), task, dtype=object), values, amount))
    if others is not None:
        parts.append(tuple(getattr(others, name) for name in _COLUMNS))
    joined = [np.concatenate([part[at] for part in parts]) for at in range(len(_COLUMNS))]
    unit = str(data[v.STANDARD_QUANTITY].attrs.get("units", "")) if v.STANDARD_QUANTITY in data else ""
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    columns = dict(zip(_COLUMNS, joined, strict=True))
    references = tuple(str(name) for name in genes[is_reference])
    return Run(**columns, cycle_limit=float(data[v.CYCLE_LIMIT]), quantity_unit=unit, references=references)


def _unknowns(data: xr.Dataset, genes: np.ndarray, plates: np.ndarray) -> tuple[np.ndarray, ...]:
    ct = data[v.CT].to_numpy().astype(float)
    names = [
        data[dim].to_numpy().astype(str)[data[of].to_numpy()]
        for dim, of in (
            (v.SUBJECT, v.SUBJECT_OF_SAMPLE),
            (v.CONDITION, v.CONDITION_OF_SAMPLE),
            (v.EXPERIMENT, v.EXPERIMENT_OF_SAMPLE),
        )
    ]
    samples = np.array([", ".join(parts) for parts in zip(*names, strict=True)], dtype=object)
    well = data[v.WELL_NAME].to_numpy().astype(object) if v.WELL_NAME in data else np.full(len(ct), "", dtype=object)
    return (
        plates[data[v.PLATE_OF_REACTION].to_numpy()],
        well,
        samples[data[v.SAMPLE_OF_REACTION].to_numpy()],
        genes[data[v.GENE_OF_REACTION].to_numpy()],
        np.full(len(ct), "unknown", dtype=object),
        ct,
        np.full(len(ct), np.nan),
    )


def _without_rt(data: xr.Dataset, genes: np.ndarray, plates: np.ndarray, samples: np.ndarray) -> tuple[np.ndarray, ...]:
    """Wells without RT; the sample is named as its reactions with RT are, where the file calls one sample so."""
    ct = data[v.NO_RT_CT].to_numpy().astype(float)
    named: dict[str, set[str]] = {}
    if v.SAMPLE_NAME in data:
        for name, sample in zip(data[v.SAMPLE_NAME].to_numpy().astype(str), samples, strict=True):
            named.setdefault(str(name), set()).add(str(sample))
    own = []
    for name in data[v.NO_RT_SAMPLE].to_numpy().astype(str).tolist() if v.NO_RT_SAMPLE in data else [""] * len(ct):
        fits = named.get(name) or named.get(sample_with_rt(name)) or set()
        own.append(next(iter(fits)) if len(fits) == 1 else name)
    none = np.full(len(ct), "", dtype=object)
    return (
        plates[data[v.PLATE_OF_NO_RT].to_numpy()],
        data[v.NO_RT_WELL].to_numpy().astype(object) if v.NO_RT_WELL in data else none,
        np.array(own, dtype=object),
        genes[data[v.GENE_OF_NO_RT].to_numpy()],
        np.full(len(ct), "no_rt", dtype=object),
        ct,
        np.full(len(ct), np.nan),
    )
