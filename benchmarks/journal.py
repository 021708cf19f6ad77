"""A journal: one line of JSON each for what is done, so that a run that is stopped goes on where it was.

A journal grows line by line on one machine. `keep` writes what it holds into one small file that goes into the
repository, so that another machine goes on with it.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Key = tuple[str, ...]
Entry = Mapping[str, Any]


def read_entries(path: Path, key_of: Callable[[Entry], Key], *, sources: str = "") -> dict[Key, dict[str, Any]]:
    """Records by key, the last of each; a line that was cut off by a kill is passed over.

    Records of other sources than `sources`, where given, are passed over too.
    """
    found: dict[Key, dict[str, Any]] = {}
    for line in _text_of(path).splitlines():
        try:
            entry = json.loads(line)
            if not sources or entry["sources"] == sources:
                found[key_of(entry)] = entry
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _text_of(path: Path) -> str:
    """Of a journal or of kept records; "" where there is no such file."""
    if not path.exists():
        return ""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def keep(path: Path, entries: Iterable[Entry]) -> None:
    """Write records into one compressed file, whose bytes depend on them and their order alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(entry, separators=(",", ":"), ensure_ascii=False) + "\n" for entry in entries)
    path.write_bytes(gzip.compress(lines.encode(), mtime=0))


def sources_digest(root: Path) -> str:
    """A digest of the library and its models, as they lie on the disk."""
    found = hashlib.sha256()
    for tree in ("lensim", "models"):
        for path in sorted((root / tree).rglob("*.py")):
            found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


def append(path: Path, entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Write each entry as a line as soon as it comes, and hand it on. A line cut off before is closed first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_open = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        if is_open:
            file.write("\n")
        for entry in entries:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            yield entry
