"""The commands `lensim simulate ASSAY`: twins of the assays of Maïga et al. (2013), and the truth behind them."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensim import limits
from lensim.cli.shared import MOST_REPEATS, Experiments, Force, Seed, say, table_suffix
from lensim.plain_text import counted

if TYPE_CHECKING:
    import xarray as xr

Table = Annotated[Path, typer.Option("--out", help="Table to write: .csv or .tsv.")]


MOST_TIME_ZERO_WELLS = 1_000


class MapOfPlate(StrEnum):
    """Plate maps that `lensim simulate dose-response` can use."""

    randomised = "randomised"
    by_column = "by_column"


def simulate_dose_response(
    path: Table,
    seed: Seed = 1,
    experiments: Experiments = 3,
    replicates: Annotated[int, typer.Option(min=1, max=MOST_REPEATS, help="Wells of a line at each dose.")] = 3,
    plate_map: Annotated[MapOfPlate, typer.Option(help="Where doses lie on a plate.")] = MapOfPlate.randomised,
    time_zero_wells: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_TIME_ZERO_WELLS,
            help="Also wells read when the drug was added, of each line and experiment, for growth rates; signals are "
            "then light units, and no counts.",
        ),
    ] = 0,
    force: Force = False,
) -> None:
    """A twin of the 23-line panel of Maïga et al. (2013): wells in counts a minute, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with the parameters that the wells were drawn from.
    """
    import math
    from dataclasses import replace

    from lensim import simulate
    from lensim.dose_response.read import write_tidy
    from lensim.dose_response.simulate_growth import GrowthDesign
    from lensim.maiga2013.dose_response_twin import dose_response_design

    target = _truth_of(path, force=force)
    design = dose_response_design(experiments, replicates, plate_map.value)
    growth = GrowthDesign(time_zero_wells=time_zero_wells) if time_zero_wells else None
    design = design if growth is None else replace(design, counting_minutes=math.inf)
    truth, data = simulate.dose_response(design, growth=growth, seed=seed)
    _write(path, target, data, truth, write_tidy, force=force)
    say(f"{data.sizes['well']} wells of {counted(data.sizes['cell_line'], 'line')} in {path}; the truth in {target}")
    asked = "--counting-minutes 1" if growth is None else f"--assay-hours {growth.assay_hours:g}"
    say(f"next: lensim fit dose-response {path} {asked} --out {path.with_suffix('.nc')}")


def simulate_expression(
    path: Table,
    seed: Seed = 1,
    experiments: Experiments = 2,
    replicates: Annotated[int, typer.Option(min=1, max=MOST_REPEATS, help="Reactions of a sample and gene.")] = 2,
    force: Force = False,
) -> None:
    """A twin of the RT-qPCR of Maïga et al. (2013): a Ct, or none, of every reaction, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with what the reactions were drawn from.
    """
    from lensim import simulate
    from lensim.expression.read import write_cts
    from lensim.maiga2013.expression_twin import expression_design

    target = _truth_of(path, force=force)
    truth, data = simulate.expression(expression_design(experiments, replicates), seed=seed)
    _write(path, target, data, truth, write_cts, force=force)
    subjects = counted(data.sizes["subject"], "subject")
    say(f"{data.sizes['reaction']} reactions of {subjects} in {path}; the truth in {target}")
    say(f"next: lensim fit expression {path} --calibrator LP-1 --out {path.with_suffix('.nc')}")


def simulate_bioassay(
    path: Table,
    seed: Seed = 1,
    experiments: Annotated[
        int, typer.Option(min=1, max=MOST_REPEATS, help="Independent experiments, a plate each.")
    ] = 3,
    replicates: Annotated[int, typer.Option(min=1, max=MOST_REPEATS, help="Wells of a standard, and of a medium.")] = 3,
    force: Force = False,
) -> None:
    """A twin of the TNF bioassay of Maïga et al. (2013): optical density of every well, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with what the wells were drawn from.
    """
    from lensim import simulate
    from lensim.bioassay.assemble import write_bioassay
    from lensim.maiga2013.bioassay_twin import bioassay_design

    target = _truth_of(path, force=force)
    truth, data = simulate.bioassay(bioassay_design(experiments, replicates), seed=seed)
    _write(path, target, data, truth, write_bioassay, force=force)
    say(f"{data.sizes['well']} wells on {counted(data.sizes['plate'], 'plate')} in {path}; the truth in {target}")
    say(f"next: lensim fit bioassay {path} --out {path.with_suffix('.nc')}")


def simulate_cell_cycle(
    path: Table,
    seed: Seed = 1,
    experiments: Experiments = 3,
    tubes: Annotated[int, typer.Option(min=1, max=MOST_REPEATS, help="Tubes of each culture.")] = 1,
    events: Annotated[
        int, typer.Option(min=1, max=limits.DESIGN_EVENTS, help="Events that are recorded of each tube.")
    ] = 10_000,
    counts: Annotated[bool, typer.Option("--counts", help="Write a row a tube with counts, not every event.")] = False,
    force: Force = False,
) -> None:
    """A twin of the cell cycle of Maïga et al. (2013): BrdU and DNA of every event, and the truth behind them.

    Writes the table and, beside it, NAME.truth.nc with the shares that events were drawn from.
    """
    from dataclasses import replace

    from lensim import simulate
    from lensim.cell_cycle.read.events import write_cell_cycle, write_cell_cycle_events
    from lensim.maiga2013.cell_cycle_twin import cell_cycle_design

    target = _truth_of(path, force=force)
    design = replace(cell_cycle_design(experiments, tubes), events_per_tube=events)
    if counts:
        truth, data = simulate.cell_cycle(design, seed=seed)
        _write(path, target, data, truth, write_cell_cycle, force=force)
    else:
        truth, data = simulate.cell_cycle_events(design, seed=seed)
        _write(path, target, data, truth, write_cell_cycle_events, force=force)
    say(
        f"{data.sizes['tube']} tubes of {events} events, {counted(data.sizes['cell_line'], 'line')}, "
        f"{counted(experiments, 'experiment')} "
        f"in {path}; the truth in {target}"
    )
    say(f"next: lensim fit cell-cycle {path} --out {path.with_suffix('.nc')}")


def _truth_of(path: Path, *, force: bool) -> Path:
    """Where the truth goes; refuses targets that are taken."""
    from lensim.added_files import require_added
    from lensim.output import require_room_for

    table_suffix(path)
    target = path.with_suffix(".truth.nc")
    require_added(path, force=force)
    require_room_for(target, force=force)
    return target


def _write(
    path: Path,
    target: Path,
    data: "xr.Dataset",
    truth: "xr.Dataset",
    write: Callable[["xr.Dataset", Path], None],
    *,
    force: bool,
) -> None:
    from lensim import placing
    from lensim.added_files import added_file
    from lensim.output import save_dataset

    with added_file(path, force=force) as partial:
        write(data, partial)
        placing.flush(partial)
        save_dataset(truth, target, force=force)  # before the table takes its name: a full disk replaces neither
