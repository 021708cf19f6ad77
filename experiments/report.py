"""The whole study as one self-contained page, from the results of the other experiments.

python -m experiments.report --out results/report
"""

from pathlib import Path

import typer
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim.bounds import BoundedModel
from lensim.report.html import render
from lensim.report.study import study_page
from lensim.results_folder import command_of, read_config, results_folder

console = Console()
PAGE = "index.html"


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    results: Path
    largest_bytes: int = Field(gt=0)


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Collect results, and write the page into one folder.

    Raises
    ------
    InputError
        If the config is faulty, there are no results or too large ones, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    text = render(study_page(config.results), config.largest_bytes)
    with results_folder(out, config_path, force=force, inputs=[config.results]) as folder:
        (folder / PAGE).write_text(text, encoding="utf-8")
    size = len(text.encode()) / 1e6
    console.print(f"page of {size:.1f} MB: {out}/{PAGE}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "report"))
