"""Paraboloids of the wells' log likelihood of each culture, compiled."""

from lensim.dose_response.chain.likelihood import expand
from lensim.inference.compiled import compiled


@compiled(allocates=False)
def refer(panel, bases, s, y, at, slope, room):  # type: ignore[no-untyped-def]
    """Paraboloids of cultures at points (culture, 4), into the bases."""
    of_top = panel.top[1] ** -2
    for c in range(len(panel.line_of)):
        whole = bases.curvature[c]
        expand(panel, y, c, at[c], s.background[panel.plate_of[c]], s.wells, slope, whole, room)
        for i in range(4):
            bases.pull[c, i] = slope[i]
            for j in range(4):
                bases.pull[c, i] += whole[i, j] * at[c, j]
        last = whole[3, 3] + of_top
        for i in range(3):
            bases.pull_of_curve[c, i] = (
                bases.pull[c, i] - whole[i, 3] * (bases.pull[c, 3] + of_top * panel.top[0]) / last
            )
            for j in range(3):
                bases.of_curve[c, i, j] = whole[i, j] - whole[i, 3] * whole[3, j] / last
