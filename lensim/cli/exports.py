"""The files of RT-qPCR of a command, opened once: what `read expression` and `check expression` begin with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lensim.cli.shared import columns_of

if TYPE_CHECKING:
    from lensim.expression.read import Reactions
    from lensim.tables.source import Source


@dataclass(frozen=True)
class Exports:
    """Files of RT-qPCR that are open.

    Attributes
    ----------
    given
        The options of the command, with the files, the sample sheet and the factors as they were opened.
    files, kinds
        The files, and the format of each.
    columns
        Columns of the files that the user names.
    """

    given: Mapping[str, Any]
    files: "list[Source]"
    kinds: list[str]
    columns: Mapping[str, str] | None

    @property
    def says_samples(self) -> bool:
        """Whether a sheet, or the files themselves, say which sample is which subject under which condition."""
        from lensim.expression.read import knows_samples

        return self.given["sheet"] is not None or all(
            kind == "tidy" and knows_samples(file, self.columns)
            for kind, file in zip(self.kinds, self.files, strict=True)
        )

    def reactions(self) -> "Reactions":
        """All reactions of the files; InputError as `read_reactions`."""
        from lensim.expression.read import read_reactions

        given = self.given
        return read_reactions(
            self.files,
            given["format"],
            columns=self.columns,
            cycle_limit=given["cycle_limit"],
            decimal=given["decimal"],
            empty=given["empty"],
        )


def exports_of(given: Mapping[str, Any]) -> Exports:
    """Open the files that the options of a command name; InputError as `open_study` and `kind_of`."""
    from lensim.expression.read import columns_of_each, kind_of, open_study, opened

    named = columns_of(given["column"])
    options = {name: given[name] for name in ("sheet", "factors", "worksheet")}
    sources, tables = open_study(given["files"], {**options, "columns": named})
    files = opened(sources)
    columns, _ = columns_of_each(files, tables["sheet"], named)
    kinds = [given["format"] or kind_of(file, columns) for file in files]
    own = {"files": files, "sheet": tables["sheet"], "factors": tables["factors"], "worksheet": None}
    return Exports({**given, **own}, files, kinds, columns)
