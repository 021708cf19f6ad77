import numpy as np
import xarray as xr

from lensim.inference.joined_runs import joined_runs


def study(signal):
    return xr.Dataset(
        {
            "signal": ("well", np.array(signal)),
            "culture_of_well": ("well", [0, 1]),
            "line_of_culture": ("culture", [0, 0]),
            "is_lost": ("line", [0]),
        },
        coords={"culture": ["a", "b"], "line": ["L"]},
        attrs={"assay": "made up"},
    )


def test_a_further_run_comes_behind_with_names_and_positions_of_its_own():
    joined = joined_runs(study([1.0, 2.0]), study([3.0, 4.0]), ("well", "culture"), {"culture_of_well": "culture"})
    assert joined["signal"].to_numpy().tolist() == [1, 2, 3, 4]
    assert joined["culture_of_well"].to_numpy().tolist() == [0, 1, 2, 3]
    assert joined["line_of_culture"].to_numpy().tolist() == [0, 0, 0, 0]
    assert joined["culture"].to_numpy().tolist() == ["a", "b", "a (again)", "b (again)"]
    assert joined["line"].to_numpy().tolist() == ["L"]
    assert joined["is_lost"].to_numpy().tolist() == [0]
    assert joined.attrs == {"assay": "made up"}
