"""What is measured in one part of a frame, small enough to be passed on and merged."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from governance.steps._check import Check
from governance.steps._column import (
    INCOMPARABLE,
    NUMBERS,
    Column,
    Layout,
    arrow_of,
    category_codes,
    distinct_codes,
    is_comparable,
    layout_of,
    number_blocks,
)
from governance.steps._column_rule import SHARES
from governance.steps._fact import FrameFacts
from governance.steps._key import Keys, cell_keys, row_keys
from governance.steps._measurement import measure_frame
from governance.steps._mixing import MISSING_KEY

_SPANNING = ("unique_key", "max_duplicate_fraction", *SHARES)  # parts answer them together
_WITH_TEXT = (pa.types.is_decimal, pa.types.is_time)
_ELSEWHERE = Check("elsewhere")


class Edge(NamedTuple):
    """The first and the last value of a column in a part.

    Attributes:
        row: Where the first one is, from 0.
        first: The first value.
        last: The last value.
    """

    row: int
    first: Any
    last: Any


@dataclass(frozen=True, slots=True)
class Part:
    """What was measured in a part.

    Args:
        facts: What each check found that a part can answer.
        edges: For checks on the order, by their place in the plan, where the part begins and
            ends; None for a part without a value.
        counts: For checks on shares, how often each value occurs; None if they cannot be
            compared.
        keys: For checks on keys, and on duplicated rows where no key is asked for, a key of
            each row, equal for equal rows in all parts; None if rows cannot be compared.
        incomparable: Labels of the columns whose cells cannot be compared.
    """

    facts: FrameFacts
    edges: dict[int, Edge | None] = field(default_factory=dict)
    counts: "dict[int, pd.Series[int] | None]" = field(default_factory=dict)
    keys: dict[int, Keys | None] = field(default_factory=dict)
    incomparable: tuple[Hashable, ...] = ()


def measure_part(frame: pd.DataFrame, checks: Sequence[Check], now: datetime) -> Part:
    """Measure a part of a frame.

    Args:
        frame: Some consecutive rows.
        checks: What is asked of the whole frame.
        now: The time from which a column's age is counted.
    """
    own = [_ELSEWHERE if check.kind in _SPANNING else check for check in checks]
    part = Part(measure_frame(frame, own, now))
    labels = list(frame.columns)
    for number, check in enumerate(checks):
        if not check.columns or any(labels.count(name) != 1 for name in check.columns):
            continue
        named = [frame[name] for name in check.columns]
        if check.kind == "order":
            part.edges[number] = _edge(named[0])
        elif check.kind in SHARES:
            part.counts[number] = _counts(named[0])
        elif check.kind == "unique_key":
            part.keys[number] = _keys(named)
    columns = [column for _, column in frame.items()]
    numbers = [n for n, check in enumerate(checks) if check.kind == "max_duplicate_fraction"]
    if not columns or not numbers:
        return part
    if not part.keys:  # a duplicated row repeats each key, whose candidates are then enough
        part.keys[numbers[0]] = _keys(columns)
    pairs = zip(labels, columns, strict=True)
    told = tuple(label for label, column in pairs if not is_comparable(column))
    return replace(part, incomparable=told)


def _edge(column: Column) -> Edge | None:
    if layout_of(column) in NUMBERS:
        present = [np.empty(0, np.intp)]
        for block in number_blocks(column):
            good = block.cells == block.cells if block.missing is None else ~block.missing
            present.append(np.flatnonzero(good) + block.start)
        rows = np.concatenate(present)
    else:
        rows = np.flatnonzero(column.notna().to_numpy(dtype=np.bool_))
    if not rows.size:
        return None
    return Edge(int(rows[0]), column.iloc[int(rows[0])], column.iloc[int(rows[-1])])


def _counts(column: Column) -> "pd.Series[int] | None":
    try:
        codes, size = distinct_codes(column)
    except INCOMPARABLE:
        return None
    counts = np.bincount(codes, minlength=size)[1:]
    # Where each value is first, so that it can be told by itself.
    first = np.full(size, -1, np.intp)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    values = column.iloc[first[1:]].to_numpy(dtype=object)
    told: pd.Series[int] = pd.Series(counts, index=pd.Index(values, dtype=object))
    return told


def _keys(columns: Sequence[Column]) -> Keys | None:
    if not all(map(is_comparable, columns)):
        return None
    return row_keys(map(_portable, columns))


def _portable(column: Column) -> Column:
    """Return a column whose keys are the same in all parts.

    Codes count from what a part holds, and so do the numbers that stand for Python objects.
    Objects get one and the same key, which leaves them to the comparison of cells.
    """
    layout = layout_of(column)
    if layout is Layout.CODES:
        categories: Column = pd.Series(column.dtype.categories)  # type: ignore[union-attr]
        # The last place is that of the code -1.
        keys = np.append(cell_keys(_portable(categories)), MISSING_KEY)
        return pd.Series(keys[category_codes(column)].view(np.int64))
    if layout is not Layout.OTHER:
        return column
    if isinstance(column.dtype, pd.ArrowDtype):
        return _as_text(arrow_of(column))
    return pd.Series(np.zeros(len(column), np.int64))


def _as_text(column: pa.ChunkedArray) -> Column:
    kind = column.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        wide = column.cast(pa.large_binary())
        chunks = [chunk.view(pa.large_string()) for chunk in wide.chunks]  # which reads bytes only
        column = pa.chunked_array(chunks, pa.large_string())
    elif any(is_kind(kind) for is_kind in _WITH_TEXT):
        column = column.cast(pa.large_string())
    else:
        return pd.Series(np.zeros(len(column), np.int64))
    text: Column = pd.Series(pd.arrays.ArrowExtensionArray(column))
    return text
