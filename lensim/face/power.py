"""`lensim.power(...)`: the command `lensim power`, from Python."""

from collections.abc import Callable
from pathlib import Path

from lensim.arguments import checked
from lensim.power.result import PowerResult
from lensim.power.run import Draw, run_power
from lensim.power.scenario import Scenario, read_scenario


@checked
def power(
    scenario: str | Path | Scenario,
    out: str | Path | None = None,
    *,
    workers: int = 1,
    scheduler: str = "",
    trust_network: bool = False,
    figures: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PowerResult:
    """Power, assurance and errors of a design, by simulated studies.

    Parameters
    ----------
    scenario
        A file (TOML), or a scenario from `lensim.power.scenario.scenario_of`.
    out
        Folder for tables, sentences, figures and the manifest, as the command leaves it; a run that was broken off goes
        on there. Nothing is kept without it.
    workers, scheduler
        Processes on this machine, or the address of a dask scheduler that someone started. Results do not depend on
        them. Whoever can reach a scheduler can run code here and there: see `lensim.power.scheduler`.
    trust_network
        Take a scheduler on another machine without encryption.
    figures
        Draw figures into the folder.
    progress
        Called with chunks of studies done and the most that there can be.

    Returns
    -------
    PowerResult
        With table, audit, text and folder.

    Raises
    ------
    InputError
        With every fault of the scenario; if the folder is another scenario's or cannot be written to, or the scheduler
        cannot be reached.

    Examples
    --------
    >>> result = lensim.power("study.toml", out="results/power")
    >>> result.table[["rule", "target", "share", "share_mcse"]]
    """
    asked_in = Path(scenario) if isinstance(scenario, str | Path) else None
    asked = read_scenario(Path(scenario)) if isinstance(scenario, str | Path) else scenario
    return run_power(
        asked,
        None if out is None else Path(out),
        workers=workers,
        scheduler=scheduler,
        trust_network=trust_network,
        progress=progress,
        draw=_drawing() if figures and out is not None else None,
        asked_in=asked_in,
    )


def _drawing() -> Draw:
    """The report's figures; what draws is imported only where something is drawn."""
    from lensim.report.power_folder import draw_power

    return draw_power
