"""What the commands of the command line share: consoles, and options that mean the same everywhere."""

from typing import Annotated

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True, highlight=False)

Seed = Annotated[int, typer.Option("--seed", min=0, help="Root seed; the same seed gives the same numbers.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
Draws = Annotated[int, typer.Option(help="Kept draws of each chain.")]
Tune = Annotated[int, typer.Option(help="Warm-up steps of each chain.")]
Chains = Annotated[int, typer.Option(help="Chains.")]
TargetAccept = Annotated[float, typer.Option(help="Higher is slower and more careful.")]
CiProb = Annotated[float, typer.Option("--ci", help="Probability inside the intervals.")]
