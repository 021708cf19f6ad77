"""Worker processes: nobody else reaches them, they are replaced as they die, and none stays behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lensim.checks import InputError
from lensim.power import processes
from lensim.power.pool import pool_of
from tests.listening import children_of, is_running, listeners_of

SWEEP = """
name = "small"
seed = 5
rules = [{rule = "test", test = "t_log2"}]
[design]
assay = "ratios"
subjects = {line = 4}
[studies]
count = 4000000
chunk = 200
[audit]
studies = 0
"""
PATIENCE = 180  # seconds: a machine may be busy


def pows(count: int) -> Iterator[tuple[int, tuple[int, int]]]:
    return ((number, (2, number)) for number in range(count))


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, and fail where it does not in a minute."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def raised(number: int) -> str:
    """End this process by a signal, where it is one."""
    if number:
        signal.raise_signal(number)
    return "alive"


@pytest.fixture(scope="module")
def pool():
    with pool_of(2, "") as spread:
        yield spread


def test_every_task_is_done_once(pool):
    assert dict(pool(pow, pows(50))) == {number: 2**number for number in range(50)}
    assert list(pool(pow, pows(0))) == []


def test_two_workers_are_two_other_processes(pool):
    found = {own for _, own in pool(os.getpid, ((number, ()) for number in range(40)))}
    assert len(found) <= 2
    assert os.getpid() not in found


def test_one_use_of_a_pool_within_another_gives_each_its_own_results(pool):
    outer = pool(pow, pows(9))
    first = next(outer)
    assert dict(pool(abs, ((number, (-number,)) for number in range(9)))) == {number: number for number in range(9)}
    assert dict([first, *outer]) == {number: 2**number for number in range(9)}


def test_a_use_that_was_left_leaves_nothing_to_the_next(pool):
    left = pool(pow, pows(9))
    next(left)
    left.close()
    assert dict(pool(abs, ((number, (-number,)) for number in range(9)))) == {number: number for number in range(9)}


def test_an_error_comes_back_as_it_is_with_where_it_was(pool):
    with pytest.raises(ZeroDivisionError) as error:
        list(pool(divmod, iter([(0, (1, 0))])))
    assert "in a worker process:\nTraceback" in error.value.__notes__[0]
    with pytest.raises(InputError, match=r"^place must be at least 1, got 0$"):
        list(pool(_at_least(), iter([(0, ("place", 0, 1))])))


def _at_least() -> Callable[..., None]:
    from lensim.checks import at_least

    return at_least


def test_what_cannot_be_sent_back_is_told(pool):
    with pytest.raises(RuntimeError, match="cannot be sent back"):
        list(pool(memoryview, iter([(0, (b"x",))])))


def test_a_worker_that_dies_is_replaced_and_its_task_done_again():
    with pool_of(2, "") as spread:
        found = []
        for key, worker in spread(os.getpid, ((number, ()) for number in range(30))):
            if len(found) in (3, 12):
                os.kill(worker, signal.SIGKILL)
            found.append(key)
        assert sorted(found) == list(range(30))


def test_a_task_that_no_worker_survives_is_told():
    with (
        pool_of(2, "") as spread,
        pytest.raises(
            InputError,
            match=r"^a worker process ended 4 times at the same studies \(SIGKILL\): where memory is short, take fewer "
            r"\(workers=1\) or a smaller studies\.chunk$",
        ),
    ):
        list(spread(signal.raise_signal, iter([(0, (signal.SIGKILL,))])))


def test_a_task_that_no_worker_survives_ends_no_other_where_something_counts_as_its_result():
    tasks = [(0, (0,)), (1, (signal.SIGKILL,)), (2, (0,))]
    with pool_of(1 + 1, "") as spread:
        found = dict(spread(raised, iter(tasks), lambda key, why: f"{key}: {why}"))
    assert found == {0: "alive", 1: "1: a worker process ended 4 times at it (SIGKILL)", 2: "alive"}


def test_workers_that_die_as_they_start_are_told(monkeypatch):
    monkeypatch.setattr(processes, "work", os._exit)  # with a pipe for an exit status, which is an error
    said = r"^a worker process ended 4 times as it started \(exit status 1\)"
    with pytest.raises(InputError, match=said), pool_of(2, "") as spread:
        list(spread(pow, pows(3)))


def test_processes_that_cannot_be_started_are_told(monkeypatch):
    def refused(self: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refused)
    with (
        pytest.raises(
            InputError,
            match=r"^workers must be a number of processes that can be started, got 2 "
            r"\(Resource temporarily unavailable\): take fewer, or workers=1$",
        ),
        pool_of(2, ""),
    ):
        pass


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (0, "workers must be at least 1, got 0"),
        (10**9, "workers must be at most 32 (for 2 cores), got 1,000,000,000: take one a core"),
    ],
)
def test_more_workers_than_a_machine_can_use_are_refused(workers, said, monkeypatch, tmp_path):
    import lensim

    monkeypatch.setattr(processes, "usable_cores", lambda: 2)
    (tmp_path / "s.toml").write_text(SWEEP)
    with pytest.raises(InputError) as refused:
        lensim.power(tmp_path / "s.toml", out=tmp_path / "o", workers=workers)
    assert str(refused.value) == said
    assert not (tmp_path / "o").exists()


def test_the_environment_is_left_as_it_was():
    before = dict(os.environ)
    with pool_of(2, "") as spread:
        assert dict(os.environ) == before
        found = dict(spread(os.getenv, ((name, (name,)) for name in processes.ENVIRONMENT)))
    assert found == {name: os.environ.get(name, value) for name, value in processes.ENVIRONMENT.items()}


# --- a door to others ---


@pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="what listens is known from /proc alone")
def test_nothing_listens_while_workers_work(pool):
    workers = children_of(os.getpid())
    assert len(workers) >= 2
    for _ in pool(pow, pows(20)):
        assert [listeners_of(process) for process in (os.getpid(), *children_of(os.getpid()))] == [
            [] for _ in range(1 + len(children_of(os.getpid())))
        ]


@pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="what listens is known from /proc alone")
def test_that_listeners_are_seen(tmp_path):
    import socket

    before = listeners_of(os.getpid())
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as local:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        local.bind(str(tmp_path / "s"))
        local.listen()
        assert len(listeners_of(os.getpid())) == len(before) + 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_another_user_cannot_reach_a_worker(pool):
    """As `nobody`: neither a signal, nor the descriptors of the pipes, nor the memory; and there is no port to try."""
    found = {own for _, own in pool(os.getpid, ((number, ()) for number in range(40)))}
    script = f"""
import os
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for process in {[os.getpid(), *sorted(found)]}:
    for attempt in (
        lambda: os.kill(process, 0),
        lambda: os.listdir(f"/proc/{{process}}/fd"),
        lambda: open(f"/proc/{{process}}/fd/3", "r+b"),
        lambda: open(f"/proc/{{process}}/mem", "r+b"),
        lambda: open(f"/proc/{{process}}/environ", "rb").read(),
    ):
        try:
            attempt()
        except PermissionError:
            print("refused")
"""
    said = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["refused"] * 5 * (1 + len(found))


def test_workers_take_no_module_from_the_working_folder(tmp_path, monkeypatch):
    for name in ("multiprocessing", "pickle", "signal", "threading", "numpy", "random", "lensim"):
        (tmp_path / f"{name}.py").write_text("open('run', 'w').close()\nraise SystemExit(1)\n")
    monkeypatch.chdir(tmp_path)
    with pool_of(2, "") as spread:
        assert dict(spread(pow, pows(5)))[4] == 16
    assert not (tmp_path / "run").exists()


# --- the end ---


@pytest.fixture
def sweep(tmp_path):
    """A long sweep with two workers in a process group of its own, and its workers, as soon as these work."""
    (tmp_path / "s.toml").write_text(SWEEP)
    command = [sys.executable, "-m", "lensim.cli.main", "power", "s.toml", "--out", "o", "--workers", "2"]
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: len(list(tmp_path.glob("o/chunks/*/*.parquet"))) > 3)
    workers = children_of(running.pid)
    assert len(workers) >= 2
    yield running, workers
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.communicate()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are known from /proc alone")
def test_after_ctrl_c_there_is_a_sentence_and_no_process(sweep):
    running, workers = sweep
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    _, said = running.communicate(timeout=PATIENCE)
    assert said == "stopped; what was finished is in o, and the same command goes on there\n"
    assert running.returncode == 130
    until(lambda: not any(map(is_running, workers)))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are known from /proc alone")
def test_workers_end_when_the_process_that_started_them_is_killed(sweep):
    running, workers = sweep
    running.kill()
    _, said = running.communicate(timeout=PATIENCE)
    until(lambda: not any(map(is_running, workers)))
    assert said == ""


def test_a_script_without_a_guard_is_told(tmp_path):
    (tmp_path / "s.toml").write_text(SWEEP)
    (tmp_path / "script.py").write_text("import lensim\nlensim.power('s.toml', out='o', workers=2)\n")
    ended = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    said = (
        "lensim.checks.InputError: workers must be 1 in a script without `if __name__ == '__main__':` around what it "
        "runs, got 2"
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == said
    assert ended.stderr.count("Traceback") == 1
