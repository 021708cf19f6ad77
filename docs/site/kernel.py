"""One process for the cells of all pages: what it has imported for one page serves the next.

Every page begins in a folder of its own and without the names of the page before.
"""

from typing import Any, Final

from jupyter_cache.executors import utils  # type: ignore[import-untyped]
from jupyter_client import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

PLAIN: Final = (
    "import os; [os.environ.pop(name, None) for name in ('FORCE_COLOR', 'CLICOLOR_FORCE', 'CLICOLOR', 'TERM')]"
)
"""What the process does first: commands in cells write to no terminal, so without colours."""

ANEW: Final = "import os; os.chdir({folder!r}); get_ipython().run_line_magic('reset', '-f')"
"""What it does before each page."""


class QuietKernelManager(AsyncKernelManager):
    """The process in which cells run; it speaks on this machine alone, and warns of nothing else."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Its command."""
        more = ["--log-level=ERROR", f"--IPKernelApp.exec_lines={PLAIN}"]
        return super().format_kernel_cmd([*(extra_arguments or []), *more])


class SharedKernel:
    """Runs the cells of one page after another in one process, which the first of them starts."""

    def __init__(self) -> None:
        self.manager = QuietKernelManager()

    def execute(self, page: Any, cwd: str | None = None, **options: Any) -> Any:
        """Run the cells of a page, as `nbclient.execute` does in a process of its own."""

        def begin(notebook: Any) -> None:
            assert client.kc is not None
            client.kc.execute(ANEW.format(folder=str(cwd)), silent=True, store_history=False)

        client = NotebookClient(
            page, resources={"metadata": {"path": cwd}}, km=self.manager, on_notebook_start=begin, **options
        )
        try:
            done = client.execute()
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
        for cell in done.cells:
            if "outputs" in cell:
                cell.outputs = merged(cell.outputs)
        return done

    def stop(self) -> None:
        """End the process, where a page has started it."""
        if self.manager.has_kernel:
            run_sync(self.manager.shutdown_kernel)(now=True)


def merged(outputs: list[Any]) -> list[Any]:
    """Outputs with one text of each stream, in the order in which streams began.

    IPython hands on what commands print in pieces of 100 bytes. A piece may end within a word, so nothing goes between.
    """
    found: list[Any] = []
    streams: dict[str, Any] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            found.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output
            found.append(output)
    return found


def share_kernel() -> SharedKernel:
    """Have all pages that are built from now on run in one process."""
    kernel = SharedKernel()
    utils.executenb = kernel.execute
    return kernel
