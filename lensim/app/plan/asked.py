"""The question of `lensim plan` that the fields of the form ask.

The form's answer is that of `lensim plan` with the form's TOML: no field has an effect that the TOML does not tell.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from lensim.app.plan.chosen import Fields
from lensim.app.plan.designs import DESIGNS, content_of
from lensim.app.toml_text import toml_text
from lensim.plan.question import Question, question_of

TOML_NAME: Final = "next.toml"


@dataclass(frozen=True)
class Asked(Fields):
    """Every field of the form, and what it asks; see `Fields`."""

    @property
    def size_field(self) -> str:
        """The field of the scenario that the number stands in."""
        return DESIGNS[self.design].size(self)[0]

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
