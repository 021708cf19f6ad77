"""A Python as on Windows, as far as another system can show it; imported first, in a process of its own.

Modules and names that Windows lacks are gone. Text is written with \\r\\n and read in a code page where nothing else is
asked for. `os.open` without O_BINARY gives a handle on which \\n is written as \\r\\n.
"""

import builtins
import io
import os
import shutil
import signal
import sys
from types import SimpleNamespace
from typing import Any

MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "syslog", "readline", "curses")
OF_OS = ("geteuid", "getuid", "getgid", "fork", "killpg", "mkfifo", "setsid", "statvfs", "chown", "getloadavg", "nice")
OF_SIGNAL = ("SIGALRM", "SIGHUP", "setitimer", "alarm", "pthread_sigmask", "SIG_BLOCK", "SIG_SETMASK", "SIGXCPU")
BINARY = 1 << 30

_disk_usage = {"total": 1 << 40, "used": 1 << 39, "free": 1 << 39}  # this system asks by a call that Windows lacks
_open, _os_open, _os_write, _os_close = io.open, os.open, os.write, os.close
_as_text: set[int] = set()


def _text(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, *rest: Any, **more: Any) -> Any:
    if "b" not in mode and not isinstance(file, int) and _is_ours(file):
        encoding = "cp1252" if encoding in (None, "locale") else encoding
        if not rest and more.get("newline") is None and set(mode) & set("wax+"):
            more["newline"] = "\r\n"
    return _open(file, mode, buffering, encoding, *rest, **more)


def _is_ours(file: Any) -> bool:
    """Whether a file is in the working folder: libraries read their own as this system has them."""
    return os.path.abspath(os.fspath(file)).startswith(os.getcwd())


def _opened(path: Any, flags: int, *rest: Any, **more: Any) -> int:
    handle = _os_open(path, flags & ~BINARY, *rest, **more)
    if not flags & BINARY:
        _as_text.add(handle)
    else:
        _as_text.discard(handle)
    return handle


def _written(handle: int, content: Any) -> int:
    if handle in _as_text:
        _os_write(handle, bytes(content).replace(b"\n", b"\r\n"))
        return len(content)
    return _os_write(handle, content)


def _closed(handle: int) -> None:
    _as_text.discard(handle)
    _os_close(handle)


def become() -> None:
    """Take away what Windows lacks."""
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in OF_OS:
        os.__dict__.pop(name, None)
    for name in OF_SIGNAL:
        signal.__dict__.pop(name, None)
    os.__dict__.update(linesep="\r\n", O_BINARY=BINARY, open=_opened, write=_written, close=_closed)
    shutil.disk_usage = lambda _: SimpleNamespace(**_disk_usage)  # type: ignore[assignment]
    io.open = builtins.open = _text  # type: ignore[assignment]
