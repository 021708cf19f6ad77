"""All findings about this machine, one after the other."""

from collections.abc import Callable, Iterator
from typing import Final

from lensim.checks import fault_of
from lensim.doctor.finding import Finding


def findings(*, is_quick: bool = False) -> Iterator[Finding]:
    """What is there on this machine, what is slow and what is missing; each finding as it is made.

    Parameters
    ----------
    is_quick
        Time nothing.
    """
    for what, look in LOOKS[:-1] if is_quick else LOOKS:
        try:
            yield from look()
        except Exception as error:  # a package that is missing or broken ends one look, not the others
            yield Finding(what, "missing", fault_of(error), "install the packages that are missing", is_needed=True)


def _of_packages() -> Iterator[Finding]:
    from lensim.doctor.packages import of_packages

    return of_packages()


def _of_machine() -> Iterator[Finding]:
    from lensim.doctor.machine import of_machine

    return of_machine()


def _of_places() -> Iterator[Finding]:
    from lensim.doctor.places import of_places

    return of_places()


def _of_kernels() -> Iterator[Finding]:
    from lensim.doctor.kernels import of_kernels

    return of_kernels()


def _of_nuts() -> Iterator[Finding]:
    from lensim.doctor.kernels import of_nuts

    yield of_nuts()


def _of_speed() -> Iterator[Finding]:
    from lensim.doctor.speed import of_speed

    return of_speed()


LOOKS: Final[tuple[tuple[str, Callable[[], Iterator[Finding]]], ...]] = (
    ("packages", _of_packages),
    ("machine", _of_machine),
    ("folders", _of_places),
    ("kernels", _of_kernels),
    ("PyTensor", _of_nuts),
    ("speed", _of_speed),
)
"""Each by its name, the one that times things last."""
