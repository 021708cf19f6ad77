"""The named worlds of dose-response panels; each changes a panel in one way that a model may not know."""

from collections.abc import Mapping
from typing import Final

from lensim.dose_response.worlds.world import TENFOLD_DOSES_UM, PanelWorld

_DAYS: Final = (
    PanelWorld(),
    PanelWorld(
        "EC50 by day 0.15", "Midpoints of cultures differ by 0.15 log10 between days.", sd_culture_log10_ec50=0.15
    ),
    PanelWorld(
        "EC50 by day 0.25", "Midpoints of cultures differ by 0.25 log10 between days.", sd_culture_log10_ec50=0.25
    ),
    PanelWorld(
        "one dilution series a day",
        "All lines of a day get one dilution series, which is off by 0.15 log10; cultures differ by 0.05 beside it.",
        sd_culture_log10_ec50=0.05,
        sd_day_log10_ec50=0.15,
    ),
    PanelWorld(
        "effect by day 0.15",
        "The effect at saturation (-log of the signal left) of cultures differs by 0.15 between days.",
        sd_culture_effect=0.15,
    ),
    PanelWorld(
        "effect by day 0.30",
        "The effect at saturation (-log of the signal left) of cultures differs by 0.30 between days.",
        sd_culture_effect=0.30,
    ),
    PanelWorld(
        "plateau by day 6 points",
        "The signal left at saturation differs by 6 percent of untreated between days.",
        sd_culture_left=0.06,
    ),
    PanelWorld(
        "effect shared by day 0.15",
        "All lines of a day have an effect at saturation that is off by 0.15, as with another batch of serum.",
        sd_day_effect=0.15,
    ),
    PanelWorld(
        "slope by day 0.25", "The log slope of cultures differs by 0.25 between days.", sd_culture_log_slope=0.25
    ),
    PanelWorld(
        "days differ in all",
        "Midpoints differ by 0.10 log10 by culture and 0.10 by day, effects by 0.15 by culture, log slopes by 0.15.",
        sd_day_log10_ec50=0.10,
        sd_culture_effect=0.15,
        sd_culture_log_slope=0.15,
    ),
)
_ONE: Final = (
    PanelWorld(
        "one experiment 0.10",
        "One experiment; midpoints of cultures differ by 0.10 log10 between days.",
        experiments=1,
    ),
    PanelWorld(
        "one experiment 0.15",
        "One experiment; midpoints of cultures differ by 0.15 log10 between days.",
        experiments=1,
        sd_culture_log10_ec50=0.15,
    ),
    PanelWorld(
        "one experiment 0.25",
        "One experiment; midpoints of cultures differ by 0.25 log10 between days.",
        experiments=1,
        sd_culture_log10_ec50=0.25,
    ),
    PanelWorld(
        "one experiment, one series",
        "One experiment; its dilution series is off by 0.15 log10 for all lines.",
        experiments=1,
        sd_culture_log10_ec50=0.05,
        sd_day_log10_ec50=0.15,
    ),
)
_PLATES: Final = (
    PanelWorld(
        "edges by column",
        "Edge wells give 15% less; each dose has a column of its own, so the controls are at the edge.",
        plate_map="by_column",
        edge_loss=0.15,
    ),
    PanelWorld("edges randomised", "Edge wells give 15% less; wells are randomised.", edge_loss=0.15),
    PanelWorld(
        "gradients by column",
        "Signal changes along rows and columns by 10% from the middle to the end; each dose has a column of its own.",
        plate_map="by_column",
        sd_gradient=0.10,
    ),
    PanelWorld(
        "gradients randomised",
        "Signal changes along rows and columns by 10% from the middle to the end; wells are randomised.",
        sd_gradient=0.10,
    ),
    PanelWorld("outlying wells", "3% of wells are three times too high or too low.", outlying_share=0.03),
    PanelWorld("lost wells", "10% of wells have no result.", lost_share=0.10),
    PanelWorld("controls off", "Untreated wells are 20% above wells with vehicle and no drug.", controls_fold=1.2),
)
_PERCENTS: Final = (
    PanelWorld(
        "percents", "Nothing odd, but the table has percents of untreated, and no raw signals.", as_percent=True
    ),
    PanelWorld(
        "percents, days differ in all",
        "As days differ in all, in percents of untreated.",
        as_percent=True,
        sd_day_log10_ec50=0.10,
        sd_culture_effect=0.15,
        sd_culture_log_slope=0.15,
    ),
    PanelWorld(
        "percents, one experiment 0.15",
        "One experiment, in percents of untreated; midpoints of cultures differ by 0.15 log10 between days.",
        as_percent=True,
        experiments=1,
        sd_culture_log10_ec50=0.15,
    ),
)
_LINES: Final = (
    PanelWorld("skewed lines", "Midpoints and effects of lines have one long tail.", curves="skewed"),
    PanelWorld(
        "two kinds of lines", "Half of the lines respond strongly at low doses, the others hardly.", curves="two_humps"
    ),
    PanelWorld("three lines", "A panel of three lines.", lines=3),
    PanelWorld("all resistant", "No line is inhibited by more than a fifth.", curves="flat"),
    PanelWorld("four doses", "Four doses, tenfold apart.", doses_um=TENFOLD_DOSES_UM),
    PanelWorld(
        "between two doses",
        "Steep curves that fall wholly between two of four doses, tenfold apart.",
        curves="between_doses",
        doses_um=TENFOLD_DOSES_UM,
    ),
)
WORLDS: Final[Mapping[str, PanelWorld]] = {
    world.name: world for world in (*_DAYS, *_ONE, *_PLATES, *_LINES, *_PERCENTS)
}
