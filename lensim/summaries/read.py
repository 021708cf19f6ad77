"""Published summaries from a TOML file, and to one."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lensim.checks import InputError
from lensim.config import checked
from lensim.summaries.order import ordered
from lensim.summaries.printed import Printed
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.summary import PublishedP, PublishedSummary
from lensim.toml_file import read_toml


def read_summaries(path: Path) -> tuple[list[PublishedSummary], SummaryPriors]:
    """The summaries of a file, each a table [[summary]], and the priors, a table [priors], by default ours.

    Digits count as written in the file: 58 is 57.5 to 58.5, and 58.0 is 57.95 to 58.05.

    Raises
    ------
    InputError
        As `read_toml`; with every fault of every summary; if a table is unknown or there is no summary.
    """
    return summaries_of(read_toml(path, "a file of published summaries", parse_float=Decimal), path.name)


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
        where = f"{place}: summary {number}{f' ({name})' if name else ''}"
        try:
            found.append(checked(PublishedSummary, table, where))
            try:
                ordered(found[-1])
            except InputError as error:
                raise InputError(f"{where}: {str(error).removeprefix(f'{name}: ')}") from None
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


def toml_of(summaries: Sequence[PublishedSummary]) -> str:
    """The file that `read_summaries` would read these from."""
    tables = []
    for one in summaries:
        lines = ["[[summary]]"]
        for name in PublishedSummary.model_fields:
            value = getattr(one, name)
            if value is None or value == PublishedSummary.model_fields[name].default:
                continue
            lines.append(f"{name} = {_value(value)}")
        tables.append("\n".join(lines))
    return "\n\n".join(tables) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Printed):
        low, high = value.low, value.high
        return f"[{low!r}, {high!r}]" if " to " in value.text else value.text
    if isinstance(value, PublishedP):
        inside = {name: getattr(value, name) for name in PublishedP.model_fields}
        said = ", ".join(f"{name} = {_value(own)}" for name, own in inside.items() if own not in (None, "not named"))
        return f"{{ {said} }}"
    return json.dumps(value, ensure_ascii=False)
