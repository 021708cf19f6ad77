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
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that compiled a model for the sampler without the marker `sampling` fails at its end."""
    report = yield
    if report.when == "teardown" and item.nodeid in GUARD.caught:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} compiles a model for the sampler: it needs @pytest.mark.sampling"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; the test skips where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data are not here: no folder {Path('..', 'shared', 'data')} beside the project")
    return folder
