"""The scenario of a study of groups of different subjects: design, truth, analysis, rules and grid."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from lensim.power.groups.rules import GroupRule, Rule
from lensim.power.groups.spec import EVERY, GroupsAnalysisSpec, GroupsDesignSpec, GroupsTruthSpec
from lensim.power.rule import BaseRule
from lensim.power.spec import BaseScenario, require_names


class GroupsScenario(BaseScenario):
    """A question about groups of different subjects; see the attributes' own classes.

    Attributes
    ----------
    design, truth, analysis, rules
        What is done, what is so, how it is analysed, and when a study counts as a find.
    """

    about: ClassVar[str] = "rules on groups of different subjects"
    design: GroupsDesignSpec = GroupsDesignSpec()
    truth: GroupsTruthSpec = GroupsTruthSpec()
    analysis: GroupsAnalysisSpec = GroupsAnalysisSpec()
    rules: tuple[Annotated[Rule, Field(discriminator="rule")], ...]

    @model_validator(mode="after")
    def _names_are_there(self) -> Self:
        comparisons, design = self.design.comparisons, self.design
        for rule in self.rules:
            rule.require(comparisons)
        self.require_chunk(design.wells, f"the subjects, genes or replicates of design ({design.wells:,} wells)")
        conditions = list(dict.fromkeys(one.condition for one in design.sizes))
        kinds = list(dict.fromkeys(one.cell_type for one in design.sizes))
        no_kinds = "left out, as groups has no cell types" if kinds == [EVERY] else ""
        require_names("truth.groups target", [one.target for one in self.truth.groups], design.targets)
        require_names("truth.groups group", [one.group for one in self.truth.groups], conditions)
        require_names("truth.groups cell_type", [one.cell_type for one in self.truth.groups], kinds, no_kinds)
        require_names("truth.assays gene", [one.gene for one in self.truth.assays], design.genes)
        for one in self.truth.groups:
            for what in ("fold_change", "percent_of_control", "log2_fold_change"):
                if one.group == design.control and getattr(one, what) is not None:
                    raise ValueError(
                        f"truth.groups {what} must be of another group than the control, got {design.control!r}: it is "
                        "against the control of the cell type, and mu_log2_level is the level of that"
                    )
        return self

    def items(self, rule: BaseRule) -> tuple[str, ...]:
        """Each target with each comparison that the rule is about; the targets alone where there is one comparison."""
        comparisons = self.design.comparisons
        own = rule.compares(comparisons) if isinstance(rule, GroupRule) else []
        if len(comparisons) == 1:
            return self.design.targets
        return tuple(f"{target}, {comparisons[c].name}" for target in self.design.targets for c in own)

    def places(self, rule: GroupRule) -> tuple[tuple[int, int], ...]:
        """Target and comparison of each item of a rule, by position."""
        own = rule.compares(self.design.comparisons)
        return tuple((t, c) for t in range(len(self.design.targets)) for c in own)
