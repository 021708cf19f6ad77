"""What kernels take: a study and the constants of its priors in one block of numbers of 64 bits, and views of it.

Sizes are known at run time, so that one compilation serves every study. All that is computed lies in one flat vector:
each variable of the model, and each quantity that follows from variables, has a section of it. `at[LEVEL]` is where the
section of levels begins; elements of a section are in the order of its dims, the last the fastest. The same place in
other vectors holds the coordinate of an element, the slope of the log density by it, and constants (`law`).
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.inference.compiled import compiled

# Variables of the model. One that a model lacks has an empty section.
SD_TECHNICAL: Final = 0
SD_INPUT: Final = 1
SD_BIOLOGICAL: Final = 2  # (gene)
SD_PLATE: Final = 3
SD_GENE_ON_PLATE: Final = 4
SD_RESPONSE: Final = 5
SIGMA_CHANGE: Final = 6  # (target, cell_type, contrast)
SIGMA_LEVEL: Final = 7  # (target)
SHARE: Final = 8  # the first that is no spread
FACTOR: Final = 9  # (gene)
ONE_COPY_CT: Final = 10  # (gene)
PLATE_SHIFT: Final = 11  # (plate)
GENE_ON_PLATE_SHIFT: Final = 12  # (gene_on_plate)
REFERENCE_LEVEL: Final = 13  # (reference)
RESPONSE: Final = 14  # (reference, contrast)
MU_CHANGE: Final = 15  # (target, cell_type, contrast)
CHANGE: Final = 16  # (target, subject, contrast)
MU_LEVEL: Final = 17  # (target, cell_type)
LEVEL: Final = 18  # (target, subject)
INPUT: Final = 19  # (sample)
DEVIATION: Final = 20  # (slot)
UNIT_CT: Final = 21  # (gene)

# What follows from them.
DOUBLINGS: Final = 22  # (gene) log2 of the factor
SHIFT: Final = 23  # (gene, plate)
REFERENCE_SHIFT: Final = 24  # (plate) mean of the references
MOVED: Final = 25  # (contrast) what of the references' response is in the ratios of targets to them
ANSWER: Final = 26  # (reference, contrast) response of a reference, less what is in ratios
IMPLIED_INPUT: Final = 27  # input at the mean Ct of the references
PER_CYCLE: Final = 28  # how it falls by cycle
QUANTITY: Final = 29  # (gene, sample)
LOG_SHARE: Final = 30  # of an outlying reaction
LOG_REST: Final = 31  # of none
SECTIONS: Final = 32

# Rows of `law`.
MEAN: Final = 0  # of a normal variable; log of the median of a spread; second parameter of the Beta of the share
SD: Final = 1  # of a normal variable; log sd of a spread
INFORMATION: Final = 2
ESTIMATE: Final = 3  # what the data say alone, to which variables of the model add
CT: Final = 4  # mean Ct: of a reference at its level; of a target in a subject at the level
# Mean deviation of references, at a level or an input; share of samples, at a change; mean log2 quantity of a series,
# at a unit, and share of its reactions, at a shift.
WEIGHT: Final = 5
ROWS: Final = 6


class Sizes(NamedTuple):
    """Numbers of what there is, and which model it is."""

    gene: int
    target: int
    reference: int
    contrast: int
    subject: int
    cell_type: int
    plate: int
    sample: int
    part: int
    free: int
    is_pooled: int
    is_by_input: int
    has_series: int


class Cells(NamedTuple):
    """Bright cells, and what each part keeps of their reactions: none left out, then each in turn."""

    ct: np.ndarray  # (cell)
    shift: np.ndarray  # (cell, part)
    square: np.ndarray  # (cell, part)
    away: np.ndarray  # (cell, part)
    number: np.ndarray  # (cell) of reactions
    gene: np.ndarray  # (cell)
    sample: np.ndarray  # (cell)
    plate: np.ndarray  # (cell)
    slot: np.ndarray  # (cell) -1 where there is none


class Reactions(NamedTuple):
    """Reactions that enter one by one: bright ones of series, or dim ones."""

    ct: np.ndarray
    quantity: np.ndarray  # of series
    gene: np.ndarray
    plate: np.ndarray
    slot: np.ndarray  # -1 of series
    sample: np.ndarray


class Places(NamedTuple):
    """Which belongs to which."""

    target: np.ndarray  # (target) gene
    reference: np.ndarray  # (reference) gene
    kind: np.ndarray  # (subject)
    subject: np.ndarray  # (sample)
    contrast: np.ndarray  # (sample) number of contrasts for a control
    plate: np.ndarray  # (sample)
    shifted: np.ndarray  # (gene_on_plate) number of its element of SHIFT
    slot_gene: np.ndarray  # (slot)


class Study(NamedTuple):
    """A study and the constants of its priors."""

    at: np.ndarray  # (section) where it begins, and the end of the last
    of: Sizes
    law: np.ndarray  # (row, element)
    cells: Cells
    series: Reactions
    dims: Reactions
    places: Places
    limits: np.ndarray  # (2) the last cycle, and the variance of an outlying reaction
    centre: np.ndarray  # (coordinate) where the sampler's numbers are 0
    scale: np.ndarray  # (coordinate) what a step of 1 in them is


@compiled()
def taken(flat: np.ndarray, block: np.ndarray, cursor: np.ndarray) -> np.ndarray:
    """The next array of a block; `cursor` counts."""
    number = cursor[0]
    cursor[0] += 1
    return flat[block[number] : block[number + 1]]


@compiled()
def study_of(block: np.ndarray) -> Study:
    """A study out of the block that `lensim.expression.kernel.packed` makes."""
    numbers, cursor = block.view(np.float64), np.ones(1, dtype=np.int64)
    at, s = taken(block, block, cursor), taken(block, block, cursor)
    of = Sizes(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12])
    law = taken(numbers, block, cursor).reshape((ROWS, at[SECTIONS]))
    ct = taken(numbers, block, cursor)
    parts = (len(ct), of.part)
    cells = Cells(
        ct,
        taken(numbers, block, cursor).reshape(parts),
        taken(numbers, block, cursor).reshape(parts),
        taken(numbers, block, cursor).reshape(parts),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
    )
    series, dims = reactions_of(block, cursor), reactions_of(block, cursor)
    places = Places(
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
    )
    limits, centre = taken(numbers, block, cursor), taken(numbers, block, cursor)
    return Study(at, of, law, cells, series, dims, places, limits, centre, taken(numbers, block, cursor))


@compiled()
def reactions_of(block: np.ndarray, cursor: np.ndarray) -> Reactions:
    """The next arrays of a block, as reactions."""
    numbers = block.view(np.float64)
    return Reactions(
        taken(numbers, block, cursor),
        taken(numbers, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
        taken(block, block, cursor),
    )
