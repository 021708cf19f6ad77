"""Posteriors of the comparisons of groups in every study of a batch: by quadrature, and by NUTS where that cannot."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from lensim.expression.exact.groups import compare_groups
from lensim.power.diagnosands import EXACT, FAILED
from lensim.power.groups.answer import NAMES, GroupAnswer, GroupQuestions, as_posterior
from lensim.power.groups.spec import frame_of
from lensim.power.groups.study import GroupBatch


def by_quadrature(batch: GroupBatch, questions: GroupQuestions) -> GroupAnswer:
    """Posteriors by quadrature; a study with a reaction without a Ct has none."""
    weights = frame_of(batch.scenario.design).weights
    asked = np.asarray(questions.comparisons, dtype=int)
    moved = np.einsum("cg,stgn->stcn", weights[asked], batch.factor_slope)
    further = np.einsum("stcn,sn->stc", moved**2, batch.factor_sd**2)
    shape = (*batch.level.shape[:2], len(weights), questions.numbers)
    found = np.full(shape, np.nan)
    whole = np.flatnonzero(batch.is_whole)
    compared = compare_groups(
        batch.level[whole],
        batch.sd[whole] ** 2,
        batch.group_of_subject,
        weights[asked],
        further[whole],
        batch.scenario.analysis.priors,
        np.asarray(questions.thresholds),
        np.asarray(questions.probabilities),
    )
    found[np.ix_(whole, np.arange(shape[1]), asked)] = compared
    posterior = as_posterior(found, questions)
    return GroupAnswer(posterior, np.where(np.isfinite(posterior["mean"].to_numpy()), EXACT, FAILED))


def by_either(batch: GroupBatch, questions: GroupQuestions) -> GroupAnswer:
    """Posteriors by quadrature; of studies with a reaction without a Ct by NUTS on their reactions."""
    first = by_quadrature(batch, questions)
    handed_on = np.flatnonzero(~batch.is_whole)
    if not len(handed_on) or batch.reactions is None:
        return first
    from lensim.power.groups import engine_nuts  # which loads samplers

    second = engine_nuts.answer_reactions(batch, questions, handed_on)
    answered_by = first.answered_by.copy()
    answered_by[handed_on] = second.answered_by
    posterior = first.posterior.copy(deep=True)
    for name in NAMES:
        posterior[name].to_numpy()[handed_on] = second.posterior[name].to_numpy()
    return GroupAnswer(posterior, answered_by)


def _by_nuts(batch: GroupBatch, questions: GroupQuestions) -> GroupAnswer:
    """Posteriors by NUTS, whose samplers are loaded only now."""
    from lensim.power.groups import engine_nuts

    return engine_nuts.answer(batch, questions)


ENGINES: Final[Mapping[str, Callable[[GroupBatch, GroupQuestions], GroupAnswer]]] = {
    "auto": by_either,
    "exact": by_quadrature,
    "nuts": _by_nuts,
}
