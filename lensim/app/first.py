"""What is simulated before anyone has opened the page: the curve of the form as it stands at first."""

from contextlib import suppress

from lensim.app.plan.form import FIRST
from lensim.app.plan.found import first_curves
from lensim.app.work import Job
from lensim.checks import InputError


def first_curve(job: Job) -> None:
    """Have the chunks of the first curve worked on, so that they are known when the page asks."""
    with suppress(InputError):
        for _ in first_curves(FIRST.question(), FIRST.chosen, job.pool):
            pass
