"""Types of numbers in files of selections; none may be infinite."""

from typing import Annotated, Final

from pydantic import Field

MOST_CELLS: Final = 10**12

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1)]
Cells = Annotated[int, Field(ge=0, le=MOST_CELLS)]
