"""`python -m tests.faults writes` lets each write fail once; `python -m tests.faults kills` kills at random moments."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.faults import shim


def main() -> int:
    """Run one of the two; exit status 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("what", choices=("writes", "kills", "times"))
    parser.add_argument("--command", action="append", help="this command alone; may be repeated")
    parser.add_argument("--count", type=int, default=500, help="kills over all commands")
    parser.add_argument("--error", action="append", help="ENOSPC, EIO or EACCES; all where not given")
    parser.add_argument("--every", type=int, default=1, help="one of so many calls fails, and with each error another")
    parser.add_argument("--stays", action="store_true", help="calls behind the first fail too, as on a full disk")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if reason := shim.why_not():
        print(f"not possible here: {reason}")
        return 2
    if not shim.is_loaded():
        os.execve(sys.executable, [sys.executable, "-m", "tests.faults", *sys.argv[1:]], shim.environment())
    from tests.faults.harness import kills, times, walk

    with tempfile.TemporaryDirectory(prefix="lensim-faults-") as root, shim.removed_at_the_end():
        if asked.what == "times":
            return times(Path(root), asked.command)
        if asked.what == "writes":
            return walk(Path(root), asked.command, asked.error, asked.every, stays=asked.stays)
        return kills(Path(root), asked.command, asked.count, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
