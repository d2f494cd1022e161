"""Which rows equal an earlier row: the exact answer, without a copy of the frame."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._column import (
    Column,
    Layout,
    category_codes,
    distinct_codes,
    layout_of,
    plain_values,
)
from governance.steps._key import Rows, cell_keys, row_keys, rows_of_repeated, same_cells

FEW_ROWS = 20_000
"""Up to so many rows, numbering the distinct values of every column is the fastest way."""

_SAMPLE = 1_024
_SELECTIVE = 0.9  # share of distinct values in the sample
_ENOUGH = 2  # selective columns; what they leave is little
_FEW_LEFT = 8  # if more than one row in so many is left, they are duplicates, not chance
_PAIRS = 1 << 18  # compared at a time
_WIDEST = 2**62  # number that stands for a row
_NARROW = 1 << 16  # integers are numbers already if they are no more different ones
_ONCE = 0.5  # if rows counted once are a smaller share, they are numbered

_ORDER = list(Layout)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The rows that equal an earlier row in some columns.

    Attributes:
        rows: Their positions, from top to bottom; of three equal rows, two.
        candidates: Positions among which all duplicates are in more columns as well, the
            rows that they equal included.
    """

    rows: Rows
    candidates: Rows


def find_duplicates(columns: list[Column], candidates: Rows | None = None) -> Duplicates:
    """Find the rows that equal an earlier row; missing cells equal each other.

    A duplicated row repeats its value in every column, so a column with hardly any repeated
    values leaves few rows to look at, often none. What is left is grouped by a key of the
    whole row, and the rows of a group are compared cell by cell: no answer rests on a key.

    Args:
        columns: At least one column, each with cells that can be compared.
        candidates: Rows among which all duplicates are known to be; None for all rows.

    Returns:
        All duplicates.
    """
    ordered = sorted(columns, key=lambda column: _ORDER.index(layout_of(column)))
    rows = candidates
    if rows is None and len(ordered[0]) > FEW_ROWS:
        selective = _selective(ordered)
        if selective is None:
            return _numbered(ordered, None)
        for column in selective:
            repeated = rows_of_repeated(cell_keys(_at(column, rows)))
            rows = repeated if rows is None else rows[repeated]
            if len(rows) * _FEW_LEFT > len(column):
                break  # the next selective column would leave no fewer
    if (len(ordered[0]) if rows is None else len(rows)) <= FEW_ROWS:
        return _numbered(ordered, rows)
    return _compared(ordered, rows)


def _at(column: Column, rows: Rows | None) -> Column:
    return column if rows is None else column.iloc[rows]


def _selective(columns: list[Column]) -> list[Column] | None:
    """Return the columns with hardly any repeated values in a sample of the rows.

    Returns:
        At most two of them, or None where the sample says that rows are far fewer if each is
        counted once: numbering the few values is then cheaper than hashing all rows.
    """
    length = len(columns[0])
    sample = np.linspace(0, length - 1, _SAMPLE).astype(np.intp)
    selective: list[Column] = []
    possible = 1
    for column in columns:
        codes, _ = distinct_codes(column.iloc[sample])
        distinct = int(codes.max())
        possible *= max(distinct, 2)
        if distinct > _SELECTIVE * _SAMPLE:
            selective.append(column)
            if len(selective) == _ENOUGH:
                break
    if selective:
        return selective
    # Of s rows drawn from d different ones, about s * s / 2d equal an earlier one.
    pairs = len(_numbered(columns, sample).rows)
    few = possible < length or pairs * length * _ONCE > _SAMPLE**2 / 2
    return None if few else selective


def _numbered(columns: list[Column], rows: Rows | None) -> Duplicates:
    """Give equal rows equal numbers, column by column, and find the repeated numbers."""
    numbers, width = _codes(_at(columns[0], rows))
    for column in columns[1:]:
        codes, size = _codes(_at(column, rows))
        if width * size > _WIDEST:
            numbers, distinct = pd.factorize(numbers)
            width = len(distinct)
        numbers = numbers * size
        numbers += codes
        width *= size
    told = pd.Series(numbers)
    later = np.flatnonzero(told.duplicated().to_numpy())
    if later.size * 2 > numbers.size:
        every = np.arange(numbers.size)  # nearly, and found at once
    else:
        every = np.flatnonzero(told.duplicated(keep=False).to_numpy())
    return Duplicates(later, every) if rows is None else Duplicates(rows[later], rows[every])


def _codes(column: Column) -> tuple[NDArray[np.int64], int]:
    """Number the distinct values of a column, in no order, and return how many numbers there are.

    Integers of a narrow range, and categories, are numbers already.
    """
    layout = layout_of(column)
    if layout is Layout.CODES:
        codes = category_codes(column)
        return codes.astype(np.int64) + 1, len(column.dtype.categories) + 1  # type: ignore[union-attr]
    if layout is Layout.PLAIN and len(column):
        values = plain_values(column)
        if values.dtype.kind in "iub":
            low = values.min()
            size = int(values.max()) - int(low) + 1
            if size <= _NARROW:
                wide = values if values.dtype == np.uint64 else values.astype(np.int64)
                return (wide - low).astype(np.int64, copy=False), size
    return distinct_codes(column)


def _compared(columns: list[Column], rows: Rows | None) -> Duplicates:
    """Group rows by a key of the whole row, and compare the rows of each group."""
    keys = row_keys(_at(column, rows) for column in columns)
    repeated = rows_of_repeated(keys)
    grouped = repeated[np.argsort(keys[repeated], kind="stable")]
    ordered = keys[grouped]
    same = ordered[1:] == ordered[:-1]
    earlier, later = grouped[:-1][same], grouped[1:][same]
    if rows is not None:
        repeated, earlier, later = rows[repeated], rows[earlier], rows[later]
    equal = np.ones(len(later), np.bool_)
    for start in range(0, len(later), _PAIRS):
        pairs = slice(start, start + _PAIRS)
        for column in columns:
            equal[pairs] &= same_cells(column.iloc[earlier[pairs]], column.iloc[later[pairs]])
    if not equal.all():
        # Different rows with one key: as good as never, and then few.
        collided = np.isin(ordered, ordered[1:][same][~equal])
        suspects = np.sort(grouped[collided])
        suspects = suspects if rows is None else rows[suspects]
        right = later[~np.isin(later, suspects)]
        later = np.concatenate([right, _numbered(columns, suspects).rows])
    return Duplicates(np.sort(later), repeated)
