"""Limits around what was seen, in figures that a reader would choose."""

import math
from fractions import Fraction

_FIGURES = 2


def outward(least: float, most: float) -> tuple[float, float] | None:
    """Round two numbers away from each other, to two figures of their distance.

    Args:
        least: The smaller number, finite.
        most: The greater number, finite.

    Returns:
        Two limits, integers if both are; None if no finite ones are found.
    """
    low, high = Fraction(least), Fraction(most)
    step = _step(high - low or abs(low) or Fraction(1))
    if isinstance(least, int) and isinstance(most, int):
        step = max(step, Fraction(1))
        return math.floor(low / step) * int(step), math.ceil(high / step) * int(step)
    try:
        limits = float(math.floor(low / step) * step), float(math.ceil(high / step) * step)
    except OverflowError:
        return None
    # The nearest float may lie on the other side.
    return min(limits[0], float(least)), max(limits[1], float(most))


def _step(distance: Fraction) -> Fraction:
    if distance >= 1:
        exponent = len(str(distance.numerator // distance.denominator)) - 1
    else:
        exponent = -len(str(distance.denominator // distance.numerator))
    return Fraction(10) ** (exponent - _FIGURES + 1)


def with_headroom(share: float) -> float:
    """Return a limit for a share: a fifth and a hundredth more, in whole hundredths.

    Args:
        share: From 0 to 1. Where nothing was seen, nothing is allowed.
    """
    if not share:
        return 0
    hundredths = math.ceil((share * 1.2 + 0.01) * 100)
    return hundredths / 100 if hundredths < 100 else 1  # noqa: PLR2004 (all of them)


def fewest_rows(rows: int) -> int:
    """Return a limit for a number of rows: half of them, down to two figures.

    Args:
        rows: At least 1.
    """
    half = max(1, rows // 2)
    step: int = 10 ** max(0, len(str(half)) - _FIGURES)
    return half // step * step
