"""Options of the commands that spread their work over processes, and what they say of them."""

import signal
import threading
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer

from lensim import limits
from lensim.cli.shared import err

INTERRUPTED: Final = 130
"""Exit status after Ctrl-C, as a shell gives it."""
AGAIN_S: Final = 10.0
"""How long an interrupt may take to end the work before it is sent once more."""

Workers = Annotated[
    int,
    typer.Option("--workers", min=1, max=limits.WORKERS, help="Processes on this machine; nobody else can reach them."),
]
Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler",
        help="Address of a dask scheduler that is running; its workers are used. Whoever can reach that address can "
        "run code as you; tls:// asks for dask's certificates.",
    ),
]
TrustNetwork = Annotated[
    bool, typer.Option("--trust-network", help="Take a scheduler on another machine without encryption.")
]


def say_what_is_trusted(scheduler: str, *, trust_network: bool) -> None:
    """Say what a planner trusts who uses a scheduler, before anything is sent to it.

    Raises
    ------
    InputError
        If the address will not do.
    """
    if scheduler:
        from lensim.power.scheduler import require_address, trust_sentence

        require_address(scheduler, trust_network=trust_network)
        err.print(trust_sentence(scheduler), soft_wrap=True, markup=False)


@contextmanager
def interrupted_in_one_sentence(left: str) -> Iterator[None]:
    """Ctrl-C gives one sentence with what is left, and exit status 130."""
    try:
        with _insisting():
            yield
    except KeyboardInterrupt:
        err.print(f"stopped; {left}", soft_wrap=True, markup=False)
        raise SystemExit(INTERRUPTED) from None


@contextmanager
def _insisting() -> Iterator[None]:
    """Ctrl-C once more after some seconds, where a library was at work that passed over it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    is_left = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def again() -> None:
        while not is_left.wait(AGAIN_S):
            interrupt_main()

    def interrupted(number: int, frame: Any) -> None:
        if insisting.ident is None:
            insisting.start()
        raise KeyboardInterrupt

    insisting = threading.Thread(target=again, name="interrupt", daemon=True)
    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        is_left.set()
        signal.signal(signal.SIGINT, before)
