"""The promise: a DataFrame comes back as it was, or is refused before anything is written.

The converters refuse what they know to change. Against what a version of pandas or Arrow does
unasked, the first rows then go through a whole save and load, in memory, and are compared in
all that does not depend on the number of rows: dtypes, labels and the kind of index.
"""

import dataclasses
import io
from typing import Any

import pandas as pd
import pyarrow as pa

from governance.materializers import _container
from governance.materializers._failure import (
    DataFrameLoadError,
    DataFrameMaterializationError,
    Problem,
)
from governance.materializers._frame import Note, encode_frame
from governance.materializers._index import encode_index
from governance.materializers._packet import pack

_CAST = "cast to another dtype"
_ROWS = 2
_RANGE = {"names": [None], "range": [0, 1, 1]}


def encode_faithfully(frame: pd.DataFrame) -> tuple[pa.Table, Note]:
    """Convert a DataFrame to what goes into the file.

    Args:
        frame: Any DataFrame.

    Returns:
        The table and its note.

    Raises:
        DataFrameMaterializationError: With everything that would not come back as it is.
    """
    table, note = encode_frame(frame)
    head, first = frame.head(_ROWS), table.slice(0, _ROWS)
    note_of_head = dataclasses.replace(note, rows=len(head), index=encode_index(head.index)[1])
    try:
        problems = differences(head, _there_and_back(first, note_of_head))
    except (pa.ArrowException, DataFrameLoadError):
        problems = _unwritable(frame, first, note_of_head)
    if problems:
        raise DataFrameMaterializationError(problems)
    return table, note


def differences(frame: pd.DataFrame, back: pd.DataFrame) -> list[Problem]:
    """Compare a frame with what was loaded of it.

    Args:
        frame: What was saved.
        back: What was loaded, of the same shape.

    Returns:
        One problem per part that differs; none if the two are the same.
    """
    problems = []
    if not frame.columns.identical(back.columns):
        found = _change(frame.columns, back.columns)
        problems.append(Problem("column labels", None, found, "use text as labels"))
    if not frame.index.identical(back.index):
        found = _change(frame.index, back.index)
        problems.append(Problem("index", None, found, "reset_index()"))
    same_dtypes = list(frame.dtypes) == list(back.dtypes)
    if same_dtypes and frame.equals(back):
        return problems
    for place, label in enumerate(frame.columns):
        before, after = frame.iloc[:, place], back.iloc[:, place]
        if before.dtype != after.dtype or not _equal(before, after):
            remedy = _CAST if before.dtype == after.dtype else f"{{it}}.astype('{after.dtype}')"
            problems.append(Problem.of_column(label, _change(before, after), remedy))
    return problems


def _there_and_back(table: pa.Table, note: Note) -> pd.DataFrame:
    file = io.BytesIO()
    _container.write(file, table, note)
    return _container.read(file.getvalue(), "memory")


def _unwritable(frame: pd.DataFrame, table: pa.Table, note: Note) -> list[Problem]:
    problems = []
    for place, label in enumerate(frame.columns):
        alone = dataclasses.replace(
            note,
            columns=[note.columns[place]],
            index=_RANGE | {"range": [0, note.rows, 1]},
            labels=_RANGE | {"packet": pack([])},
        )
        try:
            _there_and_back(table.select([place]), alone)
        except (pa.ArrowException, DataFrameLoadError):
            found = f"dtype {frame.dtypes.iloc[place]} with values that Parquet cannot hold"
            problems.append(Problem.of_column(label, found, _CAST))
    found = "an index with values that Parquet cannot hold"
    return problems or [Problem("index", None, found, "reset_index(), then cast")]


def _equal(before: "pd.Series[Any]", after: "pd.Series[Any]") -> bool:
    # Objects are compared where they are converted; Arrow's own types need no conversion, and
    # their NaN would not be found equal here.
    opaque = before.dtype == object or isinstance(before.dtype, pd.ArrowDtype)
    return opaque or before.array.equals(after.array)


def _change(before: Any, after: Any) -> str:
    if before.dtype == after.dtype:
        return f"dtype {before.dtype} with values that would come back changed"
    return f"dtype {before.dtype} that would come back as {after.dtype}"
