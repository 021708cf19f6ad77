"""`lensim.published(...)`: the command `lensim published`, from Python."""

from collections.abc import Callable
from pathlib import Path

from lensim.arguments import checked
from lensim.summaries.run import Draw, PublishedResult, run_published


@checked
def published(
    summaries: str | Path,
    out: str | Path | None = None,
    *,
    draws: int = 4000,
    seed: int = 1,
    figures: bool = True,
    force: bool = False,
    tell: Callable[[str], None] = lambda said: None,
    warn: Callable[[str], None] = lambda said: None,
) -> PublishedResult:
    """Effect and spread behind a paper's printed summaries [log2], and an audit of its P values.

    Parameters
    ----------
    summaries
        Published summaries (TOML).
    out
        Folder for the posterior, tables, sentences, figures and the manifest, as the command leaves it. Nothing is kept
        without it.
    draws, seed
        Independent draws, and the root of their random numbers.
    figures
        Draw figures into the folder.
    force
        Replace a folder that lensim wrote.
    tell, warn
        Called with each sentence, and with each warning, before the posterior is drawn.

    Returns
    -------
    PublishedResult
        With tree, table, audit, text and folder; it can be the prior of `lensim.plan`.

    Raises
    ------
    InputError
        With every fault of the file; if no values can have a summary, or the folder is there and `force` is false.

    Examples
    --------
    >>> result = lensim.published("paper.toml")
    >>> lensim.plan("next.toml", prior=result).text
    """
    return run_published(
        Path(summaries),
        None if out is None else Path(out),
        draws=draws,
        seed=seed,
        tell=tell,
        warn=warn,
        draw=_drawing() if figures and out is not None else None,
        force=force,
    )


def _drawing() -> Draw:
    """The report's figures; what draws is imported only where something is drawn."""
    from lensim.report.published_folder import draw_published

    return draw_published
