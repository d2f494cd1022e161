"""What counts as a number for a gate, and how a number is written."""

import math
import numbers
from typing import TypeGuard

_LARGEST_EXACT = 10**15
_ALL_PERCENT = 100


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a real number, NaN and NumPy's scalars included.

    Args:
        value: Anything. A bool is an answer and not a number; a string is not parsed.
    """
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def is_finite(value: object) -> TypeGuard[float]:
    """Tell whether a value is a number, as `is_number` has it, that a float can hold.

    Args:
        value: Anything; integers of any size.
    """
    if not is_number(value):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:  # an integer of over 308 digits
        return False


def looks_like_percentage(value: float) -> bool:
    """Tell whether a number that should lie between 0 and 1 was probably meant in percent.

    Args:
        value: A number.
    """
    return 1 < value <= _ALL_PERCENT


def number_text(value: float) -> str:
    """Return a number exactly, unless it is an integer too long to read.

    Args:
        value: A number; of integers, any size.
    """
    if isinstance(value, numbers.Integral):
        # Python refuses to write integers of more than 4,300 digits.
        return str(int(value)) if abs(value) < _LARGEST_EXACT else "an integer of over 15 digits"
    number = float(value)
    return "NaN" if math.isnan(number) else repr(number)
