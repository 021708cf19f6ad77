"""What the commands of the command line share: consoles, and options that mean the same everywhere."""

import os
from typing import Annotated, Final

import typer
from rich.console import Console

LOG_WIDTH: Final = 120
"""Where there is no terminal whose width could be asked."""

_asked = Console()
out = _asked if _asked.is_terminal or "COLUMNS" in os.environ else Console(width=LOG_WIDTH)
err = Console(stderr=True, highlight=False)

Seed = Annotated[int, typer.Option("--seed", min=0, help="Root seed; the same seed gives the same numbers.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
Draws = Annotated[int, typer.Option(help="Kept draws of each chain.")]
Tune = Annotated[int, typer.Option(help="Warm-up steps of each chain.")]
Chains = Annotated[int, typer.Option(help="Chains.")]
TargetAccept = Annotated[float, typer.Option(help="Higher is slower and more careful.")]
CiProb = Annotated[float, typer.Option("--ci", help="Probability inside the intervals.")]
