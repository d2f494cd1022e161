"""Which rows of a frame are also rows of its reference: the exact answer."""

from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.steps._bound import nanoseconds
from governance.steps._column import (
    INCOMPARABLE,
    Column,
    Layout,
    distinct_codes,
    layout_of,
    number_blocks,
)
from governance.steps._column_pair import common_group, joined, read_times
from governance.steps._fact import Unfit
from governance.steps._key import Rows, row_keys, same_cells

Pair: TypeAlias = tuple[Column, Column]

_PAIRS = 1 << 18  # compared at a time
_WIDEST = 2**62  # number that stands for a row


def overlapping(pairs: list[Pair]) -> Rows:
    """Find the rows of the data that equal a row of the reference.

    Rows that are in both have one key in both; only those are compared cell by cell. Missing
    cells equal each other.

    Args:
        pairs: One or more columns of the data, each with the same one of the reference.

    Returns:
        Positions in the data, from top to bottom.

    Raises:
        Unfit: If cells cannot be compared.
    """
    ready = [_comparable(data, reference) for data, reference in pairs]
    alike = [pair for pair in ready if _have_one_key(*pair)]
    rows, others = (np.arange(len(column)) for column in ready[0])
    if not alike:
        return rows[_numbered(ready, rows, others)]
    keys, keys_of_others = (row_keys(columns) for columns in zip(*alike, strict=True))
    order = np.argsort(keys_of_others)
    ordered = keys_of_others[order]
    places = np.searchsorted(ordered, keys)
    found = np.minimum(places, ordered.size - 1)
    rows = np.flatnonzero(ordered[found] == keys)
    partners = order[found[rows]]
    equal = _equal(ready, rows, partners) if len(alike) == len(ready) else np.zeros(rows.size, bool)
    left = rows[~equal]
    if left.size:
        others = np.flatnonzero(pd.Series(keys_of_others).isin(keys[left]).to_numpy())
        equal[~equal] = _numbered(ready, left, others)
    return rows[equal]


def _comparable(data: Column, reference: Column) -> Pair:
    group = common_group(reference, data)
    if data.dtype == reference.dtype or group not in {"time", "duration"}:
        return data, reference
    return _instants(data, group), _instants(reference, group)


def _instants(column: Column, group: str) -> Column:
    """Return times of any unit as whole nanoseconds, exactly."""
    times = read_times(column, group)
    cells = np.empty(len(times), object)
    for block in number_blocks(times):
        stored = block.cells.astype(object) * nanoseconds(times, 1)
        if block.missing is not None:
            stored[block.missing] = None
        cells[block.start : block.start + stored.size] = stored
    return pd.Series(cells)


def _have_one_key(data: Column, reference: Column) -> bool:
    """Tell whether equal cells of two columns have equal keys."""
    layout = layout_of(data)
    if layout is Layout.OTHER or data.dtype != reference.dtype:
        return False
    # pandas calls dtypes equal whose categories are in another order.
    return layout is not Layout.CODES or bool(
        data.dtype.categories.equals(reference.dtype.categories)  # type: ignore[union-attr]
    )


def _equal(pairs: list[Pair], rows: Rows, partners: Rows) -> NDArray[np.bool_]:
    equal = np.ones(rows.size, np.bool_)
    for start in range(0, rows.size, _PAIRS):
        part = slice(start, start + _PAIRS)
        for data, reference in pairs:
            equal[part] &= same_cells(data.iloc[rows[part]], reference.iloc[partners[part]])
    return equal


def _numbered(pairs: list[Pair], rows: Rows, others: Rows) -> NDArray[np.bool_]:
    """Give equal rows equal numbers, and tell which rows have the number of another."""
    numbers: NDArray[np.int64] = np.zeros(1, np.int64)
    width = 1
    for data, reference in pairs:
        try:
            codes, size = distinct_codes(joined(data.iloc[rows], reference.iloc[others]))
        except INCOMPARABLE as error:
            raise Unfit("object, with cells that cannot be compared") from error
        if width * size > _WIDEST:
            numbers, distinct = pd.factorize(numbers)
            width = len(distinct)
        numbers = numbers * size + codes
        width *= size
    shared: NDArray[np.bool_] = (
        pd.Series(numbers[: rows.size]).isin(numbers[rows.size :]).to_numpy()
    )
    return shared
