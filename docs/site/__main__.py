"""Build the documentation, and look for dead links in it: `python -m docs.site build/docs`."""

import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from docs.site.links import faults_of

DOCS = Path(__file__).resolve().parents[1]


def main(out: Path) -> int:
    """Build the pages into a folder; warnings and dead links are errors."""
    state = build_main(["-W", "--keep-going", "-n", "-q", "-b", "html", "-d", f"{out}.doctrees", str(DOCS), str(out)])
    faults = faults_of(out) if out.exists() else []
    for fault in faults:
        print(fault, file=sys.stderr)
    return state or bool(faults)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
