"""Exponentials and logarithms of rows of numbers, compiled, in a form that processors work on several at once."""

from typing import Final

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


@compiled(fastmath=True)
def exponential(x):  # type: ignore[no-untyped-def]
    """exp(x) of a number from LOWEST to 0, to a share of 2e-8, far less near 0.

    A polynomial of x / 128, squared seven times.
    """
    r = max(x, LOWEST) * _PARTS
    p = 1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * (1 / 362880)))
    p = 1.0 + r * (1.0 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * p)))))
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
def _join(mantissa, exponent):  # type: ignore[no-untyped-def]
    for s in range(len(exponent)):
        t = (mantissa[s] - _MIDDLE) / (mantissa[s] + _MIDDLE)
        u = t * t
        log = t * (2.0 + u * (2 / 3 + u * (2 / 5 + u * (2 / 7 + u * (2 / 9 + u * (2 / 11))))))
        exponent[s] = log + exponent[s] * _LOG_2 + _LOG_MIDDLE


@compiled()
def logarithms(values, mantissa, logs):  # type: ignore[no-untyped-def]
    """Into `logs` the logarithm of each of a row of numbers above 0, to 1e-10.

    The exponent is read from the number itself, the mantissa m by the series of artanh((m - 1.5) / (m + 1.5)).
    `mantissa` (integers) is a row to work in.
    """
    _split(values.view(np.int64), mantissa, logs)
    _join(mantissa.view(np.float64), logs)


@compiled(fastmath=True)
def soft_max(logs, shares, top, total):  # type: ignore[no-untyped-def]
    """Of logs (k, n): exp(logs - top) into `shares`, with `top` (n) the largest over k and `total` (n) their sum."""
    for n in range(len(top)):
        top[n] = logs[0, n]
        total[n] = 0.0
    for k in range(1, len(logs)):
        for n in range(len(top)):
            top[n] = max(top[n], logs[k, n])
    for k in range(len(logs)):
        for n in range(len(top)):
            shares[k, n] = exponential(logs[k, n] - top[n])
        for n in range(len(top)):
            total[n] += shares[k, n]
