"""A printed number is an interval: 58 says 57.5 to 58.5, "58.0" says 57.95 to 58.05."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from lensim.config import FrozenConfig

HALF: Final = Decimal("0.5")


class Printed(FrozenConfig):
    """The interval that rounds to a printed number.

    Attributes
    ----------
    low, high
        Ends of the interval that rounds to it.
    text
        As printed.
    """

    low: float
    high: float
    text: str

    @property
    def middle(self) -> float:
        """The number as it is printed, or the middle of a printed range."""
        return (self.low + self.high) / 2.0


def printed(value: Any) -> Any:
    """The interval of a number, of a text with its digits, or of two ends.

    Raises
    ------
    ValueError
        If a text is no number, or ends are not in order.
    """
    if isinstance(value, Printed) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return Printed(**value)
    if isinstance(value, list | tuple) and len(value) == 2:
        if not all(isinstance(end, int | float | Decimal | str) for end in value):
            raise ValueError("must be a number as it is printed, or a list of its two ends")
        low, high = (float(end) for end in value)
        if not low < high:
            raise ValueError(f"ends must be in order, got {low:g} and {high:g}")
        return Printed(low=low, high=high, text=f"{low:g} to {high:g}")
    text = str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"must be a number as it is printed, got {text!r}") from None
    if not number.is_finite():
        raise ValueError(f"must be a finite number, got {text}")
    exponent = number.as_tuple().exponent
    half = HALF.scaleb(min(int(exponent), 0) if isinstance(exponent, int) else 0)
    return Printed(low=float(number - half), high=float(number + half), text=text)


PrintedNumber = Annotated[Printed, BeforeValidator(printed)]
