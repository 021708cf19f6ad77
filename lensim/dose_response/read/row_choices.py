"""How a user says that rows of wells are read, of tables with a row a well and of plate maps alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from lensim.dose_response.read.columns import Roles
from lensim.dose_response.read.time_zero import TimeZeroRows
from lensim.tables.log_scale import DoseScale
from lensim.tables.number_text import DecimalMark


@dataclass(frozen=True)
class RowChoices:
    """What a user says of columns, doses, roles and decimals; `zero` are the rows of time zero."""

    columns: Mapping[str, str]
    dose_unit: str | None
    dose_scale: DoseScale | None
    roles: Roles | None
    decimal: DecimalMark | None
    zero: TimeZeroRows

    @property
    def words_of_roles(self) -> Roles:
        """The roles by their words, the usual ones where a user names none."""
        return self.roles or Roles()
