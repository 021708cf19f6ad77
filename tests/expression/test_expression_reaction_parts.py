import numpy as np
import pytest

from lensim.expression.reaction_parts import ABSENT, ALONE_OUTLYING, NONE_OUTLYING, ONE_OUTLYING, parts_of_cells


def test_each_part_leaves_out_one_reaction_or_none():
    ct = np.array([25.0, 20.0, 20.3, 23.0])
    parts = parts_of_cells(ct, np.array([1, 0, 0, 0]), 2)
    assert parts["kind_of_part"].tolist() == [
        [NONE_OUTLYING, ONE_OUTLYING, ONE_OUTLYING, ONE_OUTLYING],
        [NONE_OUTLYING, ALONE_OUTLYING, ABSENT, ABSENT],
    ]
    assert parts["kept_of_part"].tolist() == [[3, 2, 2, 2], [1, 1, 1, 1]]
    assert parts["shift_of_part"][0] == pytest.approx([0.0, 0.55, 0.4, 20.15 - 21.1])
    assert parts["square_of_part"][0, 3] == pytest.approx(2 * 0.15**2)
    assert parts["away_of_part"][0, 3] == pytest.approx(23.0 - 20.15)
