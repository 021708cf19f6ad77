"""The question of `lensim plan` that the fields of the form ask.

The form's answer is that of `lensim plan` with the form's TOML: no field has an effect that the TOML does not tell.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any, Final

from scipy import stats

from lensim.app.plan.chosen import Fields
from lensim.app.plan.designs import DESIGNS, content_of
from lensim.app.toml_text import toml_text
from lensim.plan.question import Question, question_of

TOML_NAME: Final = "next.toml"
SMALLEST_SD: Final = 1e-6


@dataclass(frozen=True)
class Asked(Fields):
    """Every field of the form, and what it asks; see `Fields`."""

    @property
    def size_field(self) -> str:
        """The field of the scenario that the number stands in."""
        return DESIGNS[self.design].size(self).field

    @property
    def chosen(self) -> int:
        """The number itself: of subjects or lines, or of experiments where lines are called."""
        return DESIGNS[self.design].size(self).chosen

    @property
    def share_resistant(self) -> float:
        """About the share of lines whose IC50 is above the dose of the call."""
        if self.start is not None:
            return self.start.share_above(self.dose_um)
        sd = max(math.hypot(self.ic50_spread, self.ic50_doubt), SMALLEST_SD)
        return float(stats.norm.sf(math.log10(self.dose_um / self.ic50_um) / sd))

    @property
    def steps(self) -> dict[str, str]:
        """What one more can be had of: the word, and the field."""
        return DESIGNS[self.design].steps(self)

    def content(self) -> dict[str, Any]:
        """What `lensim plan` is asked, as its TOML has it.

        Raises
        ------
        InputError
            If a field does not suit the design.
        """
        return content_of(self)

    def toml(self) -> str:
        """The file for `lensim plan`, with the command in its first line."""
        start = "" if self.start is None else f" --from {self.start.file}"
        return toml_text(self.content(), [f"lensim plan {TOML_NAME}{start} --out results/plan"])

    def question(self) -> Question:
        """The checked question.

        Raises
        ------
        InputError
            With every fault.
        """
        content = self.content()
        if self.start is not None:
            content["scenario"].setdefault("truth", {})["posterior"] = self.start.prior
        return question_of(content, "the form")

    def digest(self) -> str:
        """A fingerprint of all fields; results carry it.

        Raises
        ------
        InputError
            As `content`.
        """
        prior = "" if self.start is None else self.start.prior.digest
        return hashlib.sha256((json.dumps(self.content(), sort_keys=True) + prior).encode()).hexdigest()
