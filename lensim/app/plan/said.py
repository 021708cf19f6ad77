"""Sentences of the room: what the fields mean, and what was found, in words that a biologist would use."""

import math
from collections.abc import Sequence
from typing import Final

from lensim.app.plan.asked import Asked
from lensim.app.plan.chosen import plural
from lensim.app.plan.designs import PANELS
from lensim.app.plan.found import Found, Gain
from lensim.app.plan.look import Look
from lensim.plan.evaluate import Share
from lensim.power.words import count_of

NORMAL_95: Final = 1.96
TWO_THIRDS: Final = 1.0
"""Standard deviations within which two thirds of all subjects lie."""


def nouns(asked: Asked) -> str:
    """What the number of a design counts: 'patients', 'patients in each group', 'lines', 'experiments'."""
    if asked.design in PANELS:
        return "experiments" if asked.design == "calls" else "lines"
    return f"{plural(asked.subject)} in each group" if asked.design == "groups" else plural(asked.subject)


def percent(log2: float) -> str:
    """A log2 ratio in percent of control."""
    value = 100 * 2.0**log2
    return f"{value:.0f}%" if value >= 10 else f"{value:.2g}%"


def effect_in_words(asked: Asked) -> str:
    """What an effect and its spread mean, the same in percent and as a fold change; of calls what can be called."""
    if asked.design == "calls":
        return _calls_in_words(asked)
    effect, spread = asked.about
    fold = 2.0**effect
    change = "no change" if abs(effect) < 1e-9 else f"an increase of {100 * (fold - 1):.0f}%"
    if fold < 1:
        change = f"a decrease of {100 * (1 - fold):.0f}%"
    of = _compared_with(asked)
    said = f"{percent(effect)} of {of} is a fold change of {fold:.3g}, {change}. "
    low, high = percent(effect - TWO_THIRDS * spread), percent(effect + TWO_THIRDS * spread)
    who = "lines" if asked.design == "dose_response" else plural(asked.subject)
    if asked.design == "groups":
        factor = 2.0**spread
        return said + f"In two thirds of {who} the level is within a factor of {factor:.2g} of the mean of their group."
    return said + f"With this spread two thirds of {who} have {low} to {high}."


def _compared_with(asked: Asked) -> str:
    if asked.design == "dose_response":
        return "the IC50 under the first condition" if asked.start is None else f"the IC50 under {asked.start.control}"
    return "the control"


def _calls_in_words(asked: Asked) -> str:
    dose = f"{asked.dose_um:g} µM"
    share = asked.share_resistant
    said = f"A line is resistant where {dose} inhibits it by less than half. "
    if asked.start is None:
        low, high = (asked.ic50_um * 10.0 ** (sign * TWO_THIRDS * asked.ic50_spread) for sign in (-1, 1))
        said += f"Two thirds of lines have an IC50 of {low:.2g} to {high:.2g} µM. "
    said += f"About {100 * share:.0f}% of lines are resistant: no study can call more of them rightly."
    if asked.goal > share:
        said += f" The goal of {asked.goal:.0%} is above that."
    return said


def design_in_words(asked: Asked) -> str:
    """The chosen design: '6 patients, 2 experiments, 2 replicates'."""
    who = "lines" if asked.design in PANELS else nouns(asked)
    parts = [f"{asked.number} {who if asked.number > 1 else who.replace('patients', 'patient')}"]
    if asked.design != "groups":
        parts.append(count_of(asked.experiments, "experiment", "experiments"))
    if asked.design != "ratios":
        parts.append(count_of(asked.replicates, "replicate", "replicates"))
    if asked.design in PANELS:
        parts.append(f"{asked.doses} doses up to {asked.top_dose_um:g} µM")
    return ", ".join(parts)


def word_of(found: Found) -> str:
    """Power of a known truth, assurance of an uncertain one; of calls the share of lines."""
    if found.question.scenario.rules[found.question.rule_number].rule == "call":
        return "share of lines called resistant"
    return "power" if found.question.scenario.is_conditional else "assurance"


def share_in_words(share: Share) -> str:
    """A share in percent with its 95% Monte Carlo error."""
    return f"{100 * share.value:.1f}% ± {100 * NORMAL_95 * share.mcse:.1f}"


def headline(found: Found, asked: Asked) -> str:
    """The answer in a sentence: the chosen design, and the number that reaches the goal."""
    share, goal = found.chosen, found.question.target
    if share is None:
        return ""
    finds = "of studies find the effect"
    if asked.design == "calls":
        there = "" if math.isnan(share.ceiling) else f" ({100 * share.ceiling:.0f}% are)"
        finds = f"of lines are called resistant{there}"
    said = f"With {design_in_words(asked)}, {100 * share.value:.0f}% {finds}"
    money = f", for {found.cost:,.0f} {asked.prices.currency}" if math.isfinite(found.cost) else ""
    size = None if found.result is None else found.result.plan.size
    if size is None:
        return f"{said}{money}."
    if size.n is None:
        what = f"number of {nouns(asked)}" if asked.design == "calls" else "number"
        return f"{said}{money}. No {what} up to {max(size.shares)} reaches {goal:.0%}."
    range_ = "" if size.low == size.high else f" ({size.low} to {size.high})"
    needed = f"{goal:.0%} needs {size.n}{range_}"
    if asked.design == "calls":
        needed += " experiment" if size.n == 1 else " experiments"
    return f"{said}{money}. {needed}, with all else as it is."


def brief(found: Found, asked: Asked) -> str:
    """The share of the chosen design and its price, for a narrow page."""
    share = found.chosen
    money = f", {found.cost:,.0f} {asked.prices.currency}" if math.isfinite(found.cost) else ""
    what = f"{asked.chosen} {nouns(asked)}"
    if asked.design == "calls":
        what = count_of(asked.chosen, "experiment", "experiments")
    return "" if share is None else f"{what}: {share_in_words(share)}{money}"


def progress_in_words(found: Found) -> str:
    """How far the answer is."""
    if found.is_done:
        return "Done: these are the numbers of lensim plan."
    if found.is_final:
        return "These are the numbers of lensim plan; the curve is made more precise."
    if found.result is not None:
        return "First answer, from few studies; more are simulated."
    return "First curve, from few studies; more are simulated."


def gains_in_words(gains: Sequence[Gain], currency: str) -> str:
    """What is the best value among one more of each thing."""
    sure = [gain for gain in gains if gain.points > gain.error]
    if not gains:
        return ""
    if not sure:
        return "None of these changes the share by more than its error."
    priced = [gain for gain in sure if math.isfinite(gain.cost) and gain.cost > 0]
    if not priced:
        best = max(sure, key=lambda gain: gain.points)
        return f"One more {best.thing} helps most: {best.points:+.1f} points."
    best = max(priced, key=lambda gain: gain.points / gain.cost)
    return (
        f"The best value is one more {best.thing}: {best.points:+.1f} points for {best.cost:,.0f} {currency}, "
        f"{100 * best.points / best.cost:.1f} points for 100 {currency}."
    )


def gain_rows(gains: Sequence[Gain], currency: str) -> list[tuple[str, str, str]]:
    """The rows of the table of gains: thing, points with error, money."""
    return [
        (
            f"one more {gain.thing}",
            f"{gain.points:+.1f} ± {gain.error:.1f}",
            f"{gain.cost:+,.0f} {currency}" if math.isfinite(gain.cost) else "",
        )
        for gain in gains
    ]


def look_in_words(look: Look, number: int, asked: Asked) -> str:
    """What the analysis of a simulated study finds."""
    verdict = "is a find" if look.decided else "is not a find"
    said = f"Simulated study {number + 1} {verdict}"
    if not math.isfinite(look.estimate):
        return f"{said}."
    ends = f", interval {percent(look.low)} to {percent(look.high)}" if math.isfinite(look.low + look.high) else ""
    return f"{said}: its mean is {percent(look.estimate)} of control{ends}. The truth behind it is {_truth(asked)}."


def _truth(asked: Asked) -> str:
    effect, _ = asked.about
    about = "about " if asked.start is not None or asked.doubt else ""
    return f"{about}{percent(effect)}"
