"""Links of built pages: local ones that lead nowhere, and anything that a page would load from a network."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

LOADED: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
"""Attributes that a browser loads by itself; the link of `<a>` waits for a click."""


STATIC: Final = "_static"
"""The theme's folder: its .html files are templates."""


@dataclass
class Page:
    """What a page links to and loads, and the places in it that can be linked to."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value for name, value in attrs if value}
        self.page.anchors |= {held[name] for name in ("id", "name") if name in held}
        if tag == "a" and "href" in held:
            self.page.links.append(held["href"])
        if tag in LOADED and LOADED[tag] in held:
            self.page.loads.append(held[LOADED[tag]])


def read_page(path: Path) -> Page:
    """Links, loads and anchors of an HTML file."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


def faults_of(folder: Path) -> list[str]:
    """Local links and files that are not there, and what pages and style sheets load from a network; a line each."""
    files = [path for path in sorted(folder.rglob("*.html")) if STATIC not in path.parts]
    pages = {path.resolve(): read_page(path) for path in files}
    found = [f"{path.relative_to(folder.resolve())}: {text}" for path in pages for text in _of_page(path, pages)]
    for style in sorted(folder.rglob("*.css")):
        text = style.read_text(encoding="utf-8")
        found += [
            f"{style.relative_to(folder)}: loads {word} from a network"
            for word in ("url(http", "url(//", "@import http", "@import //")
            if word in text.replace('"', "").replace("'", "")
        ]
    return found


def _of_page(path: Path, pages: dict[Path, Page]) -> Iterator[str]:
    page = pages[path]
    for load in page.loads:
        if _is_of_network(load):
            yield f"loads {load} from a network"
        elif not load.startswith("data:") and not _target(path, load)[0].exists():
            yield f"loads {load}, which is not there"
    for link in page.links:
        if _is_of_network(link) or link.startswith(("mailto:", "doi:")):
            continue
        file, anchor = _target(path, link)
        if not file.exists():
            yield f"links to {link}, which is not there"
        elif anchor and file in pages and anchor not in pages[file].anchors:
            yield f"links to {link}, which has no such place"


def _is_of_network(link: str) -> bool:
    return link.startswith(("http:", "https:", "//"))


def _target(path: Path, link: str) -> tuple[Path, str]:
    parts = urlsplit(link)
    file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)
