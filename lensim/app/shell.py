"""The page around the rooms: landmarks, navigation, the switch between light and dark."""

import base64
import hashlib
from typing import Final

from htmltools import HTMLDependency, Tag
from shiny import App, Inputs, Outputs, Session, reactive, ui
from shiny.ui import tags

from lensim.app.desk import Desk
from lensim.app.rooms import ROOMS
from lensim.app.work import Crew

ASSETS: Final = HTMLDependency(
    "lensim",
    "1",
    source={"package": "lensim.app", "subdir": "assets"},
    script={"src": "shell.js"},
    stylesheet={"href": "shell.css"},
)
DEPENDENCIES: Final = '<meta name="shiny-dependency-placeholder" content="">'
"""Where Shiny puts its files into a page."""


def page() -> Tag:
    """The whole page, with every room; all but the first are hidden until they are chosen."""
    links = [
        tags.a(room.title, {"data-room": room.name}, href=f"#{room.name}", aria_current=None if at else "page")
        for at, room in enumerate(ROOMS)
    ]
    sections = [
        tags.section(
            room.ui(room.name), {"hidden": ""} if at else {}, id=f"room-{room.name}", class_="room",
            aria_label=room.title,
        )
        for at, room in enumerate(ROOMS)
    ]  # fmt: skip
    return tags.html(
        tags.head(
            tags.meta(charset="utf-8"),
            tags.meta(name="viewport", content="width=device-width, initial-scale=1"),
            tags.link(rel="icon", href="data:,"),
            tags.title("lensim"),
            tags.meta(name="shiny-dependency-placeholder", content=""),
        ),
        tags.body(
            tags.a("To the content", href="#content", class_="skip"),
            tags.header(
                tags.span("lensim", class_="brand"),
                tags.nav(*links, aria_label="Rooms"),
                tags.button("Dark", id="theme", type="button", aria_pressed="false"),
            ),
            tags.main(*sections, id="content", tabindex="-1"),
            tags.footer("This page is served by lensim on this machine. Nothing leaves it."),
        ),
        lang="en",
    )


def application(crew: Crew) -> App:
    """The Shiny application, with the workers that its sessions share."""

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        desk = Desk(crew, session)

        @reactive.effect
        def _shown() -> None:
            desk.shown.set(str(input.room()))

        for room in ROOMS:
            room.server(room.name, desk)

    whole = page()
    text = f"<!doctype html>\n{whole}".replace('<meta name="shiny-dependency-placeholder" content=""/>', DEPENDENCIES)
    return App(ui.page_html(text, extra_deps=[ASSETS, *whole.get_dependencies()]), server)


def inline_scripts(app: App) -> list[str]:
    """Digests of the scripts that stand in the page, as a content security policy names them."""
    html = "" if callable(app.ui) else app.ui["html"]
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (part.partition("</script>")[0] for part in html.split("<script>")[1:])
    ]
