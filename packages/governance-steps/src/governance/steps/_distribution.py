"""How the values of a column are distributed, as far as a small chart shows it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.steps._bound import nanoseconds, time_unit
from governance.steps._column import NUMBERS, Column, layout_of, number_blocks
from governance.steps._family import family_of

BARS = 24
"""Bars of a chart."""

_FEWEST = 20  # values: with fewer, a chart would tell single ones
_MIDDLE = (0.01, 0.99)  # no single value is told, and no stray one flattens all others
_NANOSECONDS = 10**9
_TIMES = ("datetime", "date")


@dataclass(frozen=True, slots=True)
class Distribution:
    """Bars of equal width over the middle 98 % of a column's values; the rest is at the ends.

    Attributes:
        counts: Values in each bar, from left to right.
        low: Where the first bar begins, in words.
        high: Where the last one ends.
    """

    counts: tuple[int, ...]
    low: str
    high: str


def distribution_of(column: Column) -> Distribution | None:
    """Describe the values of a column.

    Args:
        column: Any column, a sample of one if it is long.

    Returns:
        Its distribution; None for columns of anything but numbers, times and bools, and
        where few values or a single one would be told.
    """
    family = family_of(column)
    if layout_of(column) not in NUMBERS or family == "object":
        return None
    values = _values(column)
    if values.size < _FEWEST:
        return None
    if family == "bool":
        yes = int(np.count_nonzero(values))
        return Distribution((values.size - yes, yes), "false", "true")
    low, high = (float(edge) for edge in np.quantile(values, _MIDDLE))
    if not low < high:
        return None
    counts, _ = np.histogram(np.clip(values, low, high), BARS, (low, high))
    words = [_in_words(edge, family, column) for edge in (low, high)]
    return Distribution(tuple(counts.tolist()), *words)


def _values(column: Column) -> NDArray[np.float64]:
    parts = [
        (block.cells if block.missing is None else block.cells[~block.missing]).astype(np.float64)
        for block in number_blocks(column)
    ]
    values = np.concatenate(parts) if parts else np.empty(0)
    finite: NDArray[np.float64] = values[np.isfinite(values)]
    return finite


def _in_words(edge: float, family: str, column: Column) -> str:
    if family in _TIMES:
        # NumPy's times reach further than those of pandas, in each unit.
        moment = np.array([round(edge)]).astype(f"datetime64[{time_unit(column)}]")
        return str(moment.astype("datetime64[D]")[0])
    if family == "duration":
        return f"{nanoseconds(column, round(edge)) / _NANOSECONDS:.4g} s"
    return f"{edge:.4g}"
