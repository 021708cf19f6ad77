"""Which lines of lensim an input is the first to reach, at next to no cost: each line is reported once a process."""

import sys
from pathlib import Path
from types import CodeType
from typing import Final

_TOOL: Final = 4
_HERE: Final = str(Path(__file__).resolve().parents[2] / "lensim")
_new: list[tuple[str, int]] = []


def start() -> None:
    """Begin to listen; without `sys.monitoring` nothing is guided."""
    monitoring = sys.monitoring
    if monitoring.get_tool(_TOOL) is None:
        monitoring.use_tool_id(_TOOL, "lensim fuzz")
    monitoring.register_callback(_TOOL, monitoring.events.LINE, _line)
    monitoring.set_events(_TOOL, monitoring.events.LINE)


def _line(code: CodeType, line: int) -> object:
    if code.co_filename.startswith(_HERE):
        _new.append((code.co_filename, line))
    return sys.monitoring.DISABLE


def taken() -> int:
    """How many lines were reached for the first time since the last call."""
    count = len(_new)
    _new.clear()
    return count
