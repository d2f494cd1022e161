"""Missing cells and duplicated rows, counted in blocks, against counting cell by cell."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.steps import _column, _duplicate, _key, _text_key
from governance.steps._column import Layout, layout_of, missing_cells
from governance.steps._duplicate import find_duplicates

Cells = list[int | None]
MISSING = [None, np.nan, pd.NaT, pd.NA, Decimal("NaN"), np.datetime64("NaT")]
DAY = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (a column without a time zone)
DAYS = [DAY + dt.timedelta(days=number) for number in range(4)]
LONG = "x" * 200


class Kind(NamedTuple):
    """A kind of column: four different values, and how a column of them is built."""

    examples: list[Any]
    build: Callable[[list[Any]], pd.Series]
    missing: bool = True


def typed(dtype: Any) -> Callable[[list[Any]], pd.Series]:
    return lambda cells: pd.Series(cells, dtype=dtype)


def arrow(kind: Any) -> Callable[[list[Any]], pd.Series]:
    """Build an Arrow column of two chunks, the second one sliced out of a longer array."""

    def build(cells: list[Any]) -> pd.Series:
        half = len(cells) // 2
        rest = pa.array([*cells[:1], *cells[half:]], kind, from_pandas=False)
        chunks = [pa.array(cells[:half], kind, from_pandas=False), rest[min(1, len(cells)) :]]
        column: pd.Series = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks)))
        return column

    return build


def objects(cells: list[Any]) -> pd.Series:
    told = [MISSING[row % len(MISSING)] if c is None else c for row, c in enumerate(cells)]
    return pd.Series(told, dtype=object)


def zeros(dtype: Any) -> Callable[[list[Any]], pd.Series]:
    """Build floats, every other zero a negative one."""
    return lambda cells: pd.Series(
        [-c if c == 0 and row % 2 else c for row, c in enumerate(cells)], dtype=dtype
    )


def nan_beside_na(cells: list[Any]) -> pd.Series:
    values = np.array([np.nan if c is None else c for c in cells], dtype=float)
    masked = np.array([c is None and row % 2 == 0 for row, c in enumerate(cells)], dtype=bool)
    return pd.Series(pd.arrays.FloatingArray(np.where(masked, 1.0, values), masked))


def arrow_nan_beside_null(cells: list[Any]) -> pd.Series:
    told = [np.nan if c is None and row % 2 else c for row, c in enumerate(cells)]
    return arrow(pa.float64())(told)


FLOATS = [0.0, 1.5, np.inf, -np.inf]
INTS = [0, 1, -(2**63), 2**63 - 1]
TEXTS = ["", "eightchr", "eightchr9", LONG + "a"]
ENDS = ["\0", "", LONG + "b" + LONG, LONG + "c" + LONG]
KINDS = {
    "float16": Kind([0.0, 1.5, 2.5, np.inf], zeros("float16")),
    "float32": Kind(FLOATS, zeros("float32")),
    "float64": Kind(FLOATS, zeros("float64")),
    "longdouble": Kind(FLOATS, zeros("longdouble")),
    "complex": Kind([0j, 1j, 1 + 1j, 2 + 0j], typed("complex128")),
    "int8": Kind([0, 1, -128, 127], typed("int8"), missing=False),
    "int64": Kind(INTS, typed("int64"), missing=False),
    "uint64": Kind([0, 1, 2**63, 2**64 - 1], typed("uint64"), missing=False),
    "bool": Kind([False, True], typed("bool"), missing=False),
    "Int64": Kind(INTS, typed("Int64")),
    "UInt64": Kind([0, 1, 2**63, 2**64 - 1], typed("UInt64")),
    "boolean": Kind([False, True], typed("boolean")),
    "Float32": Kind([0.0, 1.5, 2.5, 3.5], typed("Float32")),
    "NaN beside NA": Kind([0.0, 1.5, 2.5, 3.5], nan_beside_na),
    "datetime64[s]": Kind(DAYS, typed("datetime64[s]")),
    "datetime64[ns]": Kind(DAYS, typed("datetime64[ns]")),
    "datetime64[us, UTC]": Kind(DAYS, typed("datetime64[us, UTC]")),
    "timedelta64[ms]": Kind([day - DAY for day in DAYS], typed("timedelta64[ms]")),
    "period": Kind([pd.Period(day, "D") for day in DAYS], typed("period[D]")),
    "interval": Kind([pd.Interval(left, left + 1) for left in range(4)], typed("interval")),
    "category": Kind([3, 2, 1, 0], typed(pd.CategoricalDtype([0, 1, 2, 3]))),
    "sparse": Kind(
        [0.0, 1.0, 2.0, 3.0], lambda cells: pd.Series(pd.arrays.SparseArray(cells, dtype=float))
    ),
    "str": Kind(TEXTS, typed("str")),
    "string[python]": Kind(TEXTS, typed("string[python]")),
    "string[pyarrow]": Kind(ENDS, typed("string[pyarrow]")),
    "text objects": Kind(TEXTS, objects),
    "mixed objects": Kind([1, "1", (1, 2), 2**70], objects),
    "decimal objects": Kind([Decimal(number) for number in range(4)], objects),
    "arrow float": Kind(FLOATS, arrow_nan_beside_null),
    "arrow int32": Kind([0, 1, 2, 3], arrow(pa.int32())),
    "arrow int64": Kind(INTS, arrow(pa.int64())),
    "arrow bool": Kind([False, True], arrow(pa.bool_())),
    "arrow string": Kind(TEXTS, arrow(pa.string())),
    "arrow large string": Kind(ENDS, arrow(pa.large_string())),
    "arrow timestamp": Kind(DAYS, arrow(pa.timestamp("us"))),
    "arrow duration": Kind([day - DAY for day in DAYS], arrow(pa.duration("us"))),
    "arrow date32": Kind([day.date() for day in DAYS], arrow(pa.date32())),
    "arrow date64": Kind([day.date() for day in DAYS], arrow(pa.date64())),
    "arrow decimal": Kind([Decimal(number) for number in range(4)], arrow(pa.decimal128(5))),
}


@st.composite
def drawn_frames(draw: st.DrawFn) -> tuple[pd.DataFrame, list[Cells]]:
    """Draw a frame of up to 12 rows and 4 columns with repeated labels, and its plain cells."""
    rows = draw(st.integers(0, 12))
    columns, plain = [], []
    for name in draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4)):
        kind = KINDS[name]
        numbers = st.integers(0, len(kind.examples) - 1)
        cell = st.one_of(st.none(), numbers) if kind.missing else numbers
        cells = draw(st.lists(cell, min_size=rows, max_size=rows))
        columns.append(kind.build([None if c is None else kind.examples[c] for c in cells]))
        plain.append(cells)
    frame = pd.concat(columns, axis=1)
    frame.columns = pd.Index([0] * len(columns))
    frame.index = pd.Index([7] * rows)
    return frame, plain


def columns_of(frame: pd.DataFrame) -> list[pd.Series]:
    return [column for _, column in frame.items()]


def duplicates_by_hand(plain: list[Cells]) -> list[int]:
    rows = list(zip(*plain, strict=True))
    return [number for number, row in enumerate(rows) if row in rows[:number]]


@contextmanager
def small_sizes(few: int) -> Iterator[pytest.MonkeyPatch]:
    """Have a dozen rows treated like millions: in several blocks, after a sample."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((_column, "BLOCK"), (_key, "BLOCK"), (_text_key, "_BLOCK")):
            patch.setattr(module, name, 3)
        patch.setattr(_duplicate, "FEW_ROWS", few)
        patch.setattr(_duplicate, "_SAMPLE", 4)
        patch.setattr(_duplicate, "_PAIRS", 2)
        yield patch


@pytest.mark.parametrize("name", sorted(KINDS))
def test_missing_cells_of_every_kind_of_column(name: str) -> None:
    """Each kind of column has as many missing cells as were put in, on its own and sliced."""
    kind = KINDS[name]
    cells = kind.examples * 3 + [None] * 5 * kind.missing
    column = kind.build(cells)
    with small_sizes(0):
        assert missing_cells(column) == 5 * kind.missing
        assert missing_cells(column.iloc[1:-2]) == 3 * kind.missing
        assert missing_cells(column.iloc[:0]) == 0


@settings(max_examples=400, deadline=None)
@given(drawn_frames(), st.sampled_from([0, 6, 100]))
def test_duplicates_equal_a_slow_comparison(
    drawn: tuple[pd.DataFrame, list[Cells]], few: int
) -> None:
    """On any frame, and in whatever way they are found, the duplicated rows are the right ones."""
    frame, plain = drawn
    with small_sizes(few):
        found = find_duplicates(columns_of(frame))
        assert found.rows.tolist() == duplicates_by_hand(plain)
        # A key's candidates are enough to find the duplicates of more columns.
        key = find_duplicates(columns_of(frame)[:1])
        assert key.rows.tolist() == duplicates_by_hand(plain[:1])
        again = find_duplicates(columns_of(frame), key.candidates)
        assert again.rows.tolist() == found.rows.tolist()
        assert [missing_cells(column) for column in columns_of(frame)] == [
            cells.count(None) for cells in plain
        ]


@settings(max_examples=100, deadline=None)
@given(drawn_frames())
def test_duplicates_are_exact_when_keys_collide(
    drawn: tuple[pd.DataFrame, list[Cells]],
) -> None:
    """Where different rows share their key, none is taken for a duplicate, and none is missed."""
    frame, plain = drawn
    with small_sizes(0) as patch:
        patch.setattr(_key, "mixed", lambda keys: keys & np.uint64(1))
        columns = columns_of(frame)
        everything = np.arange(len(frame))
        for candidates in (None, everything):
            found = _duplicate._compared(columns, candidates)
            assert found.rows.tolist() == duplicates_by_hand(plain)


def test_numbers_of_many_columns_do_not_overflow() -> None:
    """Rows of more columns than a number of 64 bits can stand for are told apart."""
    frame = pd.DataFrame(np.arange(200 * 300).reshape(200, 300) % 211)
    frame.iloc[150] = frame.iloc[20]
    assert find_duplicates(columns_of(frame)).rows.tolist() == [150]


RNG = np.random.default_rng(5)
ROWS = 60_000
BIG: dict[str, pd.DataFrame] = {
    "selective float": pd.DataFrame({"a": RNG.random(ROWS), "b": RNG.integers(0, 9, ROWS)}),
    "two selective floats": pd.DataFrame(RNG.random((ROWS, 2))).iloc[np.arange(ROWS) % 59_990],
    "no selective column": pd.DataFrame(RNG.integers(0, 40, (ROWS, 3))),
    "few distinct rows": pd.DataFrame(RNG.integers(0, 3, (ROWS, 3))),
    "many duplicates": pd.DataFrame(RNG.integers(0, 40, (ROWS // 3, 4))).sample(
        ROWS, replace=True, random_state=1
    ),
    "few rows drawn often": pd.DataFrame(RNG.integers(-(2**60), 2**60, (500, 4))).sample(
        ROWS, replace=True, random_state=2
    ),
    "few narrow rows drawn often": pd.DataFrame(
        {
            "a": RNG.integers(-128, 128, 2_000).astype(np.int8),
            "b": RNG.integers(2**64 - 99, 2**64 - 1, 2_000, dtype=np.uint64),
            "c": pd.Categorical([None, "x", "y", "z"] * 500),
            "d": pd.Series([None, DAY]).repeat(1_000).array,
            "e": RNG.random(2_000) < 0.5,
        }
    ).sample(ROWS, replace=True, random_state=3),
    "every row twice": pd.DataFrame(RNG.random((ROWS, 3))).iloc[np.arange(ROWS) % (ROWS // 2)],
    "text": pd.DataFrame({"id": [f"c-{n % 59_000:09d}" for n in range(ROWS)]}),
}


@pytest.mark.parametrize("name", BIG)
def test_duplicates_of_larger_frames_equal_those_of_pandas(name: str) -> None:
    """Each way to find duplicates, at its own size, finds those that pandas finds."""
    frame = BIG[name]
    found = find_duplicates(columns_of(frame))
    assert found.rows.tolist() == np.flatnonzero(frame.duplicated()).tolist()


def test_frame_is_left_as_it_was() -> None:
    """Neither the values nor the order of a frame change by looking at it."""
    frame = BIG["selective float"]
    before = frame.copy()
    find_duplicates(columns_of(frame))
    pd.testing.assert_frame_equal(frame, before)


def test_layouts_that_are_read_in_place() -> None:
    """The columns that pandas 3 makes of numbers, times and strings are read without a copy."""
    frame = pd.DataFrame({"n": [1.5], "t": [DAY], "s": pd.Series(["x"], dtype="string[pyarrow]")})
    assert [layout_of(column) for column in columns_of(frame)] == [
        Layout.PLAIN,
        Layout.PLAIN,
        Layout.TEXT,
    ]
    assert np.shares_memory(_column.plain_values(frame["t"]), frame["t"].to_numpy())
