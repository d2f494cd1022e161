"""A 64-bit key for every cell of a column, and the rows that share one."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._column import (
    BLOCK,
    Array,
    Block,
    Column,
    Layout,
    arrow_of,
    category_codes,
    distinct_codes,
    layout_of,
    number_blocks,
    plain_values,
)
from governance.steps._mixing import BUCKETS, MISSING_KEY, bucket, mixed, shortened
from governance.steps._text_key import text_keys

Keys: TypeAlias = NDArray[np.uint64]
Rows: TypeAlias = NDArray[np.intp]

_NAN_KEY = np.uint64(0x7FF8000000000000)
_MANY = 8  # if more than one key in so many is repeated, a filter before the search is wasted


def cell_keys(column: Column) -> Keys:
    """Return a key for every cell: equal cells, and all missing ones, have equal keys.

    Args:
        column: Any column whose cells can be compared.

    Returns:
        The keys. Of Arrow's and of masked columns, different cells may rarely share one.
    """
    layout = layout_of(column)
    if layout is Layout.TEXT:
        return text_keys(arrow_of(column))
    if layout is Layout.OTHER:
        return distinct_codes(column)[0].view(np.uint64)
    keys = np.empty(len(column), np.uint64)
    if layout in {Layout.MASKED, Layout.ARROW}:
        for block in number_blocks(column):
            keys[block.start : block.start + block.cells.size] = _masked_keys(block)
        return keys
    values = category_codes(column) if layout is Layout.CODES else plain_values(column)
    for start in range(0, len(values), BLOCK):
        keys[start : start + BLOCK] = _number_keys(values[start : start + BLOCK])
    return keys


def _number_keys(values: Array) -> Keys:
    if values.dtype.kind == "f":
        wide = values.astype(np.float64) + 0.0  # turns -0.0 into 0.0
        keys = wide.view(np.uint64)
        np.copyto(keys, _NAN_KEY, where=wide != wide)  # noqa: PLR0124 (NaN alone does)
        return keys
    if values.dtype.kind == "i":
        return values.astype(np.int64).view(np.uint64)
    return values.astype(np.uint64)


def _masked_keys(block: Block) -> Keys:
    keys = _number_keys(block.cells)
    if block.missing is not None:
        np.copyto(keys, MISSING_KEY, where=block.missing)
    return keys


def row_keys(columns: Iterable[Column]) -> Keys:
    """Return a key for every row: equal rows have equal keys.

    Args:
        columns: At least one column; all of the same length.
    """
    left = iter(columns)
    keys = mixed(cell_keys(next(left)))
    for column in left:
        cells = cell_keys(column)
        for start in range(0, len(keys), BLOCK):
            part = keys[start : start + BLOCK]
            part[:] = mixed(part ^ mixed(cells[start : start + BLOCK]))
    return keys


def rows_of_repeated(keys: Keys) -> Rows:
    """Return the rows whose key occurs more than once, from top to bottom.

    Sorting shortened keys finds the few that may be repeated; `numpy.unique` takes over a
    hundred times as long.
    """
    short = np.empty(keys.size, np.uint32)
    for start in range(0, keys.size, BLOCK):
        short[start : start + BLOCK] = shortened(keys[start : start + BLOCK])
    ordered = np.sort(short)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    del ordered
    if not twice.size:
        return np.empty(0, np.intp)
    repeated = twice[np.concatenate(([True], twice[1:] != twice[:-1]))]
    if repeated.size * _MANY > keys.size:
        return _sorted_together(keys)
    marked = np.zeros(BUCKETS, np.bool_)
    marked[bucket(repeated)] = True
    rows = np.concatenate(
        [
            start + np.flatnonzero(marked[bucket(short[start : start + BLOCK])])
            for start in range(0, keys.size, BLOCK)
        ]
    )
    places = np.searchsorted(repeated, short[rows])
    rows = rows[repeated[np.minimum(places, repeated.size - 1)] == short[rows]]
    found: Rows = rows[_sorted_together(keys[rows])]
    return found


def _sorted_together(keys: Keys) -> Rows:
    """Return the rows of repeated keys by sorting the rows themselves."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    marked = np.zeros(keys.size, np.bool_)
    marked[order[1:][same]] = True
    marked[order[:-1][same]] = True
    return np.flatnonzero(marked)


def same_cells(left: Column, right: Column) -> NDArray[np.bool_]:
    """Tell, row by row, whether two pieces of one column hold equal cells.

    Args:
        left: Some rows of a column.
        right: As many rows of the same column.

    Returns:
        For each row the exact answer; missing cells equal each other.
    """
    if layout_of(left) in {Layout.PLAIN, Layout.CODES}:
        # Such keys differ wherever the cells do.
        return np.equal(cell_keys(left), cell_keys(right))
    codes, _ = distinct_codes(pd.concat([left, right], ignore_index=True))
    return np.equal(codes[: len(left)], codes[len(left) :])
