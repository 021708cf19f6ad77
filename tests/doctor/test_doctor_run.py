"""All looks, one after the other; one that fails ends no other."""

from lensim.doctor import run
from lensim.doctor.finding import Finding


def test_quick_times_nothing(monkeypatch):
    looks = tuple((name, lambda name=name: iter([Finding(name, "ok", "")])) for name, _ in run.LOOKS)
    monkeypatch.setattr(run, "LOOKS", looks)
    names = [name for name, _ in looks]
    assert names[-1] == "speed"
    assert [one.what for one in run.findings()] == names
    assert [one.what for one in run.findings(is_quick=True)] == names[:-1]


def test_a_look_that_fails_is_a_finding(monkeypatch):
    def fails():
        raise ModuleNotFoundError("No module named 'psutil'")

    monkeypatch.setattr(run, "LOOKS", (("machine", fails), ("b", lambda: iter([Finding("b", "ok", "")]))))
    first, second = run.findings()
    assert (first.what, first.is_broken, second.state) == ("machine", True, "ok")
    assert "No module named 'psutil'" in first.said
