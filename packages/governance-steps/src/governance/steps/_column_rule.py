"""The checks on whole columns: dtype, freshness, shares of values, two columns compared."""

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._bound import nanoseconds
from governance.steps._check import Check
from governance.steps._column import (
    BLOCK,
    NAT,
    Column,
    Layout,
    arrow_of,
    is_comparable,
    layout_of,
    number_blocks,
)
from governance.steps._duplicate import Duplicates, find_duplicates
from governance.steps._fact import EXAMPLES, Measure, Unfit
from governance.steps._family import family_of
from governance.steps._value_share import value_counts

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
"""What the operators of a comparison mean."""

NUMBERS = {"integer": "number", "float": "number", "decimal": "number"}
"""The families that can be compared with each other, whatever their names."""

_NANOSECONDS = 10**9


def dtype_family(columns: Sequence[Column], _check: Check, _now: datetime) -> Measure:
    """Find the family of a column's dtype."""
    (column,) = columns
    return Measure(figure=family_of(column))


def age(columns: Sequence[Column], _check: Check, now: datetime) -> Measure:
    """Find how many seconds old a column's newest time is; infinitely old without any.

    Raises:
        Unfit: If it is no column of times.
    """
    (column,) = columns
    family = family_of(column)
    if family not in {"datetime", "date"} or layout_of(column) not in {Layout.PLAIN, Layout.ARROW}:
        raise Unfit(f"{family}, not datetime")
    newest = NAT
    for block in number_blocks(column):
        cells = block.cells if block.missing is None else block.cells[~block.missing]
        newest = max(newest, int(cells.astype(np.int64, copy=False).max(initial=NAT)))
    if newest == NAT:
        return Measure(figure=float("inf"))
    return Measure(figure=now.timestamp() - nanoseconds(column, newest) / _NANOSECONDS)


def share(columns: Sequence[Column], check: Check, _now: datetime) -> Measure:
    """Find the share of a column's most frequent, or of its rarest, value."""
    return Measure(figure=SHARES[check.kind](value_counts(columns[0])))


def _largest(counts: NDArray[np.int64]) -> float:
    return float(counts.max() / counts.sum()) if counts.any() else 1.0


def _smallest(counts: NDArray[np.int64]) -> float:
    counts = counts[counts > 0]
    return float(counts.min() / counts.sum()) if counts.size else 0.0


SHARES: dict[str, Callable[[NDArray[np.int64]], float]] = {
    "max_value_share": _largest,
    "min_value_share": _smallest,
}
"""What makes a share of how often each value occurs: 1 and 0 where there is no value."""


def compared(columns: Sequence[Column], check: Check, _now: datetime) -> Measure:
    """Find the rows in which one column does not stand to another as it should.

    A row in which either is missing is passed over.

    Raises:
        Unfit: If the two cannot be compared.
    """
    compare = OPERATORS[check.parameters["operator"]]
    families = [family_of(column) for column in columns]
    unfit = Unfit(f"{' and '.join(families)}, which cannot be compared")
    kinds = {NUMBERS.get(family, family) for family in families} - {"object"}
    if len(kinds) > 1:
        raise unfit
    alike = len({layout_of(column) for column in columns}) == 1
    count = 0
    rows: list[int] = []
    for start in range(0, len(columns[0]), BLOCK):
        pieces = [_comparable(column.iloc[start : start + BLOCK]) for column in columns]
        left, right = pieces if alike else map(_plain_text, pieces)
        present = left.notna().to_numpy() & right.notna().to_numpy()
        try:
            good = compare(_without_codes(left[present]), _without_codes(right[present]))
        except (TypeError, ValueError, NotImplementedError) as error:
            raise unfit from error
        bad = np.flatnonzero(present)[~np.asarray(good, np.bool_)] + start
        count += bad.size
        rows += bad[: EXAMPLES - len(rows)].tolist()
    return Measure(count, tuple(rows))


def _comparable(column: Column) -> Column:
    """Return a piece that is dense and without NaN beside NA, its rows numbered anew.

    Arrow's times become NumPy's, with which older versions of pandas do not compare them.
    """
    if isinstance(column.dtype, pd.SparseDtype):
        dense: Column = pd.Series(np.asarray(column))
        return dense
    layout = layout_of(column)
    if layout is Layout.ARROW and family_of(column) in {"datetime", "duration"}:
        times: Column = arrow_of(column).to_pandas()
        return times
    if layout is Layout.ARROW and column.dtype.kind in "iu":
        # Arrow does not compare integers with and without a sign.
        return column.astype("Int64" if column.dtype.kind == "i" else "UInt64").reset_index(
            drop=True
        )
    if layout in {Layout.MASKED, Layout.ARROW} and column.dtype.kind == "f":
        floats: Column = pd.Series(column.to_numpy(dtype=np.float64, na_value=np.nan))
        return floats
    return column.reset_index(drop=True)


def _plain_text(column: Column) -> Column:
    """Return text as Python strings, which every version of pandas compares with all others."""
    return column.astype(object) if layout_of(column) is Layout.TEXT else column


def _without_codes(column: Column) -> Column:
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        column = column.astype(dtype.categories.dtype)
    return column


def key_duplicates(columns: Sequence[Column]) -> Duplicates:
    """Find the rows whose key equals that of an earlier row.

    Raises:
        Unfit: If the key has cells that cannot be compared.
    """
    if not all(map(is_comparable, columns)):
        raise Unfit("object, with cells that cannot be compared")
    return find_duplicates(list(columns))


COLUMN_RULES: dict[str, Callable[[Sequence[Column], Check, datetime], Measure]] = {
    "dtype": dtype_family,
    "freshness": age,
    "max_value_share": share,
    "min_value_share": share,
    "comparison": compared,
}
"""What measures each kind of check on whole columns."""
