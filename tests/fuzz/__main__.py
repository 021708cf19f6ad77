"""`python -m tests.fuzz`: mutated inputs at every door, for as many minutes as wanted."""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

import matplotlib
import matplotlib.pyplot

from tests.fuzz import judge
from tests.fuzz.doors import DOORS
from tests.fuzz.journal import entries, table
from tests.fuzz.lineage import Lineage, case_of, door_bases
from tests.fuzz.worker import Plan, work

matplotlib.use("Agg")
FAST = Path("/dev/shm")


def main() -> int:
    """Run, show a table, or let one input in again."""
    asked = _asked()
    if asked.again:
        return _again(asked.again)
    if asked.table:
        print(table(asked.folder))
        return 0
    doors = [
        door
        for name, door in DOORS.items()
        if asked.door in ("", "all") or name.startswith(tuple(asked.door.split(",")))
    ]
    if not doors:
        print(f"there is no door {asked.door}: the doors are {', '.join(DOORS)}", file=sys.stderr)
        return 2
    scratch = (FAST if FAST.is_dir() else asked.folder) / f"lensim-fuzz-{os.getpid()}"
    before = _findings(asked.folder)
    begin = time.monotonic()
    for door in doors:
        for case in door_bases(door).values():  # what is imported or made once, before workers part
            judge.entered(door, case, scratch)
    children = []
    try:
        for number in range(asked.workers):
            plan = Plan(doors, asked.seed, asked.minutes * 60, asked.folder, scratch, number, asked.workers)
            child = os.fork()
            if child == 0:
                work(plan)
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(table(asked.folder))
    new = [one for key, one in _findings(asked.folder).items() if key not in before]
    for one in new:
        print(f"\n{one['finding']} at {one['place']}\n  again: python -m tests.fuzz --again '{one['lineage']}'")
        print("  " + "\n  ".join(one["told"].strip().splitlines()[-4:])[:1500])
    print(f"\n{len(new)} new findings in {(time.monotonic() - begin) / 60:.1f} minutes; journals in {asked.folder}")
    return 1 if new else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--door", default="", help=f"one or several, or the beginning of names: {', '.join(DOORS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--folder", type=Path, default=Path(".fuzz"), help="where journals are kept, and taken up again"
    )
    parser.add_argument("--table", action="store_true", help="show what was done so far")
    parser.add_argument("--again", default="", help="an input by its name, such as dose_response:1:wells.csv:17")
    return parser.parse_args()


def _findings(folder: Path) -> dict[tuple[str, str, str], dict]:
    found: dict[tuple[str, str, str], dict] = {}
    for entry in entries(folder):
        if "finding" in entry:
            found.setdefault((entry["finding"], entry["place"], entry["lineage"].split(":")[0]), entry)
    return found


def _again(text: str) -> int:
    from tests.fuzz.sameness import sameness

    lineage = Lineage.of(text)
    door = DOORS[lineage.door]
    case = case_of(lineage, door)
    folder = Path.cwd() / ".fuzz" / "again"
    print("\n".join(case.said), f"\n{case.options}\n")
    outcome = judge.entered(door, case, folder)
    if outcome.finding is None and door.table_of is not None and len(lineage.numbers) == 1:
        same = sameness(door, lineage, folder)
        outcome = same if same.finding else outcome
        judge.entered(door, case, folder)
    print(f"{outcome.what}\n{outcome.told}\n{outcome.finding.told if outcome.finding else ''}\nfiles in {folder}")
    return 1 if outcome.finding else 0


if __name__ == "__main__":
    sys.exit(main())
