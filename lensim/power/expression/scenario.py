"""The scenario of a paired design, of RT-qPCR reactions or ratios: design, truth, analysis, rules and grid."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from lensim.power.expression.rules import Rule
from lensim.power.expression.spec import ExpressionAnalysisSpec, ExpressionDesignSpec, ExpressionTruthSpec
from lensim.power.rule import BaseRule
from lensim.power.spec import BaseScenario, require_names


class ExpressionScenario(BaseScenario):
    """A question about a paired design; see the attributes' own classes.

    Attributes
    ----------
    design, truth, analysis, rules
        What is done, what is so, how it is analysed, and when a study counts as a find.
    """

    about: ClassVar[str] = "rules on paired studies"
    design: ExpressionDesignSpec = ExpressionDesignSpec()
    truth: ExpressionTruthSpec = ExpressionTruthSpec()
    analysis: ExpressionAnalysisSpec = ExpressionAnalysisSpec()
    rules: tuple[Annotated[Rule, Field(discriminator="rule")], ...]

    @model_validator(mode="after")
    def _names_are_there(self) -> Self:
        for rule in self.rules:
            rule.check(tuple(self.design.subjects), self.design.targets)
        self.require_chunk(
            self.design.wells, f"the subjects, genes or replicates of design ({self.design.wells:,} wells)"
        )
        for place, names_of, known in (
            ("truth.expression target", [e.target for e in self.truth.expression], self.design.targets),
            ("truth.expression cell_type", [e.cell_type for e in self.truth.expression], tuple(self.design.subjects)),
            ("truth.assays gene", [a.gene for a in self.truth.assays], self.design.genes),
        ):
            require_names(place, names_of, known)
        return self

    def items(self, rule: BaseRule) -> tuple[str, ...]:
        """The targets: each rule gives a verdict on each."""
        return self.design.targets
