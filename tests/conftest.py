"""What tests of more than one folder share."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.sampling_guard import SamplingGuard

# As wide a terminal in every worker, so that no word that a test looks for is broken; consoles ask when they are made.
os.environ["COLUMNS"] = "200"

GUARD = SamplingGuard()
GUARD.install()

settings.register_profile("quick", max_examples=25, deadline=None)
settings.load_profile("quick")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """While a test and its fixtures run, the guard knows whether it carries the marker `sampling`."""
    GUARD.unmarked = "" if item.get_closest_marker("sampling") else item.nodeid
    try:
        return (yield)
    finally:
        GUARD.unmarked = ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """What the guard caught travels with the report of the test, from any worker."""
    if item.nodeid in GUARD.caught:
        item.user_properties.append(("sampling without the marker", item.nodeid))
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List tests that compiled a model for the sampler and lack the marker `sampling`."""
    reports = [one for some in terminalreporter.stats.values() for one in some if isinstance(one, pytest.TestReport)]
    found = {value for one in reports for name, value in one.user_properties if name == "sampling without the marker"}
    if found:
        terminalreporter.section("tests that sample without the marker `sampling`")
        for name in sorted(map(str, found)):
            terminalreporter.line(name)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; the test skips where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data are not here: no folder {Path('..', 'shared', 'data')} beside the project")
    return folder
