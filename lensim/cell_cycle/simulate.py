"""Simulated cytometry: counts by phase for many studies, or every event of one study, from the truth."""

import numpy as np
import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.bounds import require_size
from lensim.cell_cycle.phases import PHASES
from lensim.cell_cycle.truth import KINDS_OF_EVENT, Cytometer

CHANNELS = 1024
"""0 to 1,023: brighter events pile up in the last one."""
LOG10_BRIGHTEST = 4.0
DEBRIS, DOUBLET = KINDS_OF_EVENT.index("debris"), KINDS_OF_EVENT.index("doublet")


def simulate(sheet: xr.Dataset, truth: xr.Dataset, cytometer: Cytometer, rng: np.random.Generator) -> xr.Dataset:
    """Events by phase of every tube, as perfect gates would count them.

    Recorded events ~ Multinomial(shares of the tube's culture, debris and doublets aside).

    Parameters
    ----------
    sheet
        As from `lay_out`.
    truth
        As from `draw_truth`, with the dim study.
    cytometer
        Of which only the shares of debris and doublets count here.
    rng
        Random numbers.

    Returns
    -------
    xarray.Dataset
        The sheet with events (study, tube, phase) and events_outside (study, tube).
    """
    share = truth[v.CULTURE_SHARE].to_numpy()[:, sheet[v.CULTURE_OF_TUBE].to_numpy()]
    recorded = np.broadcast_to(sheet[v.EVENTS_RECORDED].to_numpy(), share.shape[:-1])
    outside = rng.binomial(recorded, cytometer.outside_share)
    events = rng.multinomial(recorded - outside, share)
    data = sheet.assign(
        {v.EVENTS: ((v.STUDY, v.TUBE, v.PHASE), events), v.EVENTS_OUTSIDE: ((v.STUDY, v.TUBE), outside)}
    )
    for name in (v.EVENTS, v.EVENTS_OUTSIDE):
        data[name].attrs["units"] = v.UNITS[name]
    data.attrs[v.ASSAY] = v.CELL_CYCLE
    return data


def one_study(data: xr.Dataset, study: int) -> xr.Dataset:
    """One study of a simulated batch, as it would come out of a file.

    Raises
    ------
    InputError
        If there is no such study.
    """
    checks.is_study(data, v.STUDY, study)
    return data.isel({v.STUDY: study}, drop=True)


def simulate_events(
    sheet: xr.Dataset, truth: xr.Dataset, cytometer: Cytometer, rng: np.random.Generator, study: int = 0
) -> xr.Dataset:
    """Every event of one study: DNA by propidium iodide, BrdU, width of the pulse, and what the event truly is.

    G0/G1 cells lie at one DNA content and without BrdU, G2/M at nearly twice that; S cells lie between, evenly, and in
    an arch of BrdU whose ends are low. A doublet is two cells of its tube that passed as one: its DNA and BrdU are
    sums, and its pulse is wide. DNA is cut off at channel 1,023 and BrdU at four decades, where such events pile up.

    Parameters
    ----------
    sheet, truth
        As for `simulate`.
    cytometer
        How cells look.
    rng
        Random numbers.
    study
        Which study of the truth.

    Returns
    -------
    xarray.Dataset
        The sheet with propidium_iodide_channel, brdu_fluorescence, propidium_iodide_width, tube_of_event and
        kind_of_event (event).
    """
    checks.is_study(truth, v.STUDY, study)
    require_size(
        "simulate_events",
        float(sheet[v.EVENTS_RECORDED].to_numpy().astype(float).sum()),
        limits.DESIGN_EVENTS,
        "events of all tubes",
        f"lower events_per_tube, experiments or tubes ({sheet.sizes[v.TUBE]:,} in all)",
    )
    share = truth[v.CULTURE_SHARE].to_numpy()[study][sheet[v.CULTURE_OF_TUBE].to_numpy()]
    inside = 1.0 - cytometer.outside_share
    outside = np.broadcast_to([cytometer.debris_share, cytometer.doublet_share], (len(share), 2))
    count = rng.multinomial(sheet[v.EVENTS_RECORDED].to_numpy(), np.concatenate([inside * share, outside], axis=1))
    tube = np.repeat(np.arange(len(count)), count.sum(axis=1))
    kind = np.concatenate([np.repeat(np.arange(len(KINDS_OF_EVENT)), own) for own in count])
    single = np.where(kind == DOUBLET, _phases_of_tubes(share[tube], rng), kind)
    dna, brdu = _singlets(single, cytometer, rng)
    is_doublet = kind == DOUBLET
    second_dna, second_brdu = _singlets(_phases_of_tubes(share[tube[is_doublet]], rng), cytometer, rng)
    dna[is_doublet] += second_dna
    brdu[is_doublet] = np.log10(10.0 ** brdu[is_doublet] + 10.0**second_brdu)
    dna *= np.exp(cytometer.sd_log_g1_channel * rng.standard_normal(len(count)))[tube]
    brdu += (cytometer.sd_log10_brdu_tube * rng.standard_normal(len(count)))[tube]
    width = np.where(is_doublet, cytometer.doublet_width, cytometer.singlet_width)
    width = width * np.exp(cytometer.cv_width * rng.standard_normal(len(kind)))
    steps = LOG10_BRIGHTEST / CHANNELS
    return sheet.assign(
        {
            v.DNA: (v.EVENT, np.clip(np.round(dna), 0, CHANNELS - 1), {"units": v.UNITS[v.DNA]}),
            v.BRDU: (
                v.EVENT,
                10.0 ** (steps * np.clip(np.round(brdu / steps), 0, CHANNELS - 1)),
                {"units": v.UNITS[v.BRDU]},
            ),
            v.DNA_WIDTH: (v.EVENT, np.clip(np.round(width), 0, CHANNELS - 1), {"units": v.UNITS[v.DNA_WIDTH]}),
            v.TUBE_OF_EVENT: (v.EVENT, tube),
            v.KIND_OF_EVENT: (v.EVENT, kind),
        }
    ).assign_attrs({v.ASSAY: v.CELL_CYCLE})


def _phases_of_tubes(share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A phase for each row of shares."""
    return (rng.random((len(share), 1)) > np.cumsum(share, axis=1)[:, :-1]).sum(axis=1)


def _singlets(kind: np.ndarray, cytometer: Cytometer, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """DNA [channels] and BrdU [log10 fluorescence units] of cells in a phase, or of debris."""
    done = np.where(kind == PHASES.index("S"), rng.random(len(kind)), kind == PHASES.index("G2/M"))  # of replication
    dna = cytometer.g1_channel * (1.0 + (cytometer.g2m_over_g1 - 1.0) * done)
    dna *= np.exp(cytometer.cv * rng.standard_normal(len(kind)))
    arch = cytometer.log10_brdu_ends + (cytometer.log10_brdu_top - cytometer.log10_brdu_ends) * 4.0 * done * (1 - done)
    brdu = np.where(kind == PHASES.index("S"), arch, cytometer.log10_brdu_negative + 0.1 * done)
    brdu = brdu + cytometer.sd_log10_brdu * rng.standard_normal(len(kind))
    debris = kind == DEBRIS
    dna[debris] = rng.exponential(0.3 * cytometer.g1_channel, debris.sum())
    brdu[debris] -= 0.2
    return dna, brdu
