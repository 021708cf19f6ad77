"""The RT-qPCR assay as one value: what `fit`, `summarize`, `report`, `power` and `plan` need of it."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, Assay, ResultTable
from lensim.expression.arms import MOST_ARMS_BY_SUBJECT, summarise_arms, summarise_arms_by_subject
from lensim.expression.cells import mean_ct
from lensim.expression.contrasts import summarise_contrasts, summarise_levels, summarise_references
from lensim.expression.density import DENSITIES
from lensim.expression.estimands import (
    CALIBRATOR,
    DIFFERENCE_OF_CELL_TYPES,
    DIFFERENCE_OF_LEVELS,
    LEVEL_OVER_CALIBRATOR,
    NEW_SUBJECT,
    TYPE_OF_SUBJECT,
    expression_estimands,
    judged_estimands,
    summarise_populations,
    summarise_subjects,
)
from lensim.expression.evidence import (
    DETECTED,
    LEFT_OUT,
    UNPAIRED_TREATED,
    compares_groups,
    evidence_of,
    pairs_not_there,
)
from lensim.expression.excluded import places, without
from lensim.expression.fold_change_density import DENSITY
from lensim.expression.fold_change_density import MODEL as FOLD_CHANGES
from lensim.expression.groups.density import DENSITY as LEVEL_DENSITY
from lensim.expression.groups.estimands import group_estimands, is_of_groups, judged_group_estimands
from lensim.expression.groups.levels import MODEL as LEVEL_GROUPS
from lensim.expression.groups.levels import REPEATED, has_groups, why_no_levels
from lensim.expression.groups.repeated_density import DENSITY as REPEATED_DENSITY
from lensim.expression.groups.tables import group_tables, told_of_group_ratios, weighed_group_estimands
from lensim.expression.independent_draws import ENGINE as EXACT
from lensim.expression.kernel.engine import KERNEL
from lensim.expression.misfit import (
    MISFIT,
    misfit_caption,
    misfit_notes,
    summarise_cells,
    summarise_outlying,
    with_misfit,
)
from lensim.expression.new_run import moved_by_new_run, new_run, with_new_run
from lensim.expression.plate_checks import told_of_plates
from lensim.expression.read import amplified_without_template, read_expression, write_study
from lensim.expression.reasons import percent
from lensim.expression.reference_checks import told_of_references
from lensim.expression.standard_curve import genes_of_unknown_factor
from lensim.expression.tipping import told_of_one_reference
from lensim.expression.unpaired import told_of_groups
from lensim.expression.well_checks import told_of_factors, told_of_wells
from lensim.inference.doubts import Population
from lensim.inference.further_run import FurtherRun
from lensim.inference.verdict import VerdictNote
from lensim.plain_text import counted, first_names

SHOWN_CONTROLS: Final = 5
SHOWN_MISSING: Final = 8
OF_POPULATIONS: Final = {v.MU_FOLD_CHANGE: "mean", v.SIGMA_FOLD_CHANGE: "spread", NEW_SUBJECT: "new subject"}
OF_CONTRASTS: Final = {DIFFERENCE_OF_CELL_TYPES: "fold change", DIFFERENCE_OF_LEVELS: "level"}
TOLD_LOG2: Final = 0.5
"""A mean that its prior moved by more than this is told [log2]."""


def default_model(data: xr.Dataset) -> str:
    """The model that suits a study: that of groups, of ratios where there are no Cts, pooled from three subjects on."""
    if v.GROUP_OF_LEVEL in data:
        return REPEATED
    if has_groups(data) and not why_no_levels(data):
        return LEVEL_GROUPS
    if v.CT not in data:
        return "fold_change_hierarchical"
    is_pooled = data.sizes[v.SUBJECT] > 2 or compares_groups(data)
    return "expression_hierarchical" if is_pooled else "expression_separate"


def model_reason(data: xr.Dataset) -> str:
    """Why a study of groups is not fitted by the model of groups; '' else."""
    reason = why_no_levels(data) if has_groups(data) else ""
    if not reason:
        return ""
    return f"{reason}: so expression_hierarchical was taken, and not {LEVEL_GROUPS}, which compares levels of subjects"


def estimands_of(result: xr.DataTree, asked: Asked) -> xr.Dataset:
    """Draws of every quantity of interest: of groups of different subjects their ratios, else fold changes."""
    if is_of_groups(result["posterior"].to_dataset()):
        return group_estimands(result)
    return with_misfit(expression_estimands(result), result)


def judged(estimands: xr.Dataset) -> xr.Dataset:
    """Draws that the convergence gate judges with the parameters."""
    return judged_group_estimands(estimands) if is_of_groups(estimands) else judged_estimands(estimands)


def misfits(estimands: xr.Dataset) -> Iterator[VerdictNote]:
    """Where data are not what the model says; nothing of groups, whose spreads are their own."""
    if not is_of_groups(estimands):
        yield from misfit_notes(estimands)


def tables(estimands: xr.Dataset, asked: Asked) -> tuple[ResultTable, ...]:
    """Subjects; populations, arms, cell types, levels over the calibrator and references, where there are."""
    if is_of_groups(estimands):
        return group_tables(estimands, asked)
    ci, words = asked.ci_prob, asked.words
    subjects = summarise_subjects(estimands, ci)
    caption = f"Subjects: fold change in percent of control, {words}"
    found = [ResultTable("subjects", caption, subjects, quantities={v.LOG2_FOLD_CHANGE: "fold change"})]
    if v.MU_FOLD_CHANGE in estimands:
        populations = summarise_populations(estimands, ci)
        caption = f"Populations: mean, spread and a new subject, {words}"
        found.append(ResultTable("populations", caption, populations, quantities=OF_POPULATIONS))
    found += _arms(estimands, asked)
    contrasts = summarise_contrasts(estimands, ci)
    if len(contrasts):
        caption = f"Cell types: first over second, of fold changes and of levels, {words}"
        pairs = [f"{first} less {second}" for first, second in contrasts[["first", "second"]].to_numpy()]
        found.append(ResultTable("contrasts", caption, contrasts, quantities=OF_CONTRASTS, labels={"pair": pairs}))
    if LEVEL_OVER_CALIBRATOR in estimands:
        caption = f"Level of each subject over that of {estimands.attrs[CALIBRATOR]}, {words}"
        levels = summarise_levels(estimands, ci)
        found.append(ResultTable("levels", caption, levels, quantities={LEVEL_OVER_CALIBRATOR: "level"}))
    if v.LOG2_REFERENCE_FOLD_CHANGE in estimands:
        references = summarise_references(estimands, ci)
        caption = f"References: treated over control, and how stable each is, {words}"
        own = {v.LOG2_REFERENCE_FOLD_CHANGE: "ratio"}
        found.append(ResultTable("references", caption, references, quantities=own))
    return (*found, *_misfits(estimands, asked))


def _misfits(estimands: xr.Dataset, asked: Asked) -> list[ResultTable]:
    """Cells beside what the rest of the study predicts, and outlying reactions, where there are some."""
    if MISFIT not in estimands.attrs:
        return []
    found = []
    if len(cells := summarise_cells(estimands, asked.ci_prob)):
        caption = misfit_caption(estimands, asked.ci_prob)
        found.append(ResultTable("lack_of_fit", caption, cells, hidden=("z", "p")))
    if len(outlying := summarise_outlying(estimands)):
        caption = (
            "Reactions of cells in which one is outlying, with a probability of a half or more; weighed down in fits"
        )
        found.append(ResultTable("outlying_reactions", caption, outlying))
    return found


def _arms(estimands: xr.Dataset, asked: Asked) -> list[ResultTable]:
    """Two treatments against each other, where there are two or more."""
    ci, words, found = asked.ci_prob, asked.words, []
    arms = summarise_arms(estimands, ci)
    if len(arms):
        caption = f"Arm against arm: ratio of the two, mean of subjects to come, {words}"
        found.append(ResultTable("arms", caption, arms))
    if len(arms) and estimands.sizes[v.CONTRAST] <= MOST_ARMS_BY_SUBJECT:
        caption = f"Arm against arm by subject: ratio of the two, {words}"
        found.append(ResultTable("arms_by_subject", caption, summarise_arms_by_subject(estimands, ci)))
    return found


def remarks(estimands: xr.Dataset) -> tuple[str, ...]:
    """Fold changes that no pair stands behind, means that a prior draws far, and what hangs on a single reference."""
    if is_of_groups(estimands):
        return told_of_group_ratios(estimands)
    return (*_told_of_missing(estimands), *_drawn_by_prior(estimands), *told_of_one_reference(estimands))


def _named_evidence(data: xr.Dataset) -> xr.Dataset:
    """The evidence of a study of Cts, with the names of what there is."""
    genes, conditions = data[v.GENE].to_numpy(), data[v.CONDITION].to_numpy()
    return evidence_of(data).assign_coords(
        {
            v.TARGET: genes[data[v.IS_REFERENCE].to_numpy() == 0],
            v.SUBJECT: data[v.SUBJECT].to_numpy(),
            v.CONTRAST: conditions[data[v.IS_CONTROL].to_numpy() == 0],
        }
    )


def _told_of_missing(evidence: xr.Dataset) -> list[str]:
    """Fold changes that no pair stands behind."""
    missing = pairs_not_there(evidence)
    said = []
    for contrast in dict.fromkeys(one[2] for one in missing):
        if (evidence[UNPAIRED_TREATED].sel({v.CONTRAST: contrast}) > 0).any():
            said.append(f"{contrast} is compared between groups of different subjects: no subject has a fold change")
            continue
        own = [f"{target} in {subject}" for target, subject, name in missing if name == contrast]
        said.append(f"no pair of {contrast}, so no fold change: {first_names(own, SHOWN_MISSING)}")
    return said


def _drawn_by_prior(estimands: xr.Dataset) -> list[str]:
    """Means of populations that the prior of means keeps far from what their own subjects say."""
    if v.MU_FOLD_CHANGE not in estimands:
        return []
    of_draws = ("chain", "draw")
    mu = estimands[v.MU_FOLD_CHANGE].median(of_draws).transpose(v.TARGET, v.CELL_TYPE, v.CONTRAST)
    fold = estimands[v.LOG2_FOLD_CHANGE].median(of_draws).transpose(v.TARGET, v.SUBJECT, v.CONTRAST).to_numpy()
    seen = estimands[DETECTED].to_numpy() > 0
    kind_of_subject = estimands[TYPE_OF_SUBJECT].to_numpy().astype(str)
    targets, kinds, contrasts = ([str(name) for name in mu[dim].to_numpy()] for dim in mu.dims)
    said = []
    for t, k, c in np.ndindex(mu.shape):
        own = seen[t, :, c] & (kind_of_subject == kinds[k])
        subjects, mean = (float(fold[t, own, c].mean()) if own.any() else 0.0), float(mu[t, k, c])
        if abs(subjects - mean) > TOLD_LOG2 and abs(mean) < abs(subjects):
            said.append(
                f"the prior of means (no change) draws the mean of {targets[t]} in {kinds[k]} under {contrasts[c]} "
                f"from {percent(subjects)}, which its {int(own.sum())} subjects say, to {percent(mean)}: where such "
                "changes are expected, give a larger sd_mu_log2_fold_change with the priors"
            )
    return said


def weighed(estimands: xr.Dataset) -> xr.Dataset:
    """Estimands on the log2 scale; spreads in their log."""
    if is_of_groups(estimands):
        return weighed_group_estimands(estimands)
    if v.SIGMA_FOLD_CHANGE not in estimands:
        return estimands
    return estimands.assign({v.SIGMA_FOLD_CHANGE: np.log2(estimands[v.SIGMA_FOLD_CHANGE])})


def populations(estimands: xr.Dataset) -> Iterator[Population]:
    """Means of cell types, each with those subjects in which the target was detected [log2]."""
    if is_of_groups(estimands) or v.MU_FOLD_CHANGE not in estimands:
        return
    flat = estimands.stack(sample_=("chain", "draw"), create_index=False)
    mu = flat[v.MU_FOLD_CHANGE].transpose(v.TARGET, v.CELL_TYPE, v.CONTRAST, "sample_")
    fold = flat[v.LOG2_FOLD_CHANGE].transpose(v.TARGET, v.SUBJECT, v.CONTRAST, "sample_").to_numpy()
    seen, kind = estimands[DETECTED].to_numpy() > 0, estimands[TYPE_OF_SUBJECT].to_numpy().astype(str)
    names = [mu[dim].to_numpy().astype(str) for dim in mu.dims[:3]]
    for t, k, c in np.ndindex(mu.shape[:3]):
        yield Population(
            f"mean log2 fold change of {names[0][t]} in {names[1][k]} under {names[2][c]}",
            mu.to_numpy()[t, k, c],
            fold[t, seen[t, :, c] & (kind == names[1][k]), c],
            v.MU_FOLD_CHANGE,
        )


def counts(data: xr.Dataset) -> str:
    """Numbers of what is fitted, for the head of a result."""
    subjects = counted(data.sizes[v.SUBJECT], "subject")
    if v.SUBJECT_LEVEL in data:
        levels, targets = counted(data.sizes[v.LEVEL], "level"), counted(data.sizes[v.TARGET], "target")
        return f"{levels} of {targets} in {subjects} of {counted(data.sizes[v.GROUP], 'group')}"
    if v.CT not in data:
        lost = data.attrs.get("rows_without_ratio", 0)
        ratios, targets = counted(data.sizes[v.PAIR], "ratio"), counted(data.sizes[v.TARGET], "target")
        return f"{ratios} of {targets} in {subjects}, {counted(lost, 'row')} without one"
    missing = int(data[v.CT].isnull().sum())
    reactions, genes = counted(data.sizes[v.REACTION], "reaction"), counted(data.sizes[v.GENE], "gene")
    return f"{reactions} of {genes} in {counted(data.sizes[v.SAMPLE], 'sample')} of {subjects}, {missing} not detected"


def notes(data: xr.Dataset) -> tuple[str, ...]:
    """What the reader tells; contrasts that are the control; unknown amplification; blanks that amplified."""
    said = [line for line in str(data.attrs.get(v.READ_NOTES, "")).splitlines() if line]
    if v.CT not in data:
        if controls := str(data.attrs.get(LEFT_OUT, "")):
            is_control = "every ratio of it is exactly 1, so it is the control and no contrast, and is left out"
            said.append(f"{controls}: {is_control}")
        return tuple(said)
    said += [*told_of_wells(data), *told_of_factors(data)]
    if not compares_groups(data) and {v.GENE, v.CONDITION, v.SUBJECT} <= set(data.coords):
        said += _told_of_missing(_named_evidence(data))
    said += [*told_of_groups(data), *told_of_references(data), *told_of_plates(data), *told_of_subjects(data)]
    if genes := genes_of_unknown_factor(data):
        said.append(
            f"neither a dilution series nor a stated factor for {', '.join(genes)}: the fit takes the prior of "
            "amplification factors (docs/guide/expression.md), the classical answer a factor of 2; state them "
            "with factors="
        )
    if amplified := amplified_without_template(data):
        named = [f"{gene} (plate {plate}) at Ct {ct:.1f}" for gene, plate, ct in amplified[:SHOWN_CONTROLS]]
        more = [f"{len(amplified) - SHOWN_CONTROLS} more"] if len(amplified) > SHOWN_CONTROLS else []
        said.append(
            f"amplified without template: {', '.join([*named, *more])}; the fit takes no account of it: of a sample "
            "whose Ct comes as late, doubt the Ct"
        )
    return tuple(said)


def told_of_subjects(data: xr.Dataset) -> tuple[str, ...]:
    """That one subject says nothing of others, and samples without a reference."""
    said = []
    if data.sizes[v.SUBJECT] == 1:
        name = data[v.SUBJECT].to_numpy()[0]
        said.append(f"{name} is the only subject: the fold change is its own, and nothing is said of others")
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    measured = np.isfinite(mean_ct(data))
    without = np.flatnonzero(~measured[is_reference].any(axis=0) & measured[~is_reference].any(axis=0))
    if len(without):
        names = [_sample_name(data, int(at)) for at in without]
        said.append(f"no reference was detected in {first_names(names, SHOWN_CONTROLS)}: the input there is not known")
    return tuple(said)


def _sample_name(data: xr.Dataset, at: int) -> str:
    subject = data[v.SUBJECT].to_numpy()[int(data[v.SUBJECT_OF_SAMPLE].to_numpy()[at])]
    condition = data[v.CONDITION].to_numpy()[int(data[v.CONDITION_OF_SAMPLE].to_numpy()[at])]
    return f"{subject} under {condition}"


ASSAY: Final = Assay(
    name="expression",
    title="Fold changes of mRNA",
    read=read_expression,
    recognises=lambda data: v.CT in data or v.LOG2_RATIO in data or v.SUBJECT_LEVEL in data,
    default_model=default_model,
    model_reason=model_reason,
    estimands=estimands_of,
    judged=judged,
    weighed=weighed,
    populations=populations,
    tables=tables,
    counts=counts,
    notes=notes,
    remarks=remarks,
    misfits=misfits,
    further_run=FurtherRun(new_run, with_new_run, moved_by_new_run, "the same subjects, new samples"),
    write=write_study,
    engines=(EXACT, KERNEL),
    densities={**DENSITIES, FOLD_CHANGES: DENSITY, LEVEL_GROUPS: LEVEL_DENSITY, REPEATED: REPEATED_DENSITY},
    places=places,
    without=without,
)
