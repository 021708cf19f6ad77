"""The engine of reference for groups: NUTS on the models of the catalogue, compiled once per shape, the data swapped.

Levels go to `level_groups`, the model that the quadrature integrates; studies with a reaction without Ct go to
`expression_hierarchical` with all their reactions, as `lensim fit` does it.
"""

from dataclasses import asdict
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.groups.levels import MODEL
from lensim.expression.simulate import one_study
from lensim.inference.catalogue import find_model
from lensim.inference.settings import SamplerSettings
from lensim.power.diagnosands import FAILED, NUTS
from lensim.power.expression.answer import MEAN_MCSE
from lensim.power.expression.engine_nuts import REACTION_MODEL, SETTINGS, drawn_posterior, with_factors
from lensim.power.groups.answer import ITEM, NAMES, GroupAnswer, GroupQuestions, as_posterior
from lensim.power.groups.spec import frame_of
from lensim.power.groups.study import GroupBatch


def answer(batch: GroupBatch, questions: GroupQuestions, settings: SamplerSettings = SETTINGS) -> GroupAnswer:
    """Posteriors of every study: of its levels where every reaction has a Ct, else of its reactions."""
    studies = np.arange(len(batch.level))
    if batch.reactions is None or batch.is_whole.all():
        return answer_levels(batch, questions, studies, settings)
    parts = [
        answer_levels(batch, questions, np.flatnonzero(batch.is_whole), settings),
        answer_reactions(batch, questions, np.flatnonzero(~batch.is_whole), settings),
    ]
    order = np.argsort(np.concatenate([np.flatnonzero(batch.is_whole), np.flatnonzero(~batch.is_whole)]))
    both = xr.concat([one.posterior for one in parts], dim=v.STUDY, join="override")
    return GroupAnswer(both.isel({v.STUDY: order}), np.concatenate([one.answered_by for one in parts])[order])


def answer_levels(
    batch: GroupBatch, questions: GroupQuestions, studies: np.ndarray, settings: SamplerSettings = SETTINGS
) -> GroupAnswer:
    """Posteriors of some studies from their levels."""
    entry, priors = find_model(MODEL), tuple(asdict(batch.scenario.analysis.priors).items())
    found = []
    for study in studies:
        data = levels_dataset(batch, int(study))
        is_uncertain = bool((batch.factor_sd[study] > 0).all()) and batch.factor_sd.shape[1] > 0
        places = tuple(data[v.TARGET_OF_LEVEL].to_numpy().tolist()), tuple(data[v.SUBJECT_OF_LEVEL].to_numpy().tolist())
        key = (MODEL, batch.level.shape[1:], tuple(batch.group_of_subject.tolist()), places, is_uncertain, priors)
        seed = seeding.sampler_seed(batch.scenario.seed, *batch.path, "nuts", int(study))
        posterior = drawn_posterior(entry, data, key, seed, settings)
        found.append(None if posterior is None else _means_of_levels(posterior, data))
    return _together(found, batch, questions)


def answer_reactions(
    batch: GroupBatch, questions: GroupQuestions, studies: np.ndarray, settings: SamplerSettings = SETTINGS
) -> GroupAnswer:
    """Posteriors of some studies from all their reactions; the priors are the model's own.

    Raises
    ------
    InputError
        If the batch has levels and no reactions.
    """
    if batch.reactions is None:
        raise checks.InputError("answer_reactions needs reactions, got levels")
    entry, use = find_model(REACTION_MODEL), batch.scenario.analysis.factors
    each = [with_factors(one_study(batch.reactions, int(study)), use) for study in studies]
    slots = max((entry.slots(data) for data in each), default=0) if entry.slots else 0  # one compiling for all
    found = []
    for study, data in zip(studies, each, strict=True):
        sizes = tuple(data.sizes[dim] for dim in (v.GENE, v.SUBJECT, v.CONDITION, v.CELL_TYPE, v.SAMPLE, v.PLATE))
        subjects = tuple(batch.group_of_subject.tolist()), batch.scenario.design.names
        key: tuple[Any, ...] = (REACTION_MODEL, "groups", sizes, subjects, use, ())
        seed = seeding.sampler_seed(batch.scenario.seed, *batch.path, "nuts", int(study))
        posterior = drawn_posterior(entry, data, key, seed, settings, slots)
        found.append(None if posterior is None else _means_of_fold_changes(posterior, batch))
    return _together(found, batch, questions)


def levels_dataset(batch: GroupBatch, study: int) -> xr.Dataset:
    """The levels of one study, as `lensim.expression.groups.levels.levels_of` gives them."""
    design = batch.scenario.design
    target, subject = np.nonzero(np.isfinite(batch.level[study]))
    data = xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, batch.level[study][target, subject]),
            v.SUBJECT_LEVEL_SD: (v.LEVEL, batch.sd[study][target, subject]),
            v.TARGET_OF_LEVEL: (v.LEVEL, target),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, subject),
            v.GROUP_OF_SUBJECT: (v.SUBJECT, batch.group_of_subject),
        },
        coords={v.TARGET: list(design.targets), v.GROUP: list(design.names)},
        attrs={v.ASSAY: v.EXPRESSION},
    )
    if not batch.factor_sd.shape[1]:
        return data
    genes = [*design.targets, *design.references]
    of_factors = {
        v.FACTOR_ERROR_SD: (v.GENE, batch.factor_sd[study]),
        v.FACTOR_SLOPE: ((v.TARGET, v.GROUP, v.GENE), batch.factor_slope[study]),
    }
    return data.assign(of_factors).assign_coords({v.GENE: genes})


def _means_of_levels(posterior: xr.Dataset, data: xr.Dataset) -> np.ndarray:
    """Draws of the mean level of each group (target, group, chain, draw), at true factors."""
    order = (v.TARGET, v.GROUP, "chain", "draw")
    mean = posterior[v.MEAN_LEVEL].transpose(*order).to_numpy()
    if v.FACTOR_ERROR not in posterior:
        return np.asarray(mean)
    error = posterior[v.FACTOR_ERROR].transpose(v.GENE, "chain", "draw").to_numpy()
    return np.asarray(mean + np.einsum("tgn,ncd->tgcd", data[v.FACTOR_SLOPE].to_numpy(), error))


def _means_of_fold_changes(posterior: xr.Dataset, batch: GroupBatch) -> np.ndarray:
    """The same from levels of cell types under the control and their fold changes under each other condition."""
    design = batch.scenario.design
    level = posterior[v.MU_LEVEL].transpose(v.TARGET, v.CELL_TYPE, "chain", "draw")
    fold = posterior[v.MU_FOLD_CHANGE].transpose(v.TARGET, v.CELL_TYPE, v.CONTRAST, "chain", "draw")
    kinds = list(dict.fromkeys(one.cell_type for one in design.sizes))
    found = []
    for group in design.sizes:
        k = kinds.index(group.cell_type)
        mean = level.isel({v.CELL_TYPE: k}).to_numpy()
        if group.condition != design.control:
            contrasts = [str(one) for one in fold[v.CONTRAST].to_numpy()]
            mean = mean + fold.isel({v.CELL_TYPE: k, v.CONTRAST: contrasts.index(group.condition)}).to_numpy()
        found.append(mean)
    return np.stack(found, axis=1)


def _described(means: np.ndarray, weights: np.ndarray, questions: GroupQuestions) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (target, comparison, number) of draws of means, and the Monte Carlo error of each ratio's mean."""
    found = np.full((len(means), len(weights), questions.numbers), np.nan)
    error = np.full(found.shape[:2], np.nan)
    for t in range(len(means)):
        for c in questions.comparisons:
            ratio = np.einsum("g,gcd->cd", weights[c], means[t])
            found[t, c, :2] = ratio.mean(), ratio.std()
            above = [(ratio > at).mean() for at in questions.thresholds]
            found[t, c, 2:] = [*above, *(np.quantile(ratio, p) for p in questions.probabilities)]
            error[t, c] = float(az.mcse(ratio, method="mean"))
    return found, error


def _together(found: list[np.ndarray | None], batch: GroupBatch, questions: GroupQuestions) -> GroupAnswer:
    """One Dataset along study, NaN where there was no fit."""
    weights, targets = frame_of(batch.scenario.design).weights, batch.level.shape[1]
    values = np.full((len(found), targets, len(weights), questions.numbers), np.nan)
    error = np.full(values.shape[:3], np.nan)
    for at, means in enumerate(found):
        if means is not None:
            values[at], error[at] = _described(means, weights, questions)
    posterior = as_posterior(values, questions)
    posterior[MEAN_MCSE] = ((v.STUDY, ITEM), error.reshape(len(found), -1))
    is_there = np.isfinite(posterior[NAMES[0]].to_numpy())
    return GroupAnswer(posterior, np.where(is_there, NUTS, FAILED))
