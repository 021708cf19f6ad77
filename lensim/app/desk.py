"""What a room is given for a session: where work is begun, and how its results come back to the page."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from shiny import Session, reactive

from lensim.app.handed import Handed
from lensim.app.work import Crew, Job

Found = TypeVar("Found")


class Desk:
    """One session's work: what was begun ends with the page, and results arrive between two events of the page.

    Parameters
    ----------
    crew
        The workers of all sessions.
    session
        The page.

    Attributes
    ----------
    handed
        The fit that a room handed to the room Plan; None without one.
    shown
        Name of the room that the page shows; empty until the page says it.
    """

    def __init__(self, crew: Crew, session: Session) -> None:
        self._crew = crew
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._jobs: list[Job] = []
        self._is_closed = False
        self.handed: reactive.Value[Handed | None] = reactive.Value(None)
        self.shown: reactive.Value[str] = reactive.Value("")
        session.on_ended(self._close)

    def begin(self, work: Callable[[Job], None]) -> Job:
        """Begin a job in a thread of its own; see `lensim.app.work.Crew.begin`."""
        job = self._crew.begin(work)
        self._jobs = [one for one in self._jobs if not one.is_stopped]
        self._jobs.append(job)
        return job

    def now(self, work: Callable[[Job], Found]) -> Found:
        """The result of a job that is done in this thread, which is not that of the page."""
        job = Job(self._crew)
        self._jobs.append(job)
        try:
            return work(job)
        finally:
            self._jobs.remove(job)
            self._crew.forget(job)

    def put(self, job: Job, value: "reactive.Value[Any]", found: Any) -> None:
        """Set a reactive value from a job's thread, unless it was stopped; outputs that depend on it are drawn anew."""

        async def putting() -> None:
            if self._is_closed or job.is_stopped:
                return
            async with reactive.lock():
                value.set(found)
                await reactive.flush()

        if not self._is_closed:
            asyncio.run_coroutine_threadsafe(putting(), self._loop)

    async def hand(self, handed: Handed) -> None:
        """Show the room Plan, which starts from this fit."""
        self.handed.set(handed)
        message: dict[str, Any] = {"room": "plan", "set": {"plan-start": "file"}}
        await self._session.send_custom_message("lensim-room", message)

    def _close(self) -> None:
        self._is_closed = True
        for job in self._jobs:
            job.stop()
