"""One pandas column beside that of the reference, brought to common values."""

from typing import Any

import numpy as np
import pandas as pd

from governance.steps._bins import MOST_VALUES, Counts, Numbers
from governance.steps._bound import nanoseconds
from governance.steps._column import (
    INCOMPARABLE,
    NUMBERS,
    Column,
    Layout,
    arrow_of,
    category_codes,
    layout_of,
    missing_cells,
    number_blocks,
    plain_values,
    without_nan,
)
from governance.steps._drift_sample import NumberSample, ValueSample
from governance.steps._fact import Unfit
from governance.steps._family import family_of

_GROUPS = {
    "integer": "number",
    "float": "number",
    "decimal": "number",
    "datetime": "time",
    "date": "time",
}
_MEASURED = {"number", "time", "duration"}
_UNREADABLE = (TypeError, ValueError, OverflowError)


def common_group(reference: Column, data: Column) -> str | None:
    """Return what two columns hold both.

    Args:
        reference: A column of the reference.
        data: The same column of the data.

    Returns:
        `number`, `time`, or the family of both; None if neither has a value. A column of missing
        cells alone is like any other.

    Raises:
        Unfit: If they hold different things.
    """
    families = [
        None if missing_cells(column) == len(column) else family_of(column)
        for column in (reference, data)
    ]
    groups = {_GROUPS.get(family, family) for family in families if family is not None}
    if len(groups) > 1:
        raise Unfit(f"{families[1]}, but {families[0]} in the reference")
    return next(iter(groups), None)


def sample_of(reference: Column, data: Column) -> NumberSample | ValueSample:
    """Read a column and its reference, to have their drift measured.

    Args:
        reference: A column of the reference.
        data: The same column of the data.

    Returns:
        Numbers and times as numbers, everything else, and categories, as counts of values.

    Raises:
        Unfit: If they cannot be compared.
    """
    group = common_group(reference, data)
    columns = (reference, data)
    missing = (missing_cells(reference), missing_cells(data))
    coded = any(layout_of(column) is Layout.CODES for column in columns)
    if group in _MEASURED and not coded:
        return NumberSample(*_numbers(columns, missing, group), missing)
    return ValueSample(*_counts(columns), missing)


def _numbers(
    columns: tuple[Column, Column], missing: tuple[int, int], group: str
) -> tuple[Numbers, Numbers]:
    full = [gaps < len(column) for column, gaps in zip(columns, missing, strict=True)]
    if group != "number":
        columns = tuple(  # type: ignore[assignment]
            read_times(column, group) if some else column
            for column, some in zip(columns, full, strict=True)
        )
    values = [
        plain_values(column) if not gaps and layout_of(column) is Layout.PLAIN else _present(column)
        for column, gaps in zip(columns, missing, strict=True)
        if gaps < len(column)
    ]
    if not all(full):
        none = values[0][:0]
        return (values[0], none) if full[0] else (none, values[0])
    if group != "number":
        units = [nanoseconds(column, 1) for column in columns]
        if units[0] != units[1]:
            values = [v.astype(np.float64) * unit for v, unit in zip(values, units, strict=True)]
    return values[0], values[1]


def read_times(column: Column, group: str) -> Column:
    """Return a column of times, or of durations, as one that stores whole numbers.

    Raises:
        Unfit: If pandas cannot read all of its cells.
    """
    if layout_of(column) in NUMBERS:
        return column
    cells = column.astype(object)
    try:
        times: Column = (
            pd.to_timedelta(cells) if group == "duration" else pd.to_datetime(cells, utc=True)
        )
    except _UNREADABLE as error:
        raise Unfit(f"{family_of(column)}, with cells that pandas does not read") from error
    return times


def _present(column: Column) -> Numbers:
    """Return the values of a column of numbers that are not missing."""
    if layout_of(column) not in NUMBERS:
        try:
            with np.errstate(over="ignore"):
                return column.dropna().to_numpy(dtype=np.float64)
        except _UNREADABLE as error:
            raise Unfit(f"{family_of(column)}, with cells that are no floats") from error
    parts = []
    for block in number_blocks(column):
        cells = block.cells
        if block.missing is not None:
            cells = cells[~block.missing]
        elif cells.dtype.kind == "f":
            cells = cells[~np.isnan(cells)]
        parts.append(cells)
    return np.concatenate(parts)


def _counts(columns: tuple[Column, Column]) -> tuple[Counts, Counts]:
    told = [_counted(column) for column in columns]
    values = joined(*(distinct for distinct, _ in told))
    codes, distinct = values.factorize()
    if len(distinct) > MOST_VALUES:
        codes = _ranks(distinct)[codes]
    split = len(told[0][0])
    counts = []
    for own, (_, times) in zip((codes[:split], codes[split:]), told, strict=True):
        count = np.zeros(len(distinct), np.int64)
        np.add.at(count, own, times)
        counts.append(count)
    return counts[0], counts[1]


def _counted(column: Column) -> tuple[Column, Counts]:
    """Count each value of a column, missing cells left out."""
    layout = layout_of(column)
    if layout is Layout.TEXT:
        told = arrow_of(column).drop_null().value_counts()
        texts: Column = told.field("values").to_pandas(types_mapper=pd.ArrowDtype)
        return texts, told.field("counts").to_numpy()
    if layout is Layout.CODES:
        codes, values = category_codes(column), pd.Series(column.dtype.categories)  # type: ignore[union-attr]
    else:
        try:
            codes, distinct = without_nan(column).factorize()
        except INCOMPARABLE as error:
            raise Unfit("object, with cells that cannot be compared") from error
        values = pd.Series(distinct)
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    return values[counts > 0], counts[counts > 0]


def _ranks(values: Any) -> Counts:
    """Return the place of each value among the sorted ones; as they are, if they have no order."""
    try:
        order = pd.Series(values).sort_values(kind="stable").index.to_numpy()
    except TypeError:
        return np.arange(len(values))
    ranks = np.empty(len(values), np.int64)
    ranks[order] = np.arange(len(values))
    return ranks


def joined(above: Column, below: Column) -> Column:
    """Return the cells of two columns as one column in which equal ones are equal.

    Of two dtypes, they become Python's objects, in which no number is rounded except for long
    doubles.
    """
    if above.dtype != below.dtype:
        above, below = _objects(above), _objects(below)
    return pd.concat([above, below], ignore_index=True)


def _objects(column: Column) -> Column:
    wide = column.dtype == np.longdouble
    return (column.astype(np.float64) if wide else column).astype(object)
