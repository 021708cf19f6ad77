"""The one door where tables of a study become rows: which rows count, and which names are one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lensim.tables.choice import Choice, choose_rows
from lensim.tables.columns import Meanings
from lensim.tables.names_alike import join_names
from lensim.tables.source import Source


@dataclass(frozen=True)
class Settled:
    """Files whose tables have the rows and the names that a user chose.

    Attributes
    ----------
    sources
        The files; those without a row that was chosen are left out.
    joined
        Which names were joined, in words.
    """

    sources: list[Source]
    joined: str = ""

    @property
    def attrs(self) -> dict[str, str]:
        """What a Dataset says of it."""
        return {"names_joined": self.joined} if self.joined else {}


def settle(
    sources: Sequence[Source],
    choice: Choice,
    meanings: Meanings,
    labels: Sequence[str],
    stated: Mapping[str, str] | None,
) -> Settled:
    """Choose rows and join names in all tables of a study together.

    Parameters
    ----------
    sources
        Files that hold tables.
    choice
        What the user chose.
    meanings, stated
        The columns that are understood, and those that the user names.
    labels
        Meanings whose cells are names.

    Raises
    ------
    InputError
        If a choice names a column or a value that is not there, or names alike are not decided.
    """
    tables = choose_rows([source.table for source in sources], choice, meanings, stated or {})
    tables, said = join_names(tables, meanings, labels, stated or {}, choice.join_names)
    kept = [source.with_table(table) for source, table in zip(sources, tables, strict=True) if table.rows]
    return Settled(kept, said)
