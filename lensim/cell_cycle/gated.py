"""From the events of a study to counts by phase, each experiment gated on its own."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.cell_cycle.gate import OUTSIDE, Gating, gate_events
from lensim.cell_cycle.phases import PHASES

_PILE: Final = 1e-4  # share of events in the brightest channel from which on it is the detector's ceiling


@dataclass(frozen=True)
class GatedStudy:
    """A study after gating.

    Attributes
    ----------
    data
        The study with events (tube, phase) and events_outside (tube), as a model takes it, without single events.
    phase_of_event
        Position in `PHASES` of every event, or -1 for outside.
    gatings
        By position of the experiment.
    doubts
        By name of the tube, why its gates should be looked at; tubes without reason are not in it.
    """

    data: xr.Dataset
    phase_of_event: np.ndarray
    gatings: dict[int, Gating]
    doubts: dict[str, str]


def log10_brdu(fluorescence: np.ndarray) -> np.ndarray:
    """BrdU on a log10 scale that takes zero and less: arcsinh(x / 2 c) / log 10 + log10 c.

    From a few c up it is log10 x. c is 1 where all values are above 0, else as large as the most negative hundredth, so
    that what compensation put below zero stays one heap with what it put above.
    """
    x = np.asarray(fluorescence, dtype=float)
    c = max(1.0, -float(np.quantile(x, 0.01)))
    return np.arcsinh(x / (2.0 * c)) / np.log(10.0) + np.log10(c)


def gate_study(events: xr.Dataset) -> GatedStudy:
    """Gate every tube of a study, the tubes of one experiment with one mixture; see `gate_events`.

    Parameters
    ----------
    events
        As from `simulate_events` or a reader: propidium_iodide_channel, brdu_fluorescence, tube_of_event (event), where
        known propidium_iodide_width (event), and the sheet.

    Raises
    ------
    InputError
        If a variable is absent, or a tube has too few events or no peak of DNA.
    """
    needed: dict[str, tuple[str, ...]] = {name: (v.EVENT,) for name in (v.DNA, v.BRDU, v.TUBE_OF_EVENT)}
    needed[v.CULTURE_OF_TUBE] = (v.TUBE,)
    checks.has_variables(events, needed, "gate_study")
    tube = events[v.TUBE_OF_EVENT].to_numpy()
    dna, width = events[v.DNA].to_numpy(), events[v.DNA_WIDTH].to_numpy() if v.DNA_WIDTH in events else None
    experiment_of_tube = events[v.EXPERIMENT_OF_CULTURE].to_numpy()[events[v.CULTURE_OF_TUBE].to_numpy()]
    phase = np.full(len(tube), OUTSIDE)
    count, outside = np.zeros((events.sizes[v.TUBE], len(PHASES)), dtype=np.int64), np.zeros(events.sizes[v.TUBE], int)
    gatings: dict[int, Gating] = {}
    doubts: dict[str, str] = {}
    for experiment in np.unique(experiment_of_tube).tolist():
        tubes = np.flatnonzero(experiment_of_tube == experiment)
        own = np.flatnonzero(experiment_of_tube[tube] == experiment)
        gating = gate_events(
            dna[own],
            log10_brdu(events[v.BRDU].to_numpy()[own]),
            np.searchsorted(tubes, tube[own]),
            len(tubes),
            None if width is None else width[own],
            _ceiling(dna[own]),
            names=[str(name) for name in events[v.TUBE].to_numpy()[tubes]],
        )
        phase[own], count[tubes], outside[tubes] = gating.phase_of_event, gating.events, gating.events_outside
        gatings[experiment] = gating
        names = events[v.TUBE].to_numpy()[tubes]
        doubts |= {str(name): why for name, why in zip(names, gating.doubts, strict=True) if why}
    single = [name for name in events.data_vars if v.EVENT in events[name].dims]
    data = events.drop_vars(single).assign(
        {
            v.EVENTS: ((v.TUBE, v.PHASE), count, {"units": v.UNITS[v.EVENTS]}),
            v.EVENTS_OUTSIDE: (v.TUBE, outside, {"units": v.UNITS[v.EVENTS_OUTSIDE]}),
        }
    )
    return GatedStudy(data.assign_coords({v.PHASE: list(PHASES)}), phase, gatings, doubts)


def _ceiling(dna: np.ndarray) -> float:
    """The channel in which the detector collects all brighter events; infinite where no channel does."""
    piled = dna == dna.max()
    return float(dna.max()) if piled.sum() > 5 and _PILE < piled.mean() < 0.5 else np.inf


def confusion(kind_of_event: np.ndarray, phase_of_event: np.ndarray, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Events by what they truly are (rows) and where the gates put them (columns); for simulated events."""
    gates = (*PHASES, "outside")
    table = np.zeros((len(kinds), len(gates)), dtype=np.int64)
    np.add.at(table, (kind_of_event, np.where(phase_of_event == OUTSIDE, len(PHASES), phase_of_event)), 1)
    return pd.DataFrame(table, index=pd.Index(kinds, name="truly"), columns=pd.Index(gates, name="gated"))


def share_rightly_gated(table: pd.DataFrame) -> float:
    """Share of all events that lie in their own phase, or outside where they are no single cell; of a `confusion`."""
    counts = table.to_numpy()
    phases = range(len(PHASES))
    return float((counts[phases, phases].sum() + counts[len(PHASES) :, len(PHASES)].sum()) / counts.sum())
