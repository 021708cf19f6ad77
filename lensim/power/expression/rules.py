"""When a study counts as a find: every rule that a scenario can name."""

from lensim.power.expression.rules_classical import MannWhitneyRule, TestRule, UnpairedRule
from lensim.power.expression.rules_posterior import CustomRule, DiscoveryRule, IntervalRule, PosteriorRule, WidthRule

Rule = TestRule | UnpairedRule | MannWhitneyRule | PosteriorRule | IntervalRule | WidthRule | DiscoveryRule | CustomRule
