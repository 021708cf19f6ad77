"""The room Plan begins its work when it is in view, and from the fit that was handed over; asked as a page asks."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from shiny import Session, reactive

from lensim.app.desk import Desk
from lensim.app.handed import Handed
from lensim.app.plan.designs import PANELS
from lensim.app.plan.form import FIRST, GOAL_OF_CALLS, NAMES, PRICES
from lensim.app.shell import application
from lensim.app.work import Crew, Job
from lensim.power.pool import one_by_one
from tests.app.plan.plan_fits import of_conditions, of_groups, of_panel

PATIENCE_S = 60
VALUES = {name: getattr(FIRST, name) for name in NAMES if hasattr(FIRST, name)} | {
    "start": "fields", "goal": 80, "goal_of_calls": GOAL_OF_CALLS, "certainty": "0.9", "currency": "EUR",
    "trust": False,
    **{f"price_{name}": getattr(FIRST.prices, name) for name in PRICES},
    **{f"{name}:shiny.action": 0 for name in ("go_on", "stop", "another")},
}  # fmt: skip


class Counting(Crew):
    """A crew that counts what it was asked to begin, and begins it where it works."""

    def __init__(self) -> None:
        super().__init__(0)
        self.begun: list[Callable[[Job], None]] = []
        self.works = False

    def begin(self, work: Callable[[Job], None]) -> Job:
        self.begun.append(work)
        job = Job(self)
        if self.works:
            job.pool = one_by_one  # type: ignore[method-assign]
            threading.Thread(target=work, args=(job,)).start()
        return job


class Page:
    """What a browser is to the server: it sends values, and hears what it waits for."""

    def __init__(self, crew: Counting) -> None:
        self._app = application(crew)
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> "Page":
        scope = {
            "type": "websocket", "path": "/websocket/", "raw_path": b"/websocket/", "root_path": "", "headers": [],
            "query_string": b"", "subprotocols": [], "scheme": "ws", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }  # fmt: skip
        self._task = asyncio.create_task(self._app(scope, self._said.get, self._heard.put))
        await self._said.put({"type": "websocket.connect"})
        await self._heard.get()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._said.put({"type": "websocket.disconnect", "code": 1000})
        await self._task

    async def sends(self, method: str, **values: Any) -> None:
        text = json.dumps({"method": method, "data": values})
        await self._said.put({"type": "websocket.receive", "text": text})

    async def hears(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that is wanted."""
        while True:
            said = json.loads((await asyncio.wait_for(self._heard.get(), PATIENCE_S))["text"])
            if wanted(said):
                return said

    async def is_shown(self, output: str, words: str) -> None:
        """Read until an output of the room has these words."""
        await self.hears(lambda said: words in str(said.get("values", {}).get(f"plan-{output}")))


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One for all pages, since Shiny's lock belongs to the first loop that waits for it."""
    with asyncio.Runner() as runner:
        yield runner


def of_plan(**values: Any) -> dict[str, Any]:
    """Every control of the room, and which of its outputs can be seen."""
    outputs = {f".clientdata_output_plan-{name}_hidden": False for name in ("of_start", "fault", "effect_said")}
    return {f"plan-{name}": value for name, value in (VALUES | values).items()} | outputs


@pytest.mark.parametrize("room", ["read", "look"])
def test_a_page_that_is_opened_at_another_room_simulates_nothing(loop, room):
    async def story() -> None:
        crew = Counting()
        async with Page(crew) as page:
            await page.sends("init", room=room, **of_plan())
            await page.sends("update", **{"plan-effect": 300})
            await page.is_shown("effect_said", "300%")
            assert crew.begun == []
            await page.sends("update", room="plan")
            await page.sends("update", room=room)
            await page.sends("update", room="plan", **{"plan-effect": 400})
            await page.is_shown("effect_said", "400%")
            assert len(crew.begun) == 4  # twice the answer, and the study to look at

    loop.run(story())


@pytest.mark.parametrize(
    ("make", "design"), [(of_groups, "groups"), (of_panel, "calls"), (of_conditions, "dose_response")]
)
def test_a_fit_that_is_handed_over_is_read_and_sets_the_kind_of_study(loop, tmp_path, monkeypatch, make, design):
    path = make(tmp_path)
    desks: list[Desk] = []

    def kept(crew: Crew, session: Session) -> Desk:
        desks.append(Desk(crew, session))
        return desks[-1]

    monkeypatch.setattr("lensim.app.shell.Desk", kept)

    async def story() -> None:
        crew = Counting()
        async with Page(crew) as page:
            await page.sends("init", room="read", **of_plan())
            await page.is_shown("effect_said", "200%")
            crew.works = True
            async with reactive.lock():
                desks[0].handed.set(Handed(path, "fit.nc", "Read"))
                await reactive.flush()
            await page.is_shown("of_start", "From the room Read: fit.nc")
            told = await page.hears(lambda said: bool(said.get("inputMessages")))
            assert told["inputMessages"] == [{"id": "plan-design", "message": {"value": design}}]
            crew.works = False
            await page.sends("update", room="plan", **{"plan-start": "file", "plan-design": design})
            await page.is_shown("effect_said", "lines are resistant" if design == "calls" else "fold change")
            assert len(crew.begun) == (2 if design in PANELS else 3)  # the file, the answer, a study to look at
            await page.sends("update", **{"plan-design": "ratios"})
            await page.is_shown("fault", "Kind of study must be")

    loop.run(story())


def test_a_file_of_the_user_replaces_the_fit_that_was_handed_over(loop, tmp_path, monkeypatch):
    paths = {"handed": of_groups(tmp_path), "own": of_panel(tmp_path)}
    desks: list[Desk] = []

    def kept(crew: Crew, session: Session) -> Desk:
        desks.append(Desk(crew, session))
        return desks[-1]

    monkeypatch.setattr("lensim.app.shell.Desk", kept)

    async def story() -> None:
        crew = Counting()
        async with Page(crew) as page:
            await page.sends("init", room="plan", **of_plan(start="file", design="groups"))
            await page.is_shown("fault", "Start from a file must have a file")
            crew.works = True
            async with reactive.lock():
                desks[0].handed.set(Handed(paths["handed"], "fit.nc", "Read"))
                await reactive.flush()
            await page.is_shown("of_start", "Gene")
            own = [{"name": "mine.nc", "size": 1, "type": "", "datapath": str(paths["own"])}]
            await page.sends("update", **{"plan-file": own})
            await page.is_shown("of_start", "From your file: mine.nc")
            told = await page.hears(lambda said: bool(said.get("inputMessages")))
            assert told["inputMessages"] == [{"id": "plan-design", "message": {"value": "calls"}}]

    loop.run(story())
