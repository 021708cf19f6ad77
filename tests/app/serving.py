"""The app as users start it, for tests that ask it over the network of this machine or in a browser."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_S = 300
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)")


@dataclass(frozen=True)
class Served:
    """A page that is served: its port, its token, and the process."""

    port: int
    token: str
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/?token={self.token}"


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """`lensim app`, until the end of the block."""
    command = [sys.executable, "-m", "lensim.cli.main", "app", "--no-browser", *options]
    with (folder / "said.txt").open("w") as errors:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert process.stdout is not None
            said = ADDRESS.search(process.stdout.readline())
            assert said, (folder / "said.txt").read_text()
            yield Served(int(said[1]), said[2], process)
        finally:
            process.terminate()
            process.wait(STARTS_S)
            assert process.stdout is not None
            process.stdout.close()
