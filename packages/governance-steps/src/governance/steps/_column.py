"""One pandas column, read where it lies in memory, a block at a time."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Column: TypeAlias = "pd.Series[Any]"
Array: TypeAlias = NDArray[Any]

# Values of 8 bytes: a block of 256 KiB stays in the processor's L2 cache while several
# reductions read it.
BLOCK = 32_768

NAT: int = np.iinfo(np.int64).min
"""What NumPy and pandas store for a missing time."""

_FLOATS = ("f2", "f4", "f8")  # a long double does not fit into a 64-bit key


class Layout(Enum):
    """How a column is stored, which decides how it is read; the quickest to read come first."""

    PLAIN = "one NumPy array"
    MASKED = "a NumPy array and a mask"
    ARROW = "Arrow numbers or times"
    TEXT = "Arrow strings"
    CODES = "codes of categories"
    OTHER = "anything else, such as Python objects"


NUMBERS = (Layout.PLAIN, Layout.MASKED, Layout.ARROW)
"""The layouts that are read as blocks of numbers."""


class Block(NamedTuple):
    """Consecutive values of a column of numbers.

    Attributes:
        start: Row of the first value.
        cells: Floats, integers or bools; times and periods as 64-bit integers.
        missing: Where a value is missing although it is not NaN; None for nowhere.
    """

    start: int
    cells: Array
    missing: NDArray[np.bool_] | None


def layout_of(column: Column) -> Layout:
    """Return how a column is stored."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        number = dtype.kind in "iubmM" or dtype.str[1:] in _FLOATS
        return Layout.PLAIN if number else Layout.OTHER
    for kinds, layout in _EXTENSIONS:
        if isinstance(column.array, kinds):
            return layout
    return _arrow_layout(column)


_EXTENSIONS: tuple[tuple[tuple[type, ...], Layout], ...] = (
    ((pd.Categorical,), Layout.CODES),
    ((pd.arrays.DatetimeArray, pd.arrays.PeriodArray), Layout.PLAIN),
    (
        (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray),
        Layout.MASKED,
    ),
)


def _arrow_layout(column: Column) -> Layout:
    if not isinstance(column.array, pd.arrays.ArrowExtensionArray):
        return Layout.OTHER
    kind = arrow_of(column).type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Layout.TEXT
    return Layout.ARROW if any(is_kind(kind) for is_kind in _ARROW_NUMBERS) else Layout.OTHER


_ARROW_NUMBERS = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_timestamp,
    pa.types.is_duration,
    pa.types.is_date,
)


def arrow_of(column: Column) -> pa.ChunkedArray:
    """Return the Arrow array below a column, not a copy."""
    array = _array(column).__arrow_array__()
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def number_blocks(column: Column) -> Iterator[Block]:
    """Read a column of numbers or times.

    Args:
        column: A column of one of the layouts in `NUMBERS`.

    Yields:
        Its blocks from top to bottom. Those of a plain column are views of its memory.
    """
    array = column.array
    layout = layout_of(column)
    starts = range(0, len(column), BLOCK)
    if layout is Layout.MASKED:
        yield from (_masked(start, array[start : start + BLOCK]) for start in starts)
    elif layout is Layout.ARROW:
        arrow = arrow_of(column)
        yield from (_arrow(start, arrow.slice(start, BLOCK)) for start in starts)
    else:
        plain = plain_values(column)
        times = plain.dtype.kind == "i" and getattr(column.dtype, "kind", "O") in "mMO"
        for start in starts:
            values = plain[start : start + BLOCK]
            yield Block(start, values, (values == NAT) if times else None)


def category_codes(column: Column) -> Array:
    """Return the codes of a `CODES` column, -1 for a missing cell, not a copy."""
    codes: Array = _array(column).codes
    return codes


def _array(column: Column) -> Any:
    return column.array  # what pandas documents of each kind of array, its types leave out


def plain_values(column: Column) -> Array:
    """Return the values of a `PLAIN` column, times as 64-bit integers, not a copy."""
    if isinstance(column.dtype, np.dtype):
        values: Array = column.to_numpy()
        return values.view(np.int64) if values.dtype.kind in "mM" else values
    times: Array = _array(column).asi8
    return times


def _masked(start: int, part: Any) -> Block:
    dtype = part.dtype.numpy_dtype
    if dtype.kind == "f":
        return Block(start, part.to_numpy(dtype=dtype, na_value=np.nan), None)
    missing = np.asarray(part.isna())
    return Block(start, part.to_numpy(dtype=dtype, na_value=0), missing if missing.any() else None)


def _arrow(start: int, part: pa.ChunkedArray) -> Block:
    if pa.types.is_floating(part.type):
        return Block(start, part.fill_null(float("nan")).to_numpy(), None)
    missing = part.is_null().to_numpy() if part.null_count else None
    if pa.types.is_date32(part.type):
        part = part.cast(pa.int32())
    if not (pa.types.is_integer(part.type) or pa.types.is_boolean(part.type)):
        part = part.cast(pa.int64())
    filler = False if pa.types.is_boolean(part.type) else 0
    return Block(start, part.fill_null(filler).to_numpy(), missing)


def missing_cells(column: Column) -> int:
    """Count the cells that are None, NaN, NaT or NA."""
    layout = layout_of(column)
    if layout is Layout.CODES:
        codes = category_codes(column)
        return sum(
            int(np.count_nonzero(codes[start : start + BLOCK] < 0))
            for start in range(0, len(codes), BLOCK)
        )
    if layout is Layout.TEXT:
        return int(arrow_of(column).null_count)
    if layout is Layout.OTHER:
        return len(column) - int(column.count())
    if layout is Layout.PLAIN and column.dtype.kind in "iub":
        return 0
    return sum(missing_in(block) for block in number_blocks(column))


def missing_in(block: Block) -> int:
    """Count the missing values of a block."""
    cells = block.cells
    if cells.dtype.kind == "f":
        # NaN alone differs from itself.
        return int(cells.size - np.count_nonzero(cells == cells))  # noqa: PLR0124
    return 0 if block.missing is None else int(np.count_nonzero(block.missing))


def distinct_codes(column: Column) -> tuple[NDArray[np.int64], int]:
    """Number the distinct values of a column in the order of their appearance.

    Args:
        column: Any column.

    Returns:
        For each row the number of its value, from 1, and 0 for a missing cell; and how many
        numbers there are, the 0 included.

    Raises:
        TypeError: If cells have no hash, as lists.
        NotImplementedError: If cells are of a nested Arrow type.
    """
    codes, distinct = without_nan(column).factorize()
    return codes.astype(np.int64, copy=False) + 1, len(distinct) + 1


def without_nan(column: Column) -> Column:
    """Return a column that has no NaN beside NA, which pandas tells from each other."""
    if layout_of(column) in {Layout.MASKED, Layout.ARROW} and column.dtype.kind == "f":
        floats: Column = pd.Series(column.to_numpy(dtype=np.float64, na_value=np.nan))
        return floats
    return column


INCOMPARABLE = (TypeError, NotImplementedError)
"""What pandas raises for cells without a hash, and PyArrow for its nested types."""


def is_comparable(column: Column) -> bool:
    """Tell whether the cells of a column can be compared with each other."""
    if layout_of(column) is not Layout.OTHER:
        return True
    if pd.api.types.infer_dtype(column, skipna=True) == "string":
        return True
    try:
        column.factorize()
    except INCOMPARABLE:
        return False
    return True
