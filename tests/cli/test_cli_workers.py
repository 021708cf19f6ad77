"""What the commands say of a scheduler before they send anything."""

import signal
import time
from contextlib import suppress

import pytest

from lensim.checks import InputError
from lensim.cli import workers
from lensim.cli.workers import say_what_is_trusted
from lensim.power.scheduler import require_address


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786"])
def test_what_a_scheduler_is_trusted_with_is_said(capsys, address):
    say_what_is_trusted(address, trust_network=False)
    assert capsys.readouterr().err == (
        f"scheduler {address}: without encryption or password; whoever can reach that address can run code as you, and "
        "your scenario is sent to its workers\n"
    )


def test_without_a_scheduler_nothing_is_said(capsys):
    say_what_is_trusted("", trust_network=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("address", ["tcp://192.0.2.7:8786", "host.example:8786", "ws://192.0.2.7:80", "0.0.0.0:80"])
def test_another_machine_without_encryption_is_asked_for(address):
    with pytest.raises(InputError, match=r"^scheduler must be encrypted \(tls://\) on another machine, got '"):
        require_address(address)
    require_address(address, trust_network=True)


def test_an_interrupt_that_a_library_passed_over_comes_again(monkeypatch, capsys):
    monkeypatch.setattr(workers, "AGAIN_S", 0.05)
    before = signal.getsignal(signal.SIGINT)

    @workers.interrupted_in_one_sentence("all is kept")
    def work():
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        time.sleep(30)

    with pytest.raises(SystemExit) as ended:
        work()
    assert ended.value.code == workers.INTERRUPTED
    assert "stopped; all is kept" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
