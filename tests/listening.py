"""What processes listen on, and which processes they have started, from /proc alone."""

import os
from pathlib import Path

LISTENING = "0A"
ACCEPTS = 0x10000


def listeners_of(process: int) -> list[str]:
    """Sockets of a process that others could connect to, of TCP and of the machine itself."""
    own = _sockets_of(process)
    found = []
    for table in ("tcp", "tcp6"):
        for line in _lines(Path(f"/proc/{process}/net/{table}")):
            fields = line.split()
            if fields[3] == LISTENING and fields[9] in own:
                found.append(f"{table} {fields[1]}")
    for line in _lines(Path(f"/proc/{process}/net/unix")):
        fields = line.split()
        if int(fields[3], 16) & ACCEPTS and fields[6] in own:
            found.append(f"unix {fields[7:]}")
    return found


def children_of(process: int) -> list[int]:
    """Processes that a process has started, and those that these have."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children_of(int(child))]
    return found


def is_running(process: int) -> bool:
    """Whether a process is there, and no mere entry that waits to be asked for its exit status."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _sockets_of(process: int) -> set[str]:
    found = set()
    for handle in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = os.readlink(handle)
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target.removeprefix("socket:[").removesuffix("]"))
    return found


def _lines(table: Path) -> list[str]:
    return table.read_text().splitlines()[1:] if table.exists() else []
