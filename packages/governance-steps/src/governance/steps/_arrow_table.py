"""A pyarrow Table as a pandas frame over the same memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from governance.steps._check import Check
from governance.steps._extract import Extract
from governance.steps._fact import FrameFacts
from governance.steps._measurement import measure_frame
from governance.steps._sample import spread


def measure_table(table: pa.Table, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a table where it lies.

    Args:
        table: The data.
        checks: What is asked.
        now: The time from which a column's age is counted.
    """
    return measure_frame(arrow_frame(table), checks, now)


def arrow_frame(table: pa.Table) -> pd.DataFrame:
    """Return a frame whose columns are a table's, in its memory.

    Two kinds of columns are converted: dictionaries into pandas' categories, and views of
    strings into strings.

    Args:
        table: A table, or a record batch.
    """
    columns: dict[int, Any] = {}
    for place, column in enumerate(table.columns):
        chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
        columns[place] = _array(chunked)
    frame: pd.DataFrame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)
    frame.columns = pd.Index(table.column_names, dtype=object)
    return frame


def _array(column: pa.ChunkedArray) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        # Not every version of pandas has codes without a sign, which polars gives.
        codes = pa.dictionary(pa.int32(), kind.value_type, kind.ordered)
        return column.cast(codes).to_pandas().array
    if pa.types.is_string_view(kind):
        column = column.cast(pa.large_string())
    return pd.arrays.ArrowExtensionArray(column)


def extract_table(table: pa.Table) -> Extract:
    """Return what is in memory already.

    Args:
        table: The data.
    """
    return Extract(
        tuple(table.column_names),
        lambda: table.num_rows,
        lambda places: arrow_frame(table.select(list(places))),
        lambda: arrow_frame(table).take(spread(table.num_rows)),
    )
