"""`lensim simulate` writes a table and the truth behind it, which belong together."""

import errno

import pytest

import lensim
from lensim.cli.simulate import simulate_bioassay, simulate_dose_response


def simulated(folder, seed: int, **options: bool) -> list[bytes]:
    simulate_bioassay(folder / "plate.csv", seed=seed, experiments=1, **options)
    return contents(folder)


def contents(folder) -> list[bytes]:
    return [(folder / name).read_bytes() for name in ("plate.csv", "plate.truth.nc")]


@pytest.mark.parametrize("fails", ["lensim.output.save_dataset", "lensim.bioassay.assemble.write_bioassay"])
def test_a_disk_that_takes_one_of_the_two_replaces_neither(tmp_path, monkeypatch, fails):
    before = simulated(tmp_path, 1)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "plate.truth.nc"))

    with monkeypatch.context() as patched:
        patched.setattr(fails, full)
        with pytest.raises(OSError, match="No space left on device"):
            simulated(tmp_path, 2, force=True)
    assert contents(tmp_path) == before
    assert all(old != new for old, new in zip(before, simulated(tmp_path, 2, force=True), strict=True))


def test_wells_of_time_zero_are_simulated_and_read_again(tmp_path, capsys):
    simulate_dose_response(tmp_path / "wells.csv", experiments=1, replicates=1, time_zero_wells=2)
    assert "--assay-hours 72" in capsys.readouterr().out
    data = lensim.read.dose_response(tmp_path / "wells.csv", assay_hours=72.0)
    assert data.sizes["time_zero"] == 2 * 23
    assert "cpm" not in (tmp_path / "wells.csv").read_text(encoding="utf-8").splitlines()[0]
