"""Reactions with their samples to one Dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.checks import FaultReport, InputError
from lensim.expression.read.assigned import Assigned
from lensim.expression.read.choices import UNPAIRED, Unpaired
from lensim.expression.read.factors import Factor, check_factors
from lensim.expression.read.match import Unlisted, match_sheet
from lensim.expression.read.partners import numbers_apart, settle_partners
from lensim.expression.read.plate_calibrators import correct_plates
from lensim.expression.read.reactions import DEFAULT_CYCLE_LIMIT, Reaction, Reactions
from lensim.expression.read.role_names import told_of_no_rt
from lensim.expression.read.rules import check_together, genes_with_series
from lensim.expression.read.sample_sheet import SampleSheet
from lensim.tables.control import find_control
from lensim.tables.names_alike import key_of_name

AS_STATED = "as stated"
"""Unit of the standards' quantities where no file says it."""


@dataclass(frozen=True)
class GeneRoles:
    """Which genes are references, which condition is the control, and which amplification factors are stated.

    `control` is as the user states it, empty where the file or the names of conditions show it; `control_column` is the
    file's own name for is_control.
    """

    references: tuple[str, ...]
    control: str = ""
    factors: Mapping[str, Factor] = field(default_factory=dict)
    control_column: str = v.IS_CONTROL


def assemble_reactions(
    reactions: Reactions,
    sheet: SampleSheet,
    *,
    references: Sequence[str],
    control: str = "",
    factors: Mapping[str, Factor] | None = None,
    unlisted: Unlisted = "refuse",
    unpaired: Unpaired = "refuse",
) -> xr.Dataset:
    """The Dataset of a study, from what instruments say and what the sample sheet says.

    A sample is the cDNA of one subject under one condition in one experiment. Names are in the order in which
    reactions, then standards, then reactions without template first have them.

    Parameters
    ----------
    reactions
        As from `read_reactions`.
    sheet
        As from `read_sheet`.
    references
        Names of the reference genes.
    control
        Name of the condition that others are compared with; else as the sheet's column is_control or the names of
        conditions tell (see `lensim.tables.control.find_control`).
    factors
        Amplification factors [fold a cycle] with standard errors (NaN where none is known), as from `read_factors`.
    unlisted
        What becomes of a reaction of a sample that the sheet does not have: "refuse", or "ignore" and count.
    unpaired
        What becomes of a sample without its partner, see `Choices`.

    Returns
    -------
    xr.Dataset
        ct_cycles [cycles; NaN = not detected], gene_of_reaction, sample_of_reaction, plate_of_reaction, well_name
        (reaction); standard_ct_cycles, standard_quantity, gene_of_standard, plate_of_standard (standard);
        no_template_ct_cycles, gene_of_no_template, plate_of_no_template (no_template); no_rt_ct_cycles, gene_of_no_rt,
        plate_of_no_rt, no_rt_sample_name (no_rt), where such reactions are on plates of the others; subject_of_sample,
        condition_of_sample, experiment_of_sample (sample); cell_type_of_subject (subject); is_reference,
        stated_amplification_factor, stated_amplification_factor_sd (gene); is_control (condition); cycle_limit ().
        well_name, standard_well_name, no_template_well_name and no_rt_well_name are there where wells have names,
        sample_name (reaction) where the files name samples. attrs: source, instrument, wells_ignored,
        standards_without_quantity, genes_without_factor (neither a dilution series nor a stated factor: a prior
        decides), genes_left_out (no reaction of a sample), read_notes (what is to be told, a sentence a line).

    Raises
    ------
    InputError
        With every fault, each with its file and line.
    """
    checks.one_of("unlisted", unlisted, ("refuse", "ignore"))
    if isinstance(references, str):
        raise InputError(f"references must be a list of genes, got the text {references!r}")
    check_factors(factors or {})
    faults = FaultReport(sheet.place)
    checks.one_of("unpaired", unpaired, UNPAIRED)
    assigned, ignored, told = match_sheet(reactions, sheet, unlisted, faults)
    attrs: dict[str, str | int] = {
        "source": ", ".join([*reactions.paths, sheet.place]),
        "instrument": reactions.instrument,
        "wells_ignored": ignored + reactions.ignored + reactions.without_result,
    }
    roles = GeneRoles(tuple(references), control, factors or {})
    limit = reactions.cycle_limit or DEFAULT_CYCLE_LIMIT
    faults.raise_if_any()
    return assemble(
        assigned,
        roles,
        limit,
        reactions.quantity_unit,
        attrs,
        faults,
        told=(*reactions.notes, *told),
        unpaired=unpaired,
    )


def assemble(
    assigned: Sequence[Assigned],
    roles: GeneRoles,
    cycle_limit: float,
    quantity_unit: str,
    attrs: Mapping[str, str | int],
    faults: FaultReport,
    *,
    told: Sequence[str] = (),
    unpaired: Unpaired = "refuse",
) -> xr.Dataset:
    """The Dataset of reactions that know their samples, after the rules that they must keep together.

    Cts are corrected by the plate calibrators, where there are any. What readers tell is in attrs["read_notes"].

    Raises
    ------
    InputError
        With all the faults, those already in `faults` included.
    """
    kept = [one for one in assigned if not _is_idle_standard(one.reaction)]
    kept, of_plates = correct_plates(kept, cycle_limit)
    kept = numbers_apart(kept, unpaired, faults)
    unknown = [one for one in kept if one.reaction.task == "unknown"]
    roles = replace(roles, references=_as_written(roles.references, [one.reaction.gene for one in unknown]))
    said: dict[tuple[str, str], tuple[str, int]] = {}
    for one in unknown:
        said.setdefault((one.condition, one.is_control), one.said_at)
    control = find_control(said, roles.control, faults, roles.control_column) if unknown else None
    kept, of_partners = settle_partners(kept, control.name if control else None, unpaired, faults)
    unknown = [one for one in kept if one.reaction.task == "unknown"]
    check_together(kept, roles.references, roles.factors, faults)
    faults.raise_if_any()
    if control is None:  # a fault by now
        raise InputError(f"{faults.place}: no control")
    measured = {one.reaction.gene for one in unknown}
    left_out = dict.fromkeys(one.reaction.gene for one in kept if one.reaction.gene not in measured)
    kept = [one for one in kept if one.reaction.gene in measured]
    series = genes_with_series(kept)
    data = _build(kept, roles, control.name, cycle_limit, quantity_unit)
    without = [str(g) for g in data[v.GENE].values if g not in series and g not in roles.factors]
    return data.assign_attrs(
        {v.ASSAY: v.EXPRESSION, **attrs, v.CONTROL: control.name, v.CONTROL_KNOWN_BY: control.known_by}
        | {
            "standards_without_quantity": len(assigned)
            - len([a for a in assigned if not _is_idle_standard(a.reaction)]),
            "genes_without_factor": ", ".join(without),
            "genes_left_out": ", ".join(left_out),
            v.UNPAIRED: unpaired,
            v.PLATES_CORRECTED: int(any(said.startswith("Ct is corrected") for said in of_plates)),
            v.READ_NOTES: "\n".join([*told, *of_plates, *of_partners, *told_of_no_rt(kept)]),
        }
    )


def _as_written(references: Sequence[str], genes: Sequence[str]) -> tuple[str, ...]:
    """References as the files write them, where one gene alone differs from a name by case, blanks or hyphens."""
    there = dict.fromkeys(genes)
    alike = {name: [gene for gene in there if key_of_name(gene) == key_of_name(name)] for name in references}
    return tuple(alike[name][0] if name not in genes and len(alike[name]) == 1 else name for name in references)


def amplified_without_template(data: xr.Dataset) -> list[tuple[str, str, float]]:
    """Gene, plate and Ct [cycles] of each reaction without template that has one, the earliest first.

    Raises
    ------
    InputError
        If there are such reactions without their genes and plates.
    """
    if v.NO_TEMPLATE_CT not in data:
        return []
    along: tuple[str, ...] = (v.NO_TEMPLATE,)
    needed = dict.fromkeys((v.NO_TEMPLATE_CT, v.GENE_OF_NO_TEMPLATE, v.PLATE_OF_NO_TEMPLATE), along)
    checks.has_variables(data, needed, "amplified_without_template")
    genes, plates = data[v.GENE].values[data[v.GENE_OF_NO_TEMPLATE].values], data[v.PLATE].values
    plate = plates[data[v.PLATE_OF_NO_TEMPLATE].values]
    ct = data[v.NO_TEMPLATE_CT].values
    order = [int(k) for k in np.argsort(ct, kind="stable") if np.isfinite(ct[k])]
    return [(str(genes[k]), str(plate[k]), float(ct[k])) for k in order]


def _is_idle_standard(reaction: Reaction) -> bool:
    """Whether a standard was not detected and has no stated quantity, so that it has no information."""
    return reaction.task == "standard" and reaction.quantity is None and reaction.ct_cycles is None


def _build(
    assigned: Sequence[Assigned], roles: GeneRoles, control: str, cycle_limit: float, quantity_unit: str
) -> xr.Dataset:
    unknown = [one for one in assigned if one.reaction.task == "unknown"]
    standards = [one.reaction for one in assigned if one.reaction.task == "standard"]
    blanks = [one.reaction for one in assigned if one.reaction.task == "no_template"]
    on_plates = {one.reaction.plate for one in assigned if one.reaction.task != "no_rt"}
    without_rt = [one.reaction for one in assigned if one.reaction.task == "no_rt" and one.reaction.plate in on_plates]
    reactions = [one.reaction for one in unknown]
    in_order = [*reactions, *standards, *blanks]
    genes = list(dict.fromkeys(reaction.gene for reaction in in_order))
    plates = list(dict.fromkeys(reaction.plate for reaction in in_order))
    samples = list(dict.fromkeys(one.sample for one in unknown))
    cell_type_of = {one.subject: one.cell_type for one in unknown}
    subjects, cell_types = list(cell_type_of), list(dict.fromkeys(cell_type_of.values()))
    conditions = list(dict.fromkeys(one.condition for one in unknown))
    experiments = list(dict.fromkeys(one.experiment for one in unknown))
    nothing: Factor = (np.nan, np.nan)
    factors = np.array([roles.factors.get(gene, nothing) for gene in genes], dtype=float).reshape(-1, 2)
    variables = {
        v.CT: (v.REACTION, _cts(reactions)),
        v.GENE_OF_REACTION: (v.REACTION, _positions([r.gene for r in reactions], genes)),
        v.SAMPLE_OF_REACTION: (v.REACTION, _positions([one.sample for one in unknown], samples)),
        v.PLATE_OF_REACTION: (v.REACTION, _positions([r.plate for r in reactions], plates)),
        v.STANDARD_CT: (v.STANDARD, _cts(standards)),
        v.STANDARD_QUANTITY: (v.STANDARD, np.array([r.quantity for r in standards], dtype=float)),
        v.GENE_OF_STANDARD: (v.STANDARD, _positions([r.gene for r in standards], genes)),
        v.PLATE_OF_STANDARD: (v.STANDARD, _positions([r.plate for r in standards], plates)),
        v.NO_TEMPLATE_CT: (v.NO_TEMPLATE, _cts(blanks)),
        v.GENE_OF_NO_TEMPLATE: (v.NO_TEMPLATE, _positions([r.gene for r in blanks], genes)),
        v.PLATE_OF_NO_TEMPLATE: (v.NO_TEMPLATE, _positions([r.plate for r in blanks], plates)),
        v.SUBJECT_OF_SAMPLE: (v.SAMPLE, _positions([subject for subject, _, _ in samples], subjects)),
        v.CONDITION_OF_SAMPLE: (v.SAMPLE, _positions([condition for _, condition, _ in samples], conditions)),
        v.EXPERIMENT_OF_SAMPLE: (v.SAMPLE, _positions([experiment for _, _, experiment in samples], experiments)),
        v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, _positions(list(cell_type_of.values()), cell_types)),
        v.IS_REFERENCE: (v.GENE, np.array([gene in roles.references for gene in genes], dtype=np.int64)),
        v.STATED_FACTOR: (v.GENE, factors[:, 0]),
        v.STATED_FACTOR_SD: (v.GENE, factors[:, 1]),
        v.IS_CONTROL: (v.CONDITION, np.array([name == control for name in conditions], dtype=np.int64)),
        v.CYCLE_LIMIT: ((), float(cycle_limit)),
    }
    if without_rt:
        variables |= {
            v.NO_RT_CT: (v.NO_RT, _cts(without_rt)),
            v.GENE_OF_NO_RT: (v.NO_RT, _positions([r.gene for r in without_rt], genes)),
            v.PLATE_OF_NO_RT: (v.NO_RT, _positions([r.plate for r in without_rt], plates)),
            v.NO_RT_SAMPLE: (v.NO_RT, [r.sample for r in without_rt]),
        }
    coords = {
        v.GENE: genes,
        v.PLATE: plates,
        v.SUBJECT: subjects,
        v.CELL_TYPE: cell_types,
        v.CONDITION: conditions,
        v.EXPERIMENT: experiments,
    }
    data = xr.Dataset(variables, coords)
    for name, dim, rows in (
        (v.WELL_NAME, v.REACTION, reactions),
        (v.STANDARD_WELL, v.STANDARD, standards),
        (v.NO_TEMPLATE_WELL, v.NO_TEMPLATE, blanks),
        (v.NO_RT_WELL, v.NO_RT, without_rt),
    ):
        if any(reaction.well for reaction in rows):
            data[name] = (dim, [reaction.well for reaction in rows])
    if any(one.reaction.sample not in ("", ", ".join(one.sample)) for one in unknown):
        data[v.SAMPLE_NAME] = (v.REACTION, [reaction.sample for reaction in reactions])
    for name in variables:
        if name in v.UNITS:
            data[name].attrs["units"] = v.UNITS[name]
    data[v.STANDARD_QUANTITY].attrs["units"] = quantity_unit or AS_STATED
    return data


def _cts(reactions: Sequence[Reaction]) -> np.ndarray:
    return np.array([np.nan if r.ct_cycles is None else r.ct_cycles for r in reactions], dtype=float)


def _positions(names: Sequence[object], order: Sequence[object]) -> np.ndarray:
    position = {name: at for at, name in enumerate(order)}
    return np.array([position[name] for name in names], dtype=np.int64)
