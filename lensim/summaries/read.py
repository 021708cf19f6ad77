"""Published summaries from a TOML file."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lensim.checks import InputError
from lensim.strict import checked
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.summary import PublishedSummary


def read_summaries(path: Path) -> tuple[list[PublishedSummary], SummaryPriors]:
    """The summaries of a file, each a table [[summary]], and the priors, a table [priors], by default ours.

    Digits count as they stand in the file: 58 is 57.5 to 58.5, and 58.0 is 57.95 to 58.05.

    Raises
    ------
    InputError
        If it is absent or no TOML; with every fault of every summary; if a table is unknown or there is no summary.
    """
    try:
        content = tomllib.loads(path.read_text(), parse_float=Decimal)
    except FileNotFoundError:
        raise InputError(f"{path} must be a file of published summaries, got nothing there") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} must be TOML: {error}") from None
    return summaries_of(content, path.name)


def summaries_of(content: dict[str, Any], place: str) -> tuple[list[PublishedSummary], SummaryPriors]:
    """As `read_summaries`, from nested content."""
    unknown = sorted(set(content) - {"summary", "priors"})
    if unknown:
        raise InputError(f"{place} must have tables [[summary]] and [priors] alone, got {', '.join(unknown)}")
    tables = content.get("summary")
    if not isinstance(tables, list) or not tables:
        raise InputError(f"{place} must have at least one table [[summary]], got none")
    found, faults = [], []
    for number, table in enumerate(tables, 1):
        name = table.get("name") if isinstance(table, dict) else None
        try:
            found.append(checked(PublishedSummary, table, f"{place}: summary {number}{f' ({name})' if name else ''}"))
        except InputError as error:
            faults.append(str(error))
    try:
        priors = TypeAdapter(SummaryPriors).validate_python(content.get("priors", {}))
    except ValidationError as error:
        faults += [
            f"{place}: priors.{'.'.join(map(str, e['loc']))}: {e['msg']}, got {e['input']!r}" for e in error.errors()
        ]
    except InputError as error:
        faults.append(f"{place}: {error}")
    names = [one.name for one in found]
    faults += [
        f"{place}: names must differ, got {name!r} twice" for name in dict.fromkeys(names) if names.count(name) > 1
    ]
    if faults:
        raise InputError("\n".join(faults))
    return found, priors
