"""What the data gate lets through, on frames of every kind, called as plain Python."""

import datetime as dt
import pickle
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.steps import DataQualityError, Failure, GateConfigurationError
from governance.steps import validate_data_quality as gate

check = gate.entrypoint


def failures(frame: Any, **rules: Any) -> tuple[Failure, ...]:
    """Return the failed checks of a frame, none if the gate lets it through."""
    try:
        returned = check(frame, **{"min_rows": 1, "max_missing_fraction": 1.0, **rules})
    except DataQualityError as error:
        return error.failures
    assert returned is frame
    return ()


GOOD = pd.DataFrame({"age": range(100), "income": [10.5] * 100})


def test_good_data_comes_back_as_the_same_object() -> None:
    """The gate neither copies nor changes the data."""
    before = GOOD.copy()
    assert check(GOOD) is GOOD
    pd.testing.assert_frame_equal(GOOD, before)


def test_min_rows_is_inclusive() -> None:
    """The fewest rows allowed are enough, one row less is not."""
    assert failures(GOOD, min_rows=100) == ()
    assert failures(GOOD, min_rows=101) == (Failure("min_rows", None, 101, 100),)


def test_max_missing_fraction_is_inclusive_and_counts_all_cells() -> None:
    """The share is that of the whole frame, and the limit itself passes."""
    frame = pd.DataFrame({"a": [None, 1.0, 1.0, 1.0, 1.0], "b": range(5)})
    assert failures(frame, max_missing_fraction=0.1) == ()
    assert failures(frame, max_missing_fraction=0.09) == (
        Failure("max_missing_fraction", None, 0.09, 0.1),
    )


def test_max_column_missing_fraction_names_each_column() -> None:
    """An empty column does not hide behind full ones."""
    frame = pd.DataFrame({"full": range(4), "gap": [None, 1, 2, 3], "empty": [None] * 4})
    assert failures(frame, max_column_missing_fraction=0.25) == (
        Failure("max_column_missing_fraction", "empty", 0.25, 1.0),
    )


def test_column_limit_is_off_by_default() -> None:
    """Without a limit per column, the whole frame's share alone decides."""
    frame = pd.DataFrame({f"x{n}": [1.0] * 100 for n in range(10)} | {"empty": [None] * 100})
    assert check(frame) is frame


def test_required_columns_names_each_absent_one() -> None:
    """Every absent column is told, once, whether or not it was asked for twice."""
    assert failures(GOOD, required_columns=["age", "income"]) == ()
    assert failures(GOOD, required_columns=["Age", "age", "zip", "zip"]) == (
        Failure("required_columns", "Age", "present", "absent, did you mean 'age'?"),
        Failure("required_columns", "zip", "present", "absent"),
    )


def test_duplicates_count_the_extra_rows() -> None:
    """Of three equal rows two count; the limit itself passes; off unless asked for."""
    frame = pd.DataFrame({"a": [1, 1, 1, 2], "b": ["x", "x", "x", None]})
    assert failures(frame) == ()
    assert failures(frame, max_duplicate_fraction=0.5) == ()
    assert failures(frame, max_duplicate_fraction=0.49) == (
        Failure("max_duplicate_fraction", None, 0.49, 0.5),
    )


def test_all_failures_are_told_at_once(snapshot: SnapshotAssertion) -> None:
    """One error lists every rule missed, as a table for readers."""
    frame = pd.DataFrame({"age": [None, 30.0, 30.0], "name": ["a", "b", "b"]})
    with pytest.raises(DataQualityError) as caught:
        check(
            frame,
            max_column_missing_fraction=0.2,
            required_columns=["age", "income"],
            max_duplicate_fraction=0,
        )
    assert str(caught.value) == snapshot
    assert [failure.as_dict() for failure in caught.value.failures] == snapshot


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (pd.DataFrame({"a": []}), [("min_rows", 1, 0)]),
        (pd.DataFrame(), [("min_rows", 1, 0), ("has_columns", "at least 1", 0)]),
        (pd.DataFrame(index=range(5)), [("has_columns", "at least 1", 0)]),
    ],
    ids=["no rows", "nothing", "no columns"],
)
def test_empty_frame_fails_without_a_division(
    frame: pd.DataFrame, expected: list[tuple[str, Any, Any]]
) -> None:
    """A frame without a cell fails for what it lacks; no share of nothing passes."""
    found = failures(frame, max_column_missing_fraction=0.0, max_duplicate_fraction=0.0)
    assert [(failure.check, failure.required, failure.found) for failure in found] == expected


def test_repeated_column_names_are_refused_with_everything_else() -> None:
    """A repeated label is a failure of its own and does not confuse the other checks."""
    frame = pd.DataFrame([[1, None, 3], [1, None, 3]], columns=["a", "b", "a"])
    assert failures(frame, max_missing_fraction=0.1, max_duplicate_fraction=0.1) == (
        Failure("unique_column_names", "a", "unique", "2 columns"),
        Failure("max_missing_fraction", None, 0.1, 2 / 6),
        Failure("max_duplicate_fraction", None, 0.1, 0.5),
    )


@pytest.mark.parametrize(
    ("label", "subject"),
    [
        (1, "1"),
        (("a", 1), "('a', 1)"),
        (None, "None"),
        (dt.date(2026, 11, 23), "datetime.date(2026, 11, 23)"),
        ("", "''"),
        ("größe", "größe"),
        ("two\nlines\x1b[31m", "two\\nlines\\x1b[31m"),
        ("\ud800", "\\ud800"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 97 + "..."),
    ],
    ids=repr,
)
def test_any_label_is_named_on_one_printable_line(label: Any, subject: str) -> None:
    """Labels of every type are told, and none can break or flood a message."""
    frame = pd.DataFrame({0: [1.0]})
    frame.columns = pd.Index([label], dtype=object, tupleize_cols=False)
    frame.iloc[0, 0] = np.nan
    found = failures(frame, max_column_missing_fraction=0.5)
    assert [failure.subject for failure in found] == [subject]


def test_multi_index_columns_are_named() -> None:
    """Columns with several levels are told by their tuple."""
    frame = pd.DataFrame([[None, 1.0]], columns=pd.MultiIndex.from_product([["a"], ["x", "y"]]))
    found = failures(frame, max_column_missing_fraction=0.5)
    assert [failure.subject for failure in found] == ["('a', 'x')"]


MISSING_OBJECTS = [None, np.nan, pd.NaT, pd.NA, Decimal("NaN"), np.datetime64("NaT")]


@pytest.mark.parametrize("missing", MISSING_OBJECTS, ids=repr)
def test_every_kind_of_missing_counts(missing: Any) -> None:
    """None, NaN, NaT and NA in an object column are all missing."""
    frame = pd.DataFrame({"a": pd.Series([missing, "x"], dtype=object)})
    assert failures(frame, max_missing_fraction=0.4)[0].found == 0.5


@pytest.mark.parametrize("value", ["", " ", 0, False, float("inf"), [], "nan", "None"], ids=repr)
def test_what_is_not_missing(value: Any) -> None:
    """Empty strings, zeros and infinities are values."""
    frame = pd.DataFrame({"a": pd.Series([value, value], dtype=object)})
    assert failures(frame, max_missing_fraction=0.0) == ()


def nullable_with_nan() -> pd.Series:
    values = np.array([np.nan, 0.0, 1.0, np.nan])
    return pd.Series(pd.arrays.FloatingArray(values, np.array([False, True, False, False])))


def arrow_with_nan() -> pd.Series:
    pa = pytest.importorskip("pyarrow")
    values = pa.chunked_array([pa.array([np.nan, None, 1.0, np.nan], from_pandas=False)])
    column: pd.Series = pd.Series(pd.arrays.ArrowExtensionArray(values))
    return column


@pytest.mark.parametrize("column", [nullable_with_nan, arrow_with_nan])
@pytest.mark.parametrize("columns", [["ratio"], ["ratio", "one"]], ids=str)
def test_nan_beside_na_is_missing(column: Callable[[], pd.Series], columns: list[str]) -> None:
    """A NaN that pandas does not call missing, as 0/0 leaves it, is missing like NA."""
    whole = pd.DataFrame({"ratio": column(), "one": 1})
    frame = whole[columns].copy()
    found = failures(frame, max_column_missing_fraction=0.0, max_duplicate_fraction=0.0)
    assert [(failure.check, failure.found) for failure in found] == [
        ("max_column_missing_fraction", 0.75),
        ("max_duplicate_fraction", 0.5),
    ]
    pd.testing.assert_frame_equal(frame, whole[columns])


def test_sparse_columns_are_counted_with_their_fill() -> None:
    """The cells that a sparse column does not store count too."""
    frame = pd.DataFrame(
        {
            "gaps": pd.arrays.SparseArray([np.nan, np.nan, np.nan, 1.0]),
            "zeros": pd.arrays.SparseArray([0, 0, 0, 1]),
        }
    )
    assert [
        (failure.subject, failure.found)
        for failure in failures(frame, max_column_missing_fraction=0.0, max_duplicate_fraction=0)
    ] == [("gaps", 0.75), (None, 0.5)]


@pytest.mark.parametrize("cell", [[1], {"k": 1}, {1}, np.array([1, 2]), ([1],)], ids=repr)
@pytest.mark.parametrize("columns", [["tags"], ["id", "tags"]], ids=str)
def test_duplicates_of_incomparable_cells_are_refused_by_name(
    cell: Any, columns: list[str]
) -> None:
    """Where rows cannot be compared the check fails and names the column; it never passes."""
    tags = pd.Series([cell, cell, None], dtype=object)
    frame = pd.DataFrame({"id": [1, 2, 3], "tags": tags})[columns]
    (failure,) = failures(frame, max_duplicate_fraction=1.0)
    assert (failure.check, failure.subject) == ("max_duplicate_fraction", "tags")
    assert str(failure.found).startswith("unknown")
    assert failures(frame) == ()


def test_duplicates_of_arrow_lists_are_refused_by_name() -> None:
    """The same for the nested types of PyArrow."""
    pa = pytest.importorskip("pyarrow")
    dtype = pd.ArrowDtype(pa.list_(pa.int64()))
    frame = pd.DataFrame({"id": [1, 2], "tags": pd.Series([[1], [1]], dtype=dtype)})
    (failure,) = failures(frame, max_duplicate_fraction=1.0)
    assert failure.subject == "tags"


@pytest.mark.parametrize("columns", [1, 2])
def test_duplicates_treat_all_missing_alike(columns: int) -> None:
    """Rows that differ only in how they are missing are equal, in one column as in two."""
    missing = pd.Series(MISSING_OBJECTS, dtype=object)
    frame = pd.DataFrame({"a": missing, "b": 1}).iloc[:, :columns]
    assert failures(frame, max_duplicate_fraction=0.0)[0].found == 5 / 6


def test_ten_thousand_columns_give_a_message_one_can_read(snapshot: SnapshotAssertion) -> None:
    """A very wide frame is judged whole; the message stays short and `failures` complete."""
    frame = pd.DataFrame(np.full((2, 10_000), np.nan), columns=[f"x{n}" for n in range(10_000)])
    with pytest.raises(DataQualityError) as caught:
        check(frame, min_rows=1, max_missing_fraction=1, max_column_missing_fraction=0)
    assert str(caught.value) == snapshot
    assert len(caught.value.failures) == 10_000


def test_values_of_the_data_are_never_written() -> None:
    """No cell reaches the message or the failures."""
    frame = pd.DataFrame({"card": ["4111111111111111"] * 2, "gap": [None, None], "l": [[7], [8]]})
    with pytest.raises(DataQualityError) as caught:
        check(frame, max_column_missing_fraction=0, max_duplicate_fraction=0)
    assert "4111" not in str(caught.value)
    assert "4111" not in repr(caught.value.failures)


def test_close_figures_are_told_apart() -> None:
    """A share a hair above its limit is not rounded onto or below it."""
    frame = pd.DataFrame({"a": [None] * 1_000_001 + [1.0] * 8_999_999})
    for limit in (0.1, 0.10000005):
        with pytest.raises(DataQualityError, match=rf"(?m)at most {limit} +0\.1000001 +1000001 "):
            check(frame, max_missing_fraction=limit)


def test_error_survives_pickling() -> None:
    """An error that comes back from another process still has its failures."""
    with pytest.raises(DataQualityError) as caught:
        check(GOOD, min_rows=1000)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 (made on the line itself)
    assert type(copy) is DataQualityError
    assert isinstance(copy, ValueError)
    assert (str(copy), copy.failures) == (str(caught.value), caught.value.failures)


class Table:
    """A frame of an engine that the gate does not know."""


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (None, "NoneType"),
        ([{"a": 1}], "list"),
        (GOOD["age"], "pandas.*Series"),
        (np.zeros((200, 2)), "numpy.ndarray"),
        (Table(), "Table"),
    ],
)
def test_other_data_is_refused_by_its_type(data: object, found: str) -> None:
    """What is no frame of a known engine is refused; the error says what was found."""
    with pytest.raises(
        GateConfigurationError, match=f"accepts a pandas DataFrame, .*found .*{found}\\. "
    ):
        check(data)


def test_other_data_is_refused_where_pandas_was_never_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gate needs no pandas to say that the data is none of its frames."""
    monkeypatch.delitem(sys.modules, "pandas")
    with pytest.raises(GateConfigurationError, match="found list"):
        check([])


def test_subclass_of_a_frame_is_a_frame() -> None:
    """A library's own DataFrame subclass passes and keeps its type."""

    class Geo(pd.DataFrame):
        @property
        def _constructor(self) -> type["Geo"]:
            return Geo

    frame = Geo(GOOD)
    assert check(frame) is frame


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"min_rows": 0}, "min_rows must be a whole number of rows, at least 1, found 0."),
        ({"min_rows": 1.0}, "at least 1, found 1.0."),
        ({"min_rows": True}, "at least 1, found True (bool)."),
        ({"min_rows": "9" * 21}, "at least 1, found a string of 21 characters."),
        ({"min_rows": 10**5000}, "at least 1, found an integer of over 15 digits."),
        ({"min_rows": -(10**5000)}, "at least 1, found an integer of over 15 digits."),
        ({"max_missing_fraction": 10}, "from 0 to 1, found 10. For 10 percent write 0.1."),
        ({"max_missing_fraction": 100.1}, "from 0 to 1, found 100.1."),
        ({"max_missing_fraction": -0.1}, "from 0 to 1, found -0.1."),
        ({"max_missing_fraction": float("nan")}, "from 0 to 1, found NaN."),
        ({"max_missing_fraction": float("inf")}, "from 0 to 1, found inf."),
        ({"max_missing_fraction": None}, "max_missing_fraction must be a number from 0 to 1,"),
        ({"max_missing_fraction": 0j}, "from 0 to 1, found complex."),
        ({"max_missing_fraction": Decimal(0)}, "from 0 to 1, found decimal.Decimal."),
        ({"max_column_missing_fraction": True}, "max_column_missing_fraction must be a number"),
        ({"max_duplicate_fraction": 2}, "max_duplicate_fraction must be a number from 0 to 1"),
        ({"required_columns": "age"}, "a list of column names such as [\"age\"], found 'age'"),
        ({"required_columns": ["age", 1]}, "column names as strings, found 1 among them."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_impossible_rules_are_refused(rules: dict[str, Any], message: str) -> None:
    """A parameter that can be no rule is refused by name, even where the data would pass."""
    with pytest.raises(GateConfigurationError) as caught:
        check(GOOD, **rules)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "rules",
    [
        {"min_rows": np.int64(100)},
        {"max_missing_fraction": np.float32(0)},
        {"max_missing_fraction": 0, "max_duplicate_fraction": 1},
        {"required_columns": ("age",)},
        {"required_columns": []},
    ],
    ids=str,
)
def test_numpy_and_whole_numbers_are_rules(rules: dict[str, Any]) -> None:
    """The numbers of NumPy, 0, 1, tuples and empty lists are what they look like."""
    assert check(GOOD, **rules) is GOOD


# A random frame is drawn as plain cells: small integers, or None for a missing cell. Each
# column is then given one of these kinds. The oracle sees the plain cells alone.
EPOCH = pd.Timestamp("2026-01-01")
KINDS: dict[str, Any] = {
    "float64": lambda cells: pd.Series(
        [np.nan if c is None else float(c) for c in cells], dtype=float
    ),
    "object": lambda cells: pd.Series(
        [MISSING_OBJECTS[i % 6] if c is None else f"v{c}" for i, c in enumerate(cells)],
        dtype=object,
    ),
    "datetime": lambda cells: pd.Series(
        [pd.NaT if c is None else EPOCH + pd.Timedelta(days=c) for c in cells],
        dtype="datetime64[ns]",
    ),
    "timedelta": lambda cells: pd.Series(
        [pd.NaT if c is None else pd.Timedelta(days=c) for c in cells], dtype="timedelta64[ns]"
    ),
    "category": lambda cells: pd.Series(
        [None if c is None else f"v{c}" for c in cells], dtype=object
    ).astype(pd.CategoricalDtype([f"v{n}" for n in range(4)])),
    "Int64": lambda cells: pd.Series(cells, dtype="Int64"),
    "Float64": lambda cells: pd.Series(cells, dtype="Float64"),
    "string": lambda cells: pd.Series(
        [None if c is None else f"v{c}" for c in cells], dtype="string"
    ),
    "sparse": lambda cells: pd.Series(
        pd.arrays.SparseArray([np.nan if c is None else float(c) for c in cells], dtype=float)
    ),
}
CELLS = st.one_of(st.none(), st.integers(0, 3))


@st.composite
def drawn_frames(draw: st.DrawFn) -> tuple[pd.DataFrame, list[list[int | None]]]:
    """Draw a frame of 1 to 12 rows and 1 to 4 columns, and its plain columns."""
    rows = draw(st.integers(1, 12))
    columns = draw(st.lists(st.lists(CELLS, min_size=rows, max_size=rows), min_size=1, max_size=4))
    kinds = [draw(st.sampled_from(sorted(KINDS))) for _ in columns]
    series = [KINDS[kind](cells) for kind, cells in zip(kinds, columns, strict=True)]
    return pd.DataFrame(dict(enumerate(series))), columns


LIMITS = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1))


@settings(max_examples=300, deadline=None)
@given(drawn_frames(), LIMITS, LIMITS, LIMITS, st.integers(1, 12))
def test_verdict_equals_a_slow_count(
    drawn: tuple[pd.DataFrame, list[list[int | None]]],
    missing_limit: float,
    column_limit: float,
    duplicate_limit: float,
    min_rows: int,
) -> None:
    """On any frame the failures and their figures are those of counting cell by cell."""
    frame, columns = drawn
    rows = list(zip(*columns, strict=True))
    expected = []
    if len(rows) < min_rows:
        expected.append(Failure("min_rows", None, min_rows, len(rows)))
    missing = sum(cell is None for row in rows for cell in row) / (len(rows) * len(columns))
    if missing > missing_limit:
        expected.append(Failure("max_missing_fraction", None, missing_limit, missing))
    for number, cells in enumerate(columns):
        share = sum(cell is None for cell in cells) / len(cells)
        if share > column_limit:
            expected.append(
                Failure("max_column_missing_fraction", str(number), column_limit, share)
            )
    duplicated = sum(row in rows[:number] for number, row in enumerate(rows)) / len(rows)
    if duplicated > duplicate_limit:
        expected.append(Failure("max_duplicate_fraction", None, duplicate_limit, duplicated))

    found = failures(
        frame,
        min_rows=min_rows,
        max_missing_fraction=missing_limit,
        max_column_missing_fraction=column_limit,
        max_duplicate_fraction=duplicate_limit,
    )
    assert list(found) == expected
