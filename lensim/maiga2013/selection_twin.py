"""How LP1-LR may have been selected: the study's schedule, similar schedules, and two clones.

The ends of the escalation, its least time and the dose after it are stated; steps, rates and numbers of cells are not.
"""

from typing import Final

from lensim.maiga2013.designs import SELECTION
from lensim.maiga2013.facts import number
from lensim.selection.schedule import DoseSchedule, Escalation
from lensim.selection.truth import Clone, ClonePair

STEPS: Final = 5
"""Of the escalation: 0.1, 0.32, 1, 3.2 and 10 uM, half a log each, as in the usual dose series (assumed)."""

PAPER: Final = "as published"

CLONES: Final = ClonePair(
    sensitive=Clone(
        division_per_day=0.40,
        death_per_day=0.05,
        log10_ec50_um=-0.4,
        log_hill_slope=0.2,
        effect_at_saturation=0.565,
        death_rise_per_day=0.25,
    ),
    resistant=Clone(division_per_day=0.36, death_per_day=0.05),
    mutation_probability=1e-7,
)
"""LP-1 and LP1-LR, all assumed but for what is said of the S phase.

Sensitive: net growth of 0.35 per day doubles LP-1 in two days, as myeloma lines do; one cell dies for eight that
divide, as in a culture that is nine tenths viable. EC50 and Hill slope are the means of the simulated panel
(`lensim.maiga2013.dose_response_twin.PAPER_POPULATION`). The effect is -log(lp1_s_phase_fold), 0.57 (derived: 51 to
29% of cells in S phase), which takes the share of cells in S phase for the rate of division, at a saturating dose.
That alone would leave a growing culture; deaths that rise by 0.25 per day kill half of the cells in three days and
let it dwindle by 0.07 per day at 10 uM, so that resistance, or the end, decides.

Resistant: untouched by the drug (stated of its S phase), a tenth slower in dividing. Mutation: 1e-7 a division is
usual for the loss of one gene.
"""


def published_schedule(speed: float = 1.0, name: str = PAPER) -> DoseSchedule:
    """0.1 to 10 uM at `speed` times the published rate, then 30 uM for 60 days.

    At speed 1 the rise takes the stated least, six months.
    """
    days = number("selection_days_at_least")
    low, high = SELECTION.dose_um.low, SELECTION.dose_um.high
    return DoseSchedule(
        name=name,
        escalation=Escalation(
            first_dose_um=low,
            last_dose_um=high,
            factor=(high / low) ** (1.0 / (STEPS - 1)),
            days_per_step=days / STEPS / speed,
            maintenance_dose_um=SELECTION.maintenance_dose_um,
            maintenance_days=60.0,
        ),
    )


def compared_schedules(days: float | None = None) -> list[DoseSchedule]:
    """The published schedule, twice as fast, three times slower, straight to 10 and straight to 30 uM.

    Each ends on the same day, in its last dose; by default 60 days after the slowest has come to its own.

    Raises
    ------
    InputError
        If a schedule has not come to its last dose by then.
    """
    slow = published_schedule(1 / 3, "three times slower")
    end = slow.days if days is None else days
    return [
        one.until(end)
        for one in (
            published_schedule(),
            published_schedule(2.0, "twice as fast"),
            slow,
            DoseSchedule.of_steps("straight to 10 µM", [(SELECTION.dose_um.high, 1.0)]),
            DoseSchedule.of_steps("straight to 30 µM", [(SELECTION.maintenance_dose_um, 1.0)]),
        )
    ]
