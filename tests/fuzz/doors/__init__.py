"""Every place where input enters, by name."""

from typing import Final

from tests.fuzz.case import Door
from tests.fuzz.doors import binary, exclusions, options, readers, results, written

DOORS: Final[dict[str, Door]] = {
    door.name: door
    for door in (*readers.DOORS, *binary.DOORS, *exclusions.DOORS, *written.DOORS, *results.DOORS, *options.DOORS)
}
