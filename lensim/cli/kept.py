"""Where a fit goes whose file cannot be written: to a path that is asked for, or to another folder."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from lensim.checks import InputError, fault_of, one_of
from lensim.cli.remedies import in_own_options
from lensim.cli.shared import err, say

if TYPE_CHECKING:
    import xarray as xr

TOKEN: Final = 4  # bytes of the name in another folder


@dataclass(frozen=True)
class Kept:
    """The file that a fit is in, and what is to be told where it is not the one that was asked for."""

    path: Path
    fault: str = ""


def keep(result: "xr.DataTree", target: Path, *, force: bool) -> Kept:
    """Save a fit, elsewhere where the target does not take it: sampling took long, so it is not given up.

    At a terminal another path is asked for. Else it goes to the working folder, or to the folder for temporary files.

    Raises
    ------
    InputError
        If no place takes it.
    """
    from lensim.output import image_of_result, write_image

    try:
        image = image_of_result(result)
    except MemoryError:
        raise InputError(
            f"{target} must have memory to be written, got less than the {result.nbytes / 1e6:.0f} MB of the fit"
        ) from None
    try:
        write_image(image, target, force=force)
        return Kept(target)
    except (OSError, InputError) as error:
        fault = f"{target} was not written: {_reason(error)}"
    if (asked := _asked_for(image, fault)) is not None:
        return Kept(asked)
    tried = []
    for place in _places(target):
        try:
            write_image(image, place, force=False)
        except (OSError, InputError):
            tried.append(str(place.parent))
        else:
            return Kept(place, f"{fault}; the fit is whole in {place}: move it from there")
    raise InputError(f"{fault}; nor could the fit be saved in {', '.join(tried) or 'another folder'}, so it is lost")


def _asked_for(image: memoryview, fault: str) -> Path | None:
    """A path that someone at a terminal names, with the fit in it; None where nobody does."""
    from lensim.output import write_image

    if not (err.is_terminal and sys.stdin is not None and sys.stdin.isatty()):
        return None
    while True:
        err.print(f"error: {fault}; the fit is kept while this runs", soft_wrap=True, markup=False)
        try:
            said = typer.prompt(
                "save it as (.nc; nothing for another folder)", default="", show_default=False, err=True
            )
        except typer.Abort:
            return None
        if not said.strip():
            return None
        path = Path(said.strip()).expanduser()
        try:
            one_of("suffix of a result", path.suffix.lower(), (".nc",))
            write_image(image, path, force=False)
        except (OSError, InputError, RuntimeError) as error:  # a home folder of nobody is a RuntimeError
            fault = f"{path} was not written: {_reason(error)}"
        else:
            return path


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else fault_of(error)


def _places(target: Path) -> Iterator[Path]:
    """Names of nothing yet, in folders that may take what the target did not."""
    name = f"{target.stem}-{os.urandom(TOKEN).hex()}{target.suffix}"
    for folder in (Path.cwd, tempfile.gettempdir):
        try:
            yield Path(folder()) / name
        except OSError:  # a working folder that was deleted, or nowhere to put temporary files
            continue


@contextmanager
def going_on(what: str, saved: Path, faults: list[str]) -> Iterator[None]:
    """Note and tell what fails behind a fit that is saved, and how to go on from its file.

    Parameters
    ----------
    what
        Could not be done.
    saved
        The file of the fit.
    faults
        Gets the sentence.
    """
    try:
        yield
    except Exception as error:
        faults.append(
            f"{what} ({fault_of(error)}); the result in {saved} is whole, so go on with: "
            f"lensim summarize {shlex.quote(str(saved))}"
        )
        tell(f"error: {in_own_options(faults[-1])}")
    except SystemExit:  # what is printed has no reader any more
        pass


def tell(sentence: str, *, quietly: bool = True) -> None:
    """Say a sentence while there are fits that are not saved: a terminal that is closed or full ends none of them."""
    with suppress(Exception, SystemExit):
        say(sentence, quietly=quietly)
