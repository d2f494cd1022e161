"""Every check on columns against a slow look at each cell, on all kinds of columns."""

import datetime as dt
import itertools
import operator
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.steps import _column, _column_rule, _key, _scan, _text_key
from governance.steps._check import Check
from governance.steps._fact import Measure
from governance.steps._measurement import measure_frame

NOW = dt.datetime(2026, 1, 10, tzinfo=dt.timezone.utc)
DAYS = [dt.datetime(2026, 1, number) for number in (1, 3, 4, 9)]  # noqa: DTZ001 (naive columns)
ZONED = [day.replace(tzinfo=dt.timezone.utc) for day in DAYS]
SPANS = [dt.timedelta(hours=number) for number in (-5, 0, 1, 30)]
NUMBERS = [-3, 0, 2, 7]
TEXTS = ["", "ab", "zürich", "x1\n"]


def typed(dtype: Any) -> Callable[[list[Any]], pd.Series]:
    return lambda cells: pd.Series(cells, dtype=dtype)


def arrow(kind: Any) -> pd.ArrowDtype:
    return pd.ArrowDtype(kind)


def category(values: list[Any]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(values)


def nan_beside_na(cells: list[Any]) -> pd.Series:
    values = np.array([np.nan if c is None else c for c in cells], dtype=float)
    return pd.Series(pd.arrays.FloatingArray(values, np.zeros(len(cells), dtype=bool)))


# Family: four values, and the columns that can hold them.
FAMILIES: dict[str, tuple[list[Any], dict[str, Callable[[list[Any]], pd.Series]]]] = {
    "number": (
        NUMBERS,
        {
            "float16": typed("float16"),
            "float32": typed("float32"),
            "float64": typed("float64"),
            "longdouble": typed("longdouble"),
            "Int8": typed("Int8"),
            "Int64": typed("Int64"),
            "Float64": typed("Float64"),
            "NaN beside NA": nan_beside_na,
            "arrow int32": typed(arrow(pa.int32())),
            "arrow double": typed(arrow(pa.float64())),
            "category": typed(category(NUMBERS)),
            "object": typed(object),
            "sparse": lambda cells: pd.Series(pd.arrays.SparseArray(cells, dtype=float)),
        },
    ),
    "text": (
        TEXTS,
        {
            "str": typed("str"),
            "python": typed("string[python]"),
            "pyarrow": typed("string[pyarrow]"),
            "arrow string": typed(arrow(pa.string())),
            "arrow large string": typed(arrow(pa.large_string())),
            "category": typed(category(TEXTS)),
            "object": typed(object),
        },
    ),
    "datetime": (
        DAYS,
        {
            "s": typed("datetime64[s]"),
            "ns": typed("datetime64[ns]"),
            "arrow": typed(arrow(pa.timestamp("us"))),
            "arrow date": typed(arrow(pa.date32())),
            "arrow date64": typed(arrow(pa.date64())),
            "category": typed(category(DAYS)),
        },
    ),
    "zoned": (
        ZONED,
        {"ms": typed("datetime64[ms, UTC]"), "arrow": typed(arrow(pa.timestamp("us", "UTC")))},
    ),
    "duration": (
        SPANS,
        {"ns": typed("timedelta64[ns]"), "arrow": typed(arrow(pa.duration("s")))},
    ),
}
LIMITS: dict[str, list[Any]] = {
    "number": [None, -4, -3, 0.5, 2, 7.0, 8],
    "datetime": [None, dt.date(2026, 1, 1), "2026-01-02T12:00", DAYS[2], DAYS[3]],
    "zoned": [None, dt.date(2026, 1, 1), "2026-01-02T12:00Z", ZONED[2], ZONED[3]],
    "duration": [None, "-1h", "30m", SPANS[2], SPANS[3]],
}
PATTERNS = ["", "a.", "[a-z]+", "(?i)ZÜRICH", "a|.b", "x1", "(ab)?"]


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Iterator[None]:
    """Have a dozen rows read in several blocks."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (_column, _column_rule, _key, _scan):
            patch.setattr(module, "BLOCK", 4)
        patch.setattr(_text_key, "_BLOCK", 4)
        yield


Drawn = tuple[str, pd.Series, list[Any]]


@st.composite
def drawn_columns(draw: st.DrawFn, *families: str, rows: int | None = None) -> Drawn:
    """Draw a column of one of some families, and its cells as plain Python, None if missing."""
    family = draw(st.sampled_from(families or tuple(FAMILIES)))
    values, kinds = FAMILIES[family]
    kind = draw(st.sampled_from(sorted(kinds)))
    size = st.integers(1, 14) if rows is None else st.just(rows)
    length = draw(size)
    cell = st.one_of(st.none(), st.sampled_from(values))
    cells = draw(st.lists(cell, min_size=length, max_size=length))
    if kind.startswith("arrow date"):
        return family, kinds[kind]([c and c.date() for c in cells]), cells
    return family, kinds[kind](cells), cells


def measured(check: Check, *columns: pd.Series) -> Measure:
    frame = pd.concat([column.reset_index(drop=True) for column in columns], axis=1)
    frame.columns = pd.Index(["a", "b"][: len(columns)])
    return measure_frame(frame, [check], NOW).measures[0]


def found(bad: list[bool]) -> Measure:
    rows = [row for row, is_bad in enumerate(bad) if is_bad]
    return Measure(len(rows), tuple(rows[:5]))


def plain(limit: Any, like: Any) -> Any:
    """Return a limit as the plain Python value that a cell can be compared with."""
    if limit is None or isinstance(like, int):
        return limit
    if isinstance(like, dt.timedelta):
        return pd.Timedelta(limit).to_pytimedelta()
    moment = pd.Timestamp(limit)
    zone = like.tzinfo if moment.tzinfo is None else moment.tzinfo
    return moment.replace(tzinfo=zone).to_pydatetime()


@settings(max_examples=300, deadline=None)
@given(drawn_columns("number", "datetime", "zoned", "duration"), st.data())
def test_range_counts_the_cells_outside(drawn: Drawn, data: st.DataObject) -> None:
    """Cells below min or above max are counted, in every unit and dtype; missing ones are not."""
    family, column, cells = drawn
    limits = st.sampled_from(LIMITS[family])
    least, most = data.draw(limits), data.draw(limits)
    like = FAMILIES[family][0][0]
    low, high = plain(least, like), plain(most, like)
    expected = [
        cell is not None
        and ((low is not None and cell < low) or (high is not None and cell > high))
        for cell in cells
    ]
    check = Check("range", ("a",), {"min": least, "max": most})
    assert measured(check, column) == found(expected)


@settings(max_examples=300, deadline=None)
@given(drawn_columns("number", "text", "datetime", "zoned", "duration"), st.data())
def test_allowed_counts_the_cells_not_in_the_set(drawn: Drawn, data: st.DataObject) -> None:
    """Cells that are none of the values allowed are counted, whatever else is allowed."""
    family, column, cells = drawn
    values = data.draw(st.lists(st.sampled_from(FAMILIES[family][0]), max_size=3))
    others: list[Any] = data.draw(
        st.sampled_from([[], ["no such value", 99.5], list(range(100, 120))])
    )
    expected = [cell is not None and cell not in values for cell in cells]
    check = Check("allowed", ("a",), {"values": (*values, *others)})
    assert measured(check, column) == found(expected)


@settings(max_examples=200, deadline=None)
@given(drawn_columns("text"), st.sampled_from(PATTERNS))
def test_pattern_has_to_match_the_whole_cell(drawn: Drawn, pattern: str) -> None:
    """Cells of which a part or nothing matches are counted."""
    _, column, cells = drawn
    expected = [cell is not None and not re.fullmatch(pattern, cell) for cell in cells]
    assert measured(Check("pattern", ("a",), {"pattern": pattern}), column) == found(expected)


@settings(max_examples=200, deadline=None)
@given(drawn_columns("text"), st.one_of(st.none(), st.integers(0, 6)), st.integers(0, 7))
def test_length_counts_characters(drawn: Drawn, least: int | None, most: int) -> None:
    """Cells with too few or too many characters are counted, an umlaut as one character."""
    _, column, cells = drawn
    upper = None if most == 7 else most
    expected = [
        cell is not None and (len(cell) < (least or 0) or (upper is not None and len(cell) > upper))
        for cell in cells
    ]
    check = Check("length", ("a",), {"min": least, "max": upper})
    assert measured(check, column) == found(expected)


@settings(max_examples=300, deadline=None)
@given(drawn_columns(), st.sampled_from(["increasing", "decreasing"]))
def test_order_compares_with_the_cell_before(drawn: Drawn, order: str) -> None:
    """Cells that step back are counted; equal ones do not, and missing ones are passed over."""
    _, column, cells = drawn
    check = Check("order", ("a",), {"order": order})
    told = measured(check, column)
    if told.problem:
        assert isinstance(column.dtype, pd.CategoricalDtype)
        return
    steps_back = operator.gt if order == "decreasing" else operator.lt
    expected, previous = [], None
    for cell in cells:
        expected.append(
            cell is not None and previous is not None and bool(steps_back(cell, previous))
        )
        previous = previous if cell is None else cell
    assert told == found(expected)


INFINITE = {
    "float16": typed("float16"),
    "float64": typed("float64"),
    "Float64": typed("Float64"),
    "longdouble": typed("longdouble"),
    "arrow": typed(arrow(pa.float32())),
    "object": typed(object),
    "sparse": lambda cells: pd.Series(pd.arrays.SparseArray(cells, dtype=float)),
    "category": typed(category([1.0, np.inf, -np.inf])),
}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(INFINITE)),
    st.lists(st.sampled_from([None, 1.0, np.inf, -np.inf]), min_size=1, max_size=12),
)
def test_finite_counts_infinities(kind: str, cells: list[float | None]) -> None:
    """Both infinities are counted, NaN and other missing cells are not."""
    expected = [cell is not None and np.isinf(cell) for cell in cells]
    assert measured(Check("finite", ("a",)), INFINITE[kind](cells)) == found(expected)


def test_whole_numbers_and_times_are_finite() -> None:
    """A column that cannot hold an infinity passes without a look at its cells."""
    for column in (pd.Series([1, 2]), pd.Series(DAYS), pd.Series([3], dtype="UInt64")):
        assert measured(Check("finite", ("a",)), column) == Measure()


OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["number", "text", "datetime", "duration"]), st.data())
def test_comparison_looks_at_rows_with_both_cells(family: str, data: st.DataObject) -> None:
    """Rows in which both have a value that does not stand to the other as asked are counted."""
    rows = data.draw(st.integers(1, 12))
    _, left, cells = data.draw(drawn_columns(family, rows=rows))
    _, right, others = data.draw(drawn_columns(family, rows=rows))
    symbol = data.draw(st.sampled_from(sorted(OPERATORS)))
    told = measured(Check("comparison", ("a", "b"), {"operator": symbol}), left, right)
    if told.problem is not None:
        # A date and a time of day are not compared, as in pandas and in Python, nor does every
        # version of Arrow compare floats of an unusual width.
        unusual = [np.dtype("float16"), np.dtype("longdouble")]
        assert family == "datetime" or left.dtype in unusual or right.dtype in unusual
        return
    expected = [
        None not in (a, b) and not OPERATORS[symbol](a, b)
        for a, b in zip(cells, others, strict=True)
    ]
    assert told == found(expected)


@settings(max_examples=200, deadline=None)
@given(drawn_columns())
def test_shares_of_the_most_and_the_least_frequent_value(drawn: Drawn) -> None:
    """The shares are those of the cells that are there."""
    _, column, cells = drawn
    counts = [sum(cell == other for other in cells) for cell in cells if cell is not None]
    present = len(counts)
    largest = max(counts) / present if counts else 1.0
    smallest = min(counts) / present if counts else 0.0
    assert measured(Check("max_value_share", ("a",)), column) == Measure(figure=largest)
    assert measured(Check("min_value_share", ("a",)), column) == Measure(figure=smallest)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_keys_are_unique_or_their_repetitions_counted(data: st.DataObject) -> None:
    """Rows whose key was there before are counted, and duplicates are found among them."""
    rows = data.draw(st.integers(1, 12))
    _, left, cells = data.draw(drawn_columns(rows=rows))
    _, right, others = data.draw(drawn_columns(rows=rows))
    pairs = list(zip(cells, others, strict=True))
    frame = pd.DataFrame({"a": left, "b": right})
    checks = [
        Check("unique_key", ("a", "b")),
        Check("unique_key", ("a",)),
        Check("max_duplicate_fraction"),
    ]
    facts = measure_frame(frame, checks, NOW)
    repeated = found([pair in pairs[:row] for row, pair in enumerate(pairs)])
    assert facts.measures == {
        0: repeated,
        1: found([cell in cells[:row] for row, cell in enumerate(cells)]),
    }
    assert facts.duplicates == repeated


@pytest.mark.parametrize("kind", ["s", "ns", "arrow", "arrow date"])
def test_age_is_that_of_the_newest_time(kind: str) -> None:
    """The newest of all times counts, in every unit; a time without a zone is taken as UTC."""
    build = FAMILIES["datetime"][1][kind]
    days = [None, DAYS[2], DAYS[0], DAYS[1], None, None, DAYS[0]]
    cells = [day and day.date() for day in days] if kind == "arrow date" else days
    assert measured(Check("freshness", ("a",)), build(cells)).figure == 6 * 86_400
    assert measured(Check("freshness", ("a",)), build([None] * 9)).figure == float("inf")


@pytest.mark.parametrize(
    ("values", "dtype", "family"),
    [
        ([1], "int8", "integer"),
        ([1], "UInt16", "integer"),
        ([1.5], "float32", "float"),
        ([1.5], pd.SparseDtype(float), "float"),
        ([1.5], arrow(pa.float32()), "float"),
        ([True], "bool", "bool"),
        ([True], "boolean", "bool"),
        (["x"], "str", "text"),
        (["x"], "string[python]", "text"),
        (["x", None], object, "text"),
        (["x"], "category", "text"),
        ([1], "category", "integer"),
        (DAYS, "datetime64[s]", "datetime"),
        (ZONED, "datetime64[us, UTC]", "datetime"),
        (DAYS, arrow(pa.timestamp("ms")), "datetime"),
        (SPANS, "timedelta64[s]", "duration"),
        ([Decimal(1)], object, "decimal"),
        ([Decimal(1)], arrow(pa.decimal128(3)), "decimal"),
        ([dt.date(2026, 1, 1)], object, "date"),
        ([1, "x"], object, "object"),
        ([[1]], arrow(pa.list_(pa.int8())), "object"),
        ([pd.Period("2026")], "period[Y]", "object"),
        ([1j], complex, "object"),
    ],
    ids=str,
)
def test_family_of_a_dtype(values: list[Any], dtype: Any, family: str) -> None:
    """Dtypes that mean the same are of one family; of objects, the values decide."""
    assert measured(Check("dtype", ("a",)), pd.Series(values, dtype=dtype)).figure == family


@pytest.mark.parametrize(
    ("column", "check", "problem"),
    [
        ([True], Check("range", ("a",), {"min": 1, "max": None}), "bool, which has no range"),
        ([1], Check("range", ("a",), {"min": "x", "max": None}), "cannot be compared with str"),
        ([1], Check("pattern", ("a",), {"pattern": "x"}), "integer, not text"),
        (DAYS, Check("length", ("a",), {"min": 1, "max": 2}), "datetime, not text"),
        (DAYS, Check("range", ("a",), {"min": 5, "max": None}), "cannot be compared with int"),
        (DAYS, Check("range", ("a",), {"min": "soon", "max": None}), "compared with str"),
        ([[1]], Check("range", ("a",), {"min": 1, "max": None}), "no order"),
        (["x", 1], Check("range", ("a",), {"min": 1, "max": None}), "no order"),
        ([[1], [2]], Check("max_value_share", ("a",)), "cannot be compared"),
        ([[1], [2]], Check("unique_key", ("a",)), "cannot be compared"),
        (["x"], Check("freshness", ("a",)), "text, not datetime"),
        ([dt.date(2026, 1, 1)], Check("freshness", ("a",)), "date, not datetime"),
    ],
    ids=str,
)
def test_check_that_does_not_fit_says_why(column: list[Any], check: Check, problem: str) -> None:
    """A check that cannot be made of a column is told as such, never as passed."""
    assert problem in str(measured(check, pd.Series(column)).problem)


def test_range_of_arrow_text_does_not_fit() -> None:
    """Arrow text has no range, and the check says so without reading it."""
    column = pd.Series(["x"], dtype="string[pyarrow]")
    told = measured(Check("range", ("a",), {"min": 1, "max": None}), column)
    assert told.problem == "text, which has no range"


def test_columns_that_cannot_be_compared_say_why() -> None:
    """Text beside numbers has no order, nor have times without a zone beside times with one."""
    check = Check("comparison", ("a", "b"), {"operator": "<"})
    told = measured(check, pd.Series(["x"]), pd.Series([1]))
    assert told.problem == "text and integer, which cannot be compared"
    told = measured(check, pd.Series(DAYS), pd.Series(ZONED))
    assert told.problem == "datetime and datetime, which cannot be compared"


@pytest.mark.parametrize(
    ("values", "check", "count"),
    [
        ([1, None, [1], "ab"], Check("allowed", ("a",), {"values": (1,)}), 2),
        ([1, None, [1], "ab"], Check("pattern", ("a",), {"pattern": ".*"}), 2),
        (["\ud800", "é", "a"], Check("pattern", ("a",), {"pattern": ".*"}), 1),
        ([1, None, [1], "ab"], Check("length", ("a",), {"min": None, "max": 2}), 2),
        ([2**70, 3, -(2**70)], Check("range", ("a",), {"min": -5, "max": 2**69}), 2),
        ([Decimal("1.5"), Decimal(2)], Check("range", ("a",), {"min": None, "max": 1.75}), 1),
    ],
    ids=str,
)
def test_objects_are_judged_one_by_one(values: list[Any], check: Check, count: int) -> None:
    """Cells of other types than the rule's miss it, and numbers of any size are compared."""
    assert measured(check, pd.Series(values, dtype=object)).count == count


def test_bools_are_no_numbers() -> None:
    """Of a column of bools, 0 does not allow False."""
    check = Check("allowed", ("a",), {"values": (True, 0)})
    for dtype in ("bool", "boolean", arrow(pa.bool_())):
        assert measured(check, pd.Series([True, False], dtype=dtype)) == Measure(1, (1,))


def test_limits_are_compared_without_rounding() -> None:
    """A limit between two whole numbers, or beyond a narrow float, is not rounded to one."""
    whole = pd.Series([2**53, 2**53 + 1])
    assert measured(Check("range", ("a",), {"min": None, "max": 2**53}), whole).count == 1
    half = pd.Series([1.0, 65504.0], dtype="float16")
    assert measured(Check("range", ("a",), {"min": None, "max": 1e9}), half).count == 0
    assert measured(Check("range", ("a",), {"min": None, "max": 65503.9}), half).count == 1
    small = pd.Series([100, -100], dtype="int8")
    assert measured(Check("range", ("a",), {"min": -1000, "max": 1000}), small).count == 0
    assert measured(Check("range", ("a",), {"min": 1000, "max": None}), small).count == 2


def test_pattern_that_makes_others_backtrack_is_quick() -> None:
    """A pattern that takes a backtracking engine for ever takes this one no time."""
    column = pd.Series(["a" * 5_000 + "!"] * 20)
    assert measured(Check("pattern", ("a",), {"pattern": "(a+)+"}), column).count == 20


def test_absent_and_repeated_columns_are_left_out() -> None:
    """A check on a column that is absent or there twice measures nothing."""
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    kinds = [Check("finite", ("a",)), Check("unique_key", ("a",)), Check("finite", ("b",))]
    assert measure_frame(frame, kinds, NOW).measures == {}


def test_only_the_first_rows_are_named() -> None:
    """Of many cells that miss a rule, the first five are named, across blocks."""
    bad = list(itertools.islice(itertools.cycle([1.0, 9.0]), 40))
    told = measured(Check("range", ("a",), {"min": None, "max": 5}), pd.Series(bad))
    assert told == Measure(20, (1, 3, 5, 7, 9))


def test_sparse_columns_are_compared() -> None:
    """Columns that store only what differs from a fill value are compared as others are."""
    left = pd.Series([0.0, 2.0, 0.0], dtype="Sparse[float]")
    right = pd.Series([0.0, 1.0, 3.0])
    told = measured(Check("comparison", ("a", "b"), {"operator": "<="}), left, right)
    assert (told.count, told.rows) == (1, (1,))
