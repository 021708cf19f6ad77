"""The workers of a dask scheduler that someone else started, and what a planner trusts who uses them.

A scheduler without encryption asks nobody who they are. Whoever can reach its port can have code run by its workers,
and what it sends back is unpickled here, which can run code as the planner. `tls://` asks for a certificate.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, Final

from lensim.checks import InputError

AHEAD: Final = 3  # chunks in flight for each worker
CONNECT_SECONDS: Final = 10
LARGEST_PORT: Final = 65535
RETRIES: Final = 5
ENCRYPTED: Final = ("tls", "wss")

HAS_ADDRESS: Final = "scheduler must be the address of a dask scheduler, such as tcp://127.0.0.1:8786"


def require_address(scheduler: str, *, trust_network: bool = False) -> None:
    """Refuse what cannot be the address of a scheduler, before a client is made that would stay behind half made.

    Raises
    ------
    InputError
        If the protocol is unknown, the port is missing or none, an encrypted address comes without certificates, or
        one without encryption is on another machine and `trust_network` is false.
    """
    from distributed import Security
    from distributed.comm import parse_address, parse_host_port
    from distributed.comm.registry import get_backend

    try:
        scheme, place = parse_address(scheduler)
        get_backend(scheme)
        host, port = ("localhost", 1) if scheme == "inproc" else parse_host_port(place)
    except ValueError as error:
        raise InputError(f"{HAS_ADDRESS}, got {scheduler!r} ({error})") from None
    if not 1 <= port <= LARGEST_PORT:
        raise InputError(f"{HAS_ADDRESS}, got {scheduler!r} (a port lies between 1 and {LARGEST_PORT})")
    if scheme in ENCRYPTED:
        if Security().get_connection_args("client").get("ssl_context") is None:
            raise InputError(
                f"scheduler must be an address that dask has certificates for (its settings distributed.comm.tls), "
                f"got {scheduler!r}"
            )
    elif not (_is_this_machine(host) or trust_network):
        raise InputError(
            f"scheduler must be encrypted (tls://) on another machine, got {scheduler!r}: anyone in the network "
            "between could run code here; add trust_network=True if you trust everyone in that network"
        )


def trust_sentence(scheduler: str) -> str:
    """What is trusted when this scheduler is used, in a sentence for the planner.

    Examples
    --------
    >>> trust_sentence("tcp://127.0.0.1:8786").split(":")[0]
    'scheduler tcp'
    """
    if scheduler.partition("://")[0] in ENCRYPTED:
        return (
            f"scheduler {scheduler}: encrypted with dask's certificates; whoever has one of them can run code as you, "
            "and your scenario is sent to its workers"
        )
    return (
        f"scheduler {scheduler}: without encryption or password; whoever can reach that address can run code as you, "
        "and your scenario is sent to its workers"
    )


def _is_this_machine(host: str) -> bool:
    """Whether what is sent to a host never leaves this machine, by its name alone: nobody is asked."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def scheduled(scheduler: str, workers: int, *, trust_network: bool) -> Iterator[Callable[..., Any]]:
    """A pool of the workers of a scheduler; see `lensim.power.pool.pool_of`.

    Raises
    ------
    InputError
        As `require_address`, or if the scheduler does not answer.
    """
    require_address(scheduler, trust_network=trust_network)
    from distributed import Client, KilledWorker, as_completed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of slow shutdowns: nothing a planner can act on
        try:
            client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"scheduler must be the address of a dask scheduler that answers, got {scheduler!r} ({error})"
            ) from None
        with client:
            in_flight = AHEAD * max(workers, len(client.scheduler_info()["workers"]))

            def spread(
                function: Callable[..., Any],
                tasks: Iterator[tuple[Any, tuple[Any, ...]]],
                lost: Callable[[Any, str], Any] | None = None,
            ) -> Iterator[tuple[Any, Any]]:
                keys: dict[Any, Any] = {}

                def said(future: Any) -> tuple[Any, Any]:
                    key = keys.pop(future.key)
                    try:
                        return key, future.result()
                    except KilledWorker:
                        if lost is None:
                            raise
                        return key, lost(key, "workers of the scheduler ended at it, again and again")

                running = as_completed(loop=client.loop)
                for key, arguments in tasks:
                    future = client.submit(function, *arguments, pure=False, retries=RETRIES)
                    keys[future.key] = key
                    running.add(future)
                    if len(keys) < in_flight:
                        continue
                    yield said(next(running))
                for future in running:
                    yield said(future)

            yield spread
