"""Figures as pictures of a page, reduced so that all of them fit into its size limit."""

import base64
import io
import warnings
from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure
from PIL import Image

from lensim import limits
from lensim.checks import InputError
from lensim.report.figures.style import save_figure
from lensim.report.page import Picture

WIDTHS: Final = (1400, 1150, 900, 700)
"""Pixels across, tried from the largest on: a column of 900 on a sharp screen, then less."""

COLOURS: Final = 128
"""Enough for drawn lines, bands and their soft edges."""

LARGEST_PICTURE: Final = 600_000
"""Bytes of one figure in the page; no figure may crowd out the others."""


def picture_of(figure: Figure, name: str, caption: str, alt: str) -> Picture:
    """A matplotlib figure as a picture."""
    buffer = io.BytesIO()
    save_figure(figure, buffer)
    return Picture(name, buffer.getvalue(), caption, alt)


def embedded(pictures: Sequence[Picture], budget: int) -> tuple[list[tuple[str, int, int]], int]:
    """Address (data:), width and height of each picture, and the bytes of all.

    Widths are reduced, for all alike, until the pictures fit into `budget` bytes.

    Raises
    ------
    InputError
        If a file is no picture, or the pictures don't fit at the smallest width.
    """
    size = 0
    for width in WIDTHS:
        found = [_embedded(picture, width) for picture in pictures]
        size = sum(len(address) for address, _, _ in found)
        largest = max((len(address) for address, _, _ in found), default=0)
        if size <= budget and largest <= LARGEST_PICTURE:
            return found, size
    heavy = max(zip(found, pictures, strict=True), key=lambda pair: len(pair[0][0]))
    raise InputError(
        f"figures of a page must take at most {budget / 1e6:.1f} MB together and {LARGEST_PICTURE / 1e6:.1f} MB each, "
        f"got {size / 1e6:.1f} MB, of which {heavy[1].name} takes {len(heavy[0][0]) / 1e6:.1f} MB"
    )


def _embedded(picture: Picture, width: int) -> tuple[str, int, int]:
    if picture.content.lstrip()[:5].lower() in (b"<?xml", b"<svg "):
        return f"data:image/svg+xml;base64,{base64.b64encode(picture.content).decode()}", 0, 0
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(picture.content), formats=("PNG",)) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            _require_size(picture.name, opened.width * opened.height)
            image = _on_white(opened)
    except InputError:
        raise
    except Exception as error:  # whatever the library makes of someone's file
        raise InputError(f"{picture.name} must be a PNG or SVG figure, got something else ({error})") from None
    shown = (image.width, image.height)
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}", *shown


def _require_size(name: str, pixels: int) -> None:
    """Refuse a picture that takes too much memory, before it is unpacked."""
    if pixels > limits.PICTURE_PIXELS:
        raise InputError(f"{name} must be a figure of at most {limits.PICTURE_PIXELS:,} pixels, got {pixels:,}")


def _on_white(image: Image.Image) -> Image.Image:
    """A picture on a white ground, because black axes are invisible on a dark page."""
    full = image.convert("RGBA")
    paper = Image.new("RGBA", full.size, "white")
    paper.alpha_composite(full)
    return paper.convert("RGB")
