"""A DataFrame as an Arrow table and a note that says how to read the table back.

The table's columns are the frame's, under their labels as text, then the levels of the
index. The note is JSON and holds what Arrow has no place for.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from governance.materializers import _column
from governance.materializers._column import Arrow, Spec, is_plain
from governance.materializers._failure import DataFrameMaterializationError, Problem, Unfaithful
from governance.materializers._index import decode_index, encode_index
from governance.materializers._objects import name_of, same
from governance.materializers._packet import pack, unpack

_MOST_NAMES = 10
_NOTE_SIZE = 64_000_000  # bytes; readers of Parquet refuse a text in the footer above 100 MB


@dataclass(frozen=True, slots=True)
class Note:
    """What a stored table does not say by itself.

    Attributes:
        rows: Number of rows; a table without columns has none of its own.
        columns: One spec per column.
        index: The spec of the index.
        labels: The spec of the column labels; its `packet` has the labels themselves.
        attrs: The frame's `attrs`.
        unique_labels: Whether the frame forbids duplicate labels (its `flags`).
    """

    rows: int
    columns: list[Spec]
    index: Spec
    labels: Spec
    attrs: dict[Any, Any]
    unique_labels: bool


def encode_frame(frame: pd.DataFrame) -> tuple[pa.Table, Note]:
    """Convert a DataFrame to Arrow.

    Args:
        frame: Any DataFrame.

    Returns:
        The table and its note.

    Raises:
        DataFrameMaterializationError: With everything that would not come back as it is.
    """
    problems: list[Problem] = []
    arrays: list[Arrow] = []
    specs: list[Spec] = []
    with _collecting(problems, partial(Problem.of_part, "frame", "frame")):
        _check_frame(frame)
    with _collecting(problems, partial(Problem.of_part, "column labels", "frame.columns")):
        labels = _encode_labels(frame.columns)
    for label, column in frame.items():
        with _collecting(problems, partial(Problem.of_column, label)):
            array, spec = _column.encode(column)
            arrays.append(array)
            specs.append(spec)
    with _collecting(problems, partial(Problem.of_part, "index", "frame.index")):
        levels, index = encode_index(frame.index)
    problems = problems or list(_oversized(frame, specs))
    if problems:
        raise DataFrameMaterializationError(problems)
    names = [str(label) for label in frame.columns]
    names += _level_names(index, len(levels), names)
    table = pa.Table.from_arrays([*arrays, *levels], names=names)
    return _with_pandas_metadata(table, index, names[len(arrays) :]), Note(
        rows=len(frame),
        columns=specs,
        index=index,
        labels=labels,
        attrs=frame.attrs,
        unique_labels=not frame.flags.allows_duplicate_labels,
    )


def decode_frame(table: pa.Table, note: Note) -> Any:
    """Convert a table back to the DataFrame that `encode_frame` was given.

    Args:
        table: The stored table.
        note: Its note.
    """
    special = [place for place, spec in enumerate(note.columns) if not is_plain(spec)]
    # Arrow converts the plain columns together, into few large blocks; the others take the
    # places that are kept for them.
    kept = pa.array(np.zeros(note.rows if special else 0, dtype=bool))
    arrays = [
        table.column(place) if is_plain(spec) else kept for place, spec in enumerate(note.columns)
    ]
    names = [str(place) for place in range(len(arrays))]
    frame: Any = pa.Table.from_arrays(arrays, names=names).to_pandas()
    for place in special:
        frame.isetitem(place, _column.decode(table.column(place), note.columns[place]))
    levels = table.columns[len(arrays) :]
    frame.index = decode_index(levels, note.index)
    frame.columns = decode_index(unpack(note.labels["packet"]), note.labels)
    frame.attrs = note.attrs
    frame.flags.allows_duplicate_labels = not note.unique_labels
    return frame


@contextlib.contextmanager
def _collecting(problems: list[Problem], make: Callable[[str, str], Problem]) -> Iterator[None]:
    try:
        yield
    except Unfaithful as error:
        problems.append(make(error.found, error.remedy))


def _check_frame(frame: pd.DataFrame) -> None:
    if type(frame) is not pd.DataFrame:
        raise Unfaithful(
            f"type {name_of(type(frame))}, which would come back as a plain DataFrame",
            "store pandas.DataFrame(frame), or register a materializer for the type",
        )
    try:
        kept = same(json.loads(json.dumps(frame.attrs)), frame.attrs)
    except (TypeError, ValueError):
        kept = False
    if not kept:
        raise Unfaithful("attrs with values that JSON has no place for", "frame.attrs.clear()")


def _encode_labels(columns: "pd.Index[Any]") -> Spec:
    texts = Counter(map(str, columns))
    twice = [repr(text) for text, count in texts.items() if count > 1]
    if twice:
        # Parquet knows columns by name, and so 1 from "1" no more than "a" from "a".
        raise Unfaithful(
            f"the same name more than once, as text: {', '.join(twice[:_MOST_NAMES])}",
            "give each column a name of its own: {it} = [...]",
        )
    levels, spec = encode_index(columns)
    return spec | {"packet": pack(levels)}


def _oversized(frame: pd.DataFrame, specs: list[Spec]) -> Iterator[Problem]:
    sizes = {
        place: len(spec["categories"])
        for place, spec in enumerate(specs)
        if spec["as"] == "category"
    }
    excess = sum(sizes.values()) - _NOTE_SIZE
    for place in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if excess <= 0:
            return
        excess -= sizes[place]
        count = len(frame.iloc[:, place].cat.categories)
        yield Problem.of_column(
            frame.columns[place],
            f"{count:,} categories, {sizes[place]:,} of the {_NOTE_SIZE:,} bytes there are for all",
            "{it}.astype({it}.cat.categories.dtype)",
        )


def _level_names(index: Spec, count: int, taken: list[str]) -> list[str]:
    names: list[str] = []
    for level in range(count):
        name = index["names"][level]
        if not isinstance(name, str) or name in {*taken, *names}:
            name = f"__index_level_{level}__"  # as pandas calls it in Parquet
        while name in {*taken, *names}:
            name += "_"
        names.append(name)
    return names


def _with_pandas_metadata(table: pa.Table, index: Spec, fields: list[str]) -> pa.Table:
    # So that pandas.read_parquet, without this package, finds the index too.
    described: list[Any] = list(fields)
    if "range" in index:
        start, stop, step = index["range"]
        described = [{"kind": "range", "name": None, "start": start, "stop": stop, "step": step}]
    levels = [
        {
            "name": None if name is None else str(name),
            "field_name": field,
            "pandas_type": "object",
            "numpy_type": "object",
            "metadata": None,
        }
        for field, name in zip(fields, index["names"], strict=False)  # a range has no field
    ]
    entry = {"index_columns": described, "column_indexes": [], "columns": levels}
    return table.replace_schema_metadata({"pandas": json.dumps(entry)})
