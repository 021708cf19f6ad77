"""Seconds of the app in a browser: cold start to the first curve, a moved field to its curve, many sessions at once."""

import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")
NEW = '#room-plan .answers .answer[data-old="false"] #plan-curve svg.chart'
CHANGES = 50
SESSIONS = 20
PATIENCE_MS = 300_000
PAUSE_S = 0.3
MOVE = """value => {
  const field = document.getElementById('plan-effect');
  const answer = document.querySelector('#room-plan .answers .answer');
  const started = performance.now();
  window.lasted = null;
  if (window.watcher) window.watcher.disconnect();
  window.watcher = new MutationObserver(() => {
    if (answer.dataset.old === 'false' && window.lasted === null) window.lasted = performance.now() - started;
  });
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  window.watcher.observe(answer, { attributes: true });
}"""
"""Type another effect, and keep how long it takes until the answer is of it [ms]."""


def run() -> list[dict[str, object]]:
    """Rows of what, median and worst [s], and of how many; none without playwright or Chromium."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        browser = None
    if browser is None:
        return [{"what": "not timed: playwright and Chromium are needed"}]
    started = time.perf_counter()
    with _served() as address, sync_playwright() as running:
        up = time.perf_counter() - started
        context = running.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_context()
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(NEW)
        rows = [_row("cold start to the address", [up]), _row("cold start to a curve", [time.perf_counter() - started])]
        times = []
        for at in range(CHANGES):
            page.evaluate(MOVE, 150 + at)
            times.append(_lasted(page))
            time.sleep(PAUSE_S)
        rows.append(_row("another effect to its curve", times))
        pages = [page]
        for _ in range(SESSIONS - 1):
            other = context.new_page()
            other.goto(address.partition("?")[0])
            pages.append(other)
        for other in pages:
            other.wait_for_selector(NEW)
        for at, other in enumerate(pages):
            other.evaluate(MOVE, 300 + 7 * at)
        rows.append(_row(f"the same, in {SESSIONS} sessions at once", [_lasted(other) for other in pages]))
    return rows


@contextmanager
def _served() -> Iterator[str]:
    """The address of the app, until the end of the block."""
    command = [sys.executable, "-m", "lensim.cli.main", "app", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            said = ADDRESS.search(process.stdout.readline() if process.stdout else "")
            if said is None:
                raise RuntimeError("lensim app must print an address, got none")
            yield said[0]
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)


def _lasted(page: Any) -> float:
    page.wait_for_function("() => window.lasted !== null")
    return float(page.evaluate("window.lasted")) / 1000.0


def _row(what: str, seconds: list[float]) -> dict[str, object]:
    return {"what": what, "of": len(seconds), "median_s": statistics.median(seconds), "worst_s": max(seconds)}
