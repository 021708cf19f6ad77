"""A finding's input, made small while it does the same."""

import time
from dataclasses import replace
from pathlib import Path

from tests.fuzz import judge
from tests.fuzz.case import Case, Door

LONGEST_SECONDS = 8.0


def minimised(door: Door, case: Case, finding: judge.Finding, folder: Path) -> Case:
    """Options away, files away, then halves, quarters ... of the lines, or bytes, of each file away."""
    end = time.monotonic() + LONGEST_SECONDS

    def does(other: Case) -> bool:
        if time.monotonic() > end:
            return False
        outcome = judge.entered(door, other, folder, seconds=LONGEST_SECONDS)
        return outcome.finding is not None and outcome.finding.key == finding.key

    for name in list(case.options):
        smaller = replace(case, options={key: value for key, value in case.options.items() if key != name})
        case = smaller if does(smaller) else case
    for name in list(case.files):
        pieces = case.files[name].splitlines(keepends=True)
        if len(pieces) < 4:
            pieces = [case.files[name][at : at + 8] for at in range(0, len(case.files[name]), 8)]
        size = max(len(pieces) // 2, 1)
        while size >= 1 and time.monotonic() < end:
            at = 0
            while at < len(pieces) and time.monotonic() < end:
                fewer = pieces[:at] + pieces[at + size :]
                smaller = replace(case, files={**case.files, name: b"".join(fewer)})
                if does(smaller):
                    case, pieces = smaller, fewer
                else:
                    at += size
            size //= 2
    return case
