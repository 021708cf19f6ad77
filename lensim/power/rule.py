"""What every rule of every assay has: a name."""

from pydantic import BaseModel, ConfigDict


class BaseRule(BaseModel):
    """A rule; `rule` in a file says which."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = ""

    @property
    def label(self) -> str:
        """Its name, or a description where it has none."""
        return self.name or self.describe()

    def describe(self) -> str:
        """In a few words."""
        raise NotImplementedError

    @property
    def needs_posterior(self) -> bool:
        """Whether an engine has to run."""
        return False
