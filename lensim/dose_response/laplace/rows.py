"""Logarithms and exponentials of rows of numbers, compiled, in a form that processors work on several at once."""

from typing import Final, NamedTuple

import numpy as np

from lensim.inference.compiled import compiled

LOWEST: Final = -60.0
"""Exponentials of less are those of this."""
_PARTS: Final = 1.0 / 128.0
_LOG_2: Final = float(np.log(2.0))
_MIDDLE: Final = 1.5
_LOG_MIDDLE: Final = float(np.log(_MIDDLE))
_FRACTION: Final = np.int64(0x000FFFFFFFFFFFFF)
_ONE: Final = np.int64(0x3FF0000000000000)
_BITS: Final = np.int64(52)
_BIAS: Final = np.int64(1023)


class Rows(NamedTuple):
    """Rows to work in, each (n).

    Attributes
    ----------
    shift, product, total, exponent
        Numbers; `product` is 1 before and after each use.
    mantissa
        Integers.
    """

    shift: np.ndarray
    product: np.ndarray
    total: np.ndarray
    exponent: np.ndarray
    mantissa: np.ndarray


def rows_of(n: int) -> Rows:
    """Rows of n numbers."""
    return Rows(np.zeros(n), np.ones(n), np.zeros(n), np.zeros(n), np.zeros(n, np.int64))


@compiled(fastmath=True)
def exponential(x):  # type: ignore[no-untyped-def]
    """exp(x) of a number from LOWEST to 0, to a share of 2e-5, far less near 0.

    A polynomial of x / 128, squared seven times.
    """
    r = max(x, LOWEST) * _PARTS
    p = 1.0 + r * (1.0 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040)))))))
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    return p * p


@compiled(fastmath=True)
def _split(whole, mantissa, exponent):  # type: ignore[no-untyped-def]
    for s in range(len(whole)):
        mantissa[s] = (whole[s] & _FRACTION) | _ONE
    for s in range(len(whole)):
        exponent[s] = float((whole[s] >> _BITS) - _BIAS)


@compiled(fastmath=True)
def _join(mantissa, exponent, total):  # type: ignore[no-untyped-def]
    for s in range(len(total)):
        t = (mantissa[s] - _MIDDLE) / (mantissa[s] + _MIDDLE)
        u = t * t
        log = t * (2.0 + u * (2 / 3 + u * (2 / 5 + u * (2 / 7 + u * (2 / 9)))))
        total[s] -= 0.5 * (log + exponent[s] * _LOG_2 + _LOG_MIDDLE)


@compiled()
def take_half_log(product, total, mantissa, exponent):  # type: ignore[no-untyped-def]
    """Take log(product) / 2, to 3e-9, off `total`, of numbers of 1 or more; `product` is 1 afterwards.

    The exponent is read from the number itself, the mantissa m by the series of artanh((m - 1.5) / (m + 1.5)).
    `mantissa` (integers) and `exponent` are rows to work in.
    """
    _split(product.view(np.int64), mantissa, exponent)
    _join(mantissa.view(np.float64), exponent, total)
    product[:] = 1.0
