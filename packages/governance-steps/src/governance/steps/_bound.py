"""The limits of a check, in the unit in which a column stores its values."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from governance.steps._column import Column
from governance.steps._fact import Unfit
from governance.steps._family import family_of
from governance.steps._number import is_number

NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "D": 86_400 * 10**9}
"""How many nanoseconds the units are in which times are counted."""

_TIMES = ("datetime", "date")


def stored_bounds(column: Column, low: Any, high: Any) -> tuple[Any, Any]:
    """Translate two limits into figures that a column's stored numbers can be held against.

    Args:
        column: A column of numbers or times.
        low: The least value allowed; None for no limit.
        high: The greatest value allowed; None for no limit.

    Returns:
        Both limits, infinite where there is none. Whole numbers for integers and times, so
        that no comparison rounds.

    Raises:
        Unfit: If the column's values cannot be held against such limits.
    """
    family = family_of(column)
    if family not in {"integer", "float", "duration", *_TIMES}:
        raise Unfit(f"{family}, which has no range")
    least = -math.inf if low is None else stored_value(column, family, low)
    most = math.inf if high is None else stored_value(column, family, high)
    if family == "float":
        return as_float(least), as_float(most)
    return (
        least if least == -math.inf else math.ceil(least),
        most if most == math.inf else math.floor(most),
    )


def as_float(value: float | Fraction) -> float:
    """Return a number as a float, an infinite one where it is beyond the floats."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def stored_value(column: Column, family: str, value: Any) -> Any:
    """Translate one value.

    Args:
        column: The column it is for.
        family: The column's family.
        value: A number, or for times whatever pandas reads as one; without a time zone it is
            taken as UTC, as are the times of a column without one.

    Returns:
        The value in the column's unit, a fraction where it lies between two units.

    Raises:
        Unfit: If it is no value of the column's family.
    """
    if family not in {"duration", *_TIMES}:
        if is_number(value) and not isinstance(value, bool):
            return value
        raise Unfit(f"{family}, which cannot be compared with {type(value).__name__}")
    reader = pd.Timedelta if family == "duration" else pd.Timestamp
    try:
        if is_number(value):
            raise ValueError  # noqa: TRY301 (pandas would take it for nanoseconds)
        moment = reader(value)
        stored = int(moment.asm8.view("i8")) * NANOSECONDS[moment.unit]
    except (ValueError, TypeError) as error:
        raise Unfit(f"{family}, which cannot be compared with {type(value).__name__}") from error
    unit = NANOSECONDS[time_unit(column)]
    return Fraction(stored, unit)


def time_unit(column: Column) -> str:
    """Return the unit in which a column of times counts, such as `ns` or `D`."""
    dtype: Any = column.dtype
    if isinstance(dtype, np.dtype):
        return np.datetime_data(dtype)[0]
    if isinstance(dtype, pd.ArrowDtype):
        kind: Any = dtype.pyarrow_dtype
        return {"date32[day]": "D", "date64[ms]": "ms"}.get(str(kind)) or str(kind.unit)
    return str(dtype.unit)


def nanoseconds(column: Column, stored: int) -> int:
    """Return a stored time in nanoseconds since 1970, exactly, whatever the column's unit."""
    return stored * NANOSECONDS[time_unit(column)]
