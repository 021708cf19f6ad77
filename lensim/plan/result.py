"""What came out of a planning question."""

from dataclasses import dataclass, field

import pandas as pd

from lensim.plan.evaluate import Share
from lensim.plan.frontier import Frontier
from lensim.plan.question import Question
from lensim.plan.robustness import DesignTrial, Trial
from lensim.plan.search import Size


@dataclass
class Plan:
    """What came out.

    Attributes
    ----------
    question
        What was asked.
    first, size
        The first rough answer and the final one.
    frontier, robustness, designs_tried, interim, detection, bracketing, layouts
        As their modules give them; None where not asked.
    seconds
        From the start to each answer.
    """

    question: Question
    first: Size | None = None
    size: Size | None = None
    share: Share | None = None
    frontier: Frontier | None = None
    robustness: list[Trial] | None = None
    designs_tried: list[DesignTrial] | None = None
    interim: pd.DataFrame | None = None
    detection: pd.DataFrame | None = None
    bracketing: pd.DataFrame | None = None
    layouts: pd.DataFrame | None = None
    seconds: dict[str, float] = field(default_factory=dict)
