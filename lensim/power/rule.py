"""The base class of every rule of every assay: its name and label."""

from pydantic import ConfigDict

from lensim.bounds import BoundedModel


class BaseRule(BoundedModel):
    """A decision rule; `rule` in a file gives its kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = ""

    @property
    def label(self) -> str:
        """The name of the rule, or its description where it has none; labels of a scenario differ."""
        return self.name or self.describe()

    def describe(self) -> str:
        """A short description of the rule, for a column of a table."""
        raise NotImplementedError

    @property
    def has_sign(self) -> bool:
        """Whether a find says on which side of no effect the truth lies, with an estimate of its size.

        Errors of sign and size (types S and M) exist for such rules alone: a call, a width, an equivalence, or a set of
        several findings has no sign that could be wrong.
        """
        return False

    @property
    def can_be_false(self) -> bool:
        """Whether a find states something that can be false, so that assurance has a ceiling."""
        return True

    @property
    def needs_posterior(self) -> bool:
        """Whether the rule is about a posterior, so that an engine has to run."""
        return False
