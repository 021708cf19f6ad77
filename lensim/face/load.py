"""`lensim.load(...)`: a fit in a file, or a screen in a folder."""

from pathlib import Path

from lensim.arguments import checked
from lensim.face.fit import Fit
from lensim.face.screen import Screen
from lensim.output import load_result


@checked
def load(path: str | Path) -> Fit | Screen:
    """Read a fit that `Fit.save` or `lensim fit` wrote, or the folder of a screen.

    Parameters
    ----------
    path
        File (.nc) of a fit, or folder of a screen.

    Raises
    ------
    InputError
        If there is no such file, or it is no result of lensim.

    Examples
    --------
    >>> lensim.load("fit.nc").verdict.sentence()
    >>> lensim.load("screen/").table
    """
    if Path(path).is_dir():
        return Screen(path)
    return Fit(load_result(Path(path)))
