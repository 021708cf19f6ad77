"""The scenario of a dose-response panel: design, truth, analysis, rules and grid."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from lensim.power.dose_response.rule import DoseResponseRule
from lensim.power.dose_response.rules import Rule
from lensim.power.dose_response.spec import DoseResponseAnalysisSpec, DoseResponseDesignSpec, DoseResponseTruthSpec
from lensim.power.rule import BaseRule
from lensim.power.spec import BaseScenario, StudiesSpec


class DoseResponseScenario(BaseScenario):
    """A question about a dose-response panel; see the attributes' own classes.

    Attributes
    ----------
    design, truth, analysis, rules
        What is done, what is so, how it is analysed, and when a study counts as a find.
    """

    about: ClassVar[str] = "rules on dose-response panels"
    design: DoseResponseDesignSpec
    truth: DoseResponseTruthSpec = DoseResponseTruthSpec()
    analysis: DoseResponseAnalysisSpec = DoseResponseAnalysisSpec()
    rules: tuple[Annotated[Rule, Field(discriminator="rule")], ...]
    studies: StudiesSpec = StudiesSpec(count=200, chunk=25)

    @model_validator(mode="after")
    def _names_are_there(self) -> Self:
        for rule in self.rules:
            rule.check(self.design)
        plates = self.design.plates
        wells = plates.experiments * len(plates.cell_lines) * plates.wells_per_culture
        self.require_chunk(wells, f"the lines, doses, replicates or experiments of design ({wells:,} wells)")
        for group in self.truth.groups:
            if group.group not in self.design.groups:
                known = ", ".join(self.design.groups)
                raise ValueError(f"truth.groups group must be one of {known}, got {group.group!r}")
        others = self.design.conditions[1:]
        for one in self.truth.conditions:
            if one.condition not in others:
                raise ValueError(
                    f"truth.conditions condition must be one of {', '.join(others)}, got {one.condition!r}"
                    if others
                    else f"truth.conditions needs conditions in the design, as in conditions = "
                    f'["none", "{one.condition}"], got none'
                )
        return self

    def items(self, rule: BaseRule) -> tuple[str, ...]:
        """A single item, 'lines' or 'study', by what the rule gives verdicts on."""
        return (rule.about() if isinstance(rule, DoseResponseRule) else "study",)
