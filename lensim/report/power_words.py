"""What a folder of results of `lensim power` or `lensim plan` says in sentences, for a checklist."""

from pathlib import Path
from typing import Final

from lensim.checks import InputError
from lensim.plain_text import one_line, shown_name
from lensim.report.folder import WORDS, read_made
from lensim.report.own_files import require_inside, text_of

MOST_CHARACTERS: Final = 4000


def power_found(folder: Path) -> str:
    """The sentences of a folder on one line, with the seed.

    Raises
    ------
    InputError
        If it is no such folder, or a file of it is a link or no text.
    """
    path = next((folder / name for name in WORDS if (folder / name).is_file()), None)
    if path is None:
        raise InputError(
            f"{shown_name(folder)} must be a folder of results of lensim power or lensim plan, which has "
            f"{' or '.join(WORDS)}, got none of these"
        )
    require_inside(folder, path)
    command = "lensim power" if path.name == WORDS[0] else "lensim plan"
    lines = [line.strip() for line in text_of(path).splitlines() if line.strip()]
    if not lines:
        raise InputError(f"{shown_name(path)} must have sentences of {command}, got nothing")
    seed = read_made(folder).seed
    made = f"{command}{f', seed {seed}' if seed else ''}"
    return f"{made}: {one_line(' '.join(lines), MOST_CHARACTERS)}"
