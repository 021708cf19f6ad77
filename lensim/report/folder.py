"""A results folder as a section of a page: findings, figures with captions, tables, settings, how it was made."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lensim.checks import InputError, shown
from lensim.record import object_in
from lensim.report.compact import compacted
from lensim.report.own_files import cautions_of, names_of, picture_bytes, read_table, require_inside, text_of
from lensim.report.page import PageTable, Picture, Section, State, key_of
from lensim.result_parts import is_whole

WORDS: Final = ("findings.txt", "plan.txt")
"""Files that say in sentences what was found."""

ASKED_IN_PYTHON: Final = ("scenario.json", "question.json")
"""What was asked, where it was not read from a file."""

MOST_UNLISTED_ROWS: Final = 400
"""A longer table that no section lists is not shown: it has data rather than answers."""

LONGEST_TEXT: Final = 20_000


@dataclass(frozen=True)
class ListedFigure:
    """A figure that a page chooses from a folder, with the words that go with it."""

    file: str
    caption: str
    alt: str


@dataclass(frozen=True)
class ListedTable:
    """A table that a page chooses from a folder; columns that the file does not have are passed over."""

    file: str
    caption: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """The figures and tables of a results folder that a page shows, in order.

    Attributes
    ----------
    folder
        Its name among the results.
    title
        Heading.
    lead
        What was asked and how, in a paragraph.
    figures, tables
        Shown in this order; those of the folder that are not named come behind them.
    left_out
        Files that are not shown: what is data, or said elsewhere.
    """

    folder: str
    title: str
    lead: str
    figures: tuple[ListedFigure, ...] = ()
    tables: tuple[ListedTable, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """Seed, commit, versions, verdicts and seconds from manifest.json; empty without one."""

    seed: str = ""
    commit: str = ""
    python: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    verdicts: tuple[tuple[str, str], ...] = ()
    seconds: float = float("nan")


def is_results_folder(folder: Path) -> bool:
    """Whether a folder has anything that a page can show."""
    return folder.is_dir() and (
        any((folder / name).is_file() for name in WORDS) or any(folder.glob("*.csv")) or any(folder.glob("*.png"))
    )


def read_made(folder: Path) -> Made:
    """manifest.json of a folder.

    Raises
    ------
    InputError
        If it is there and is no manifest.
    """
    path, what = folder / "manifest.json", "a manifest written by lensim"
    if not os.path.lexists(path):
        return Made()
    require_inside(folder, path)
    content = object_in(path, what)
    seed = content.get("seed", "")
    if seed != "" and not is_whole(seed):
        raise InputError(f"{path} must be {what}, got the seed {shown(seed)}, which is no whole number of 0 or more")
    try:
        return Made(
            seed=str(seed),
            commit=str(content.get("commit", "")),
            python=str(content.get("python", "")),
            versions=_pairs(content.get("versions", {})),
            verdicts=_pairs(content.get("verdicts", {})),
            seconds=float(sum(content["seconds"].values())) if content.get("seconds") else float("nan"),
        )
    except (ValueError, AttributeError, TypeError, OverflowError) as error:
        raise InputError(f"{path} must be {what}, got something else ({error})") from None


def _pairs(content: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in content.items())


def state_of(sentence: str) -> State:
    """Whether the sentence of a verdict says that a fit converged."""
    return "no" if sentence.startswith("NOT ") else "yes"


def said_of(sentence: str) -> str:
    """The sentence of a verdict without the words that its sign already shows."""
    return sentence.removeprefix("NOT ").removeprefix("converged: ")


def folder_section(folder: Path, choice: Choice | None = None, key: str = "") -> Section:
    """The section of a results folder: findings, figures, tables and how it was made.

    Parameters
    ----------
    folder
        As an experiment, or `lensim power`, `lensim plan` or `lensim published` writes it.
    choice
        What to show; everything, in the order of names, without it.
    key
        Address of the section; that of the folder's name without it.

    Raises
    ------
    InputError
        If it is no results folder, or a file in it cannot be read.
    """
    if not is_results_folder(folder):
        got = "a folder without them" if folder.is_dir() else "a file" if folder.exists() else "nothing there"
        raise InputError(f"{folder} must be a results folder with findings, tables or figures, got {got}")
    choice = choice or Choice(folder.name, _words(folder.name).capitalize(), "")
    made = read_made(folder)
    verdicts = [f"{name}: {said_of(sentence)}" for name, sentence in made.verdicts]
    failed = any(state_of(sentence) == "no" for _, sentence in made.verdicts)
    cautions = tuple(cautions_of(folder))
    return Section(
        key or key_of(choice.folder),
        choice.title,
        state=("no" if failed else "yes") if verdicts else None,
        verdict="; ".join(verdicts),
        lead=((choice.lead,) if choice.lead else ()) + cautions,
        cautions=cautions,
        findings=_findings(folder, made),
        tables=tuple(_tables(folder, choice)),
        pictures=tuple(_pictures(folder, choice)),
        facts=_facts(made),
        text=_config(folder),
    )


def _facts(made: Made) -> tuple[tuple[str, str], ...]:
    facts = [("Seed", made.seed), ("Commit", made.commit), ("Python", made.python)]
    facts += [(name, version) for name, version in made.versions]
    return tuple((name, value) for name, value in facts if value)


def _findings(folder: Path, made: Made) -> tuple[str, ...]:
    """Sentences, without the verdicts, which are shown above them."""
    files = [folder / name for name in WORDS if (folder / name).is_file()]
    for path in files:
        require_inside(folder, path)
    said = [line.strip() for path in files for line in text_of(path).splitlines()]
    verdicts = {form for name, sentence in made.verdicts for form in (sentence, f"{name}: {sentence}")}
    return tuple(line for line in said if line and line not in verdicts)


def _config(folder: Path) -> tuple[str, str] | None:
    configs = sorted(folder.glob("*.toml")) or [folder / name for name in ASKED_IN_PYTHON if (folder / name).is_file()]
    if not configs:
        return None
    # an experiment's config bears its folder's name
    own = [path for path in configs if path.stem == folder.name] or configs
    require_inside(folder, own[0])
    return f"What was asked: {own[0].name}", text_of(own[0])[:LONGEST_TEXT]


def _chosen(names: Iterable[str], listed: Iterable[str], left_out: tuple[str, ...]) -> list[str]:
    """Those listed first, then the others, without those left out; a name of a folder leaves out what it holds."""
    names, first = list(names), list(listed)
    others = [
        name
        for name in names
        if name not in first and name not in left_out and f"{name.rpartition('/')[0]}/" not in left_out
    ]
    return [name for name in first if name in names] + others


def _tables(folder: Path, choice: Choice) -> Iterable[PageTable]:
    listed = {one.file: one for one in choice.tables}
    for name in _chosen(names_of(folder, ".csv"), listed, choice.left_out):
        frame = read_table(folder / name)
        one = listed.get(name)
        if frame.empty or (one is None and len(frame) > MOST_UNLISTED_ROWS):
            continue
        frame = compacted(frame)
        if one is not None and one.columns:
            frame = frame[[column for column in one.columns if column in frame] or list(map(str, frame))]
        if one is not None:
            frame = _in_words(frame)
        caption = one.caption if one else _title_of(name)
        yield PageTable(frame, caption, source=f"{folder.name}/{name}")


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Names of code in cells, such as paired_t, as words."""
    return frame.map(lambda value: value.replace("_", " ") if isinstance(value, str) else value)


def _pictures(folder: Path, choice: Choice) -> Iterable[Picture]:
    listed = {one.file: one for one in choice.figures}
    for name in _chosen(names_of(folder, ".png"), listed, choice.left_out):
        one = listed.get(name)
        caption = one.caption if one else f"{_title_of(name)}."
        alt = one.alt if one else f"Figure: {_title_of(name)}, drawn from the tables of {folder.name}"
        yield Picture(f"{folder.name}/{name}", picture_bytes(folder / name), caption, alt)


def _title_of(name: str) -> str:
    """Words of the file's name, those of its folder before them."""
    path = Path(name)
    words = [_words(part) for part in (*path.parent.parts, path.stem)]
    return ": ".join(words).capitalize()


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip()
