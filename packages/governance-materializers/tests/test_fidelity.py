"""What is loaded is what was saved, or it was refused; there is nothing in between."""

import datetime as dt
import enum
import tempfile
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from zenml.client import Client

from governance.materializers import (
    DataFrameMaterializationError,
    DataFrameMaterializer,
    _column,
    _frame,
    _index,
)

Frame = pd.DataFrame
Check = Callable[[Frame, Frame], None]
BERLIN = "Europe/Berlin"
NAN = float("nan")


def column(values: Any, dtype: Any = object) -> Any:
    """Return a frame of one column."""
    return Frame({"x": pd.Series(values, dtype=dtype)})


def rows(index: pd.Index) -> Any:
    """Return a frame with this index."""
    return Frame({"v": range(len(index))}, index=index)


def labels(columns: Any) -> Any:
    """Return a frame with these column labels."""
    return Frame(np.arange(2 * len(columns)).reshape(2, -1), columns=columns)


def arrow(values: list[Any], kind: pa.DataType) -> Any:
    """Return a frame of one column in an Arrow dtype of pandas."""
    array = pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, kind)]))
    return Frame({"x": pd.Series(array)})


def with_attrs(attrs: dict[Any, Any]) -> Any:
    """Return a frame with `attrs`."""
    frame = Frame({"x": [1]})
    frame.attrs = attrs
    return frame


def string(storage: str) -> Any:
    """Return a column of text with NaN for missing, or skip where pandas has no such dtype."""
    try:
        dtype = pd.StringDtype(storage, na_value=np.nan)  # type: ignore[call-overload]
    except TypeError:
        pytest.skip("needs pandas 2.3")
    return column(["a", None], dtype)


class Sub(pd.DataFrame):
    """A subclass such as GeoDataFrame."""


class Places(pd.RangeIndex):
    """An index that somebody made better."""


class Tag(str, enum.Enum):
    """Text that is more than text."""

    A = "a"


EQUAL: dict[str, Callable[[], Any]] = {
    # index
    "range with step and name": lambda: rows(pd.RangeIndex(0, 6, 2, name="r")),
    "integers": lambda: rows(pd.Index([3, 1, 1])),
    "floats with NaN": lambda: rows(pd.Index([1.5, NAN])),
    "bool index": lambda: rows(pd.Index([True, False])),
    "text index": lambda: rows(pd.Index(["a", "b"], name="key")),
    "text index of objects": lambda: rows(pd.Index(["a", None], dtype=object)),
    "bytes index": lambda: rows(pd.Index([b"a", b"b"])),
    "dates index": lambda: rows(pd.Index([dt.date(2020, 1, 1)])),
    "nullable index": lambda: rows(pd.Index([1, None], dtype="Int64")),
    "days": lambda: rows(pd.date_range("2020", periods=3, freq="D", name="day")),
    "hours in a time zone": lambda: rows(pd.date_range("2020", periods=3, freq="h", tz=BERLIN)),
    "times without rows": lambda: rows(pd.date_range("2020", periods=0, freq="D")),
    "timedeltas": lambda: rows(pd.timedelta_range("1D", periods=3)),
    "periods": lambda: rows(pd.period_range("2020", periods=3, freq="M")),
    "intervals": lambda: rows(pd.interval_range(0, 3)),
    "ordered categories": lambda: rows(pd.CategoricalIndex(["b"], ["c", "b"], ordered=True)),
    "two levels": lambda: rows(pd.MultiIndex.from_product([[1, 2], ["a"]], names=["n", None])),
    "one level": lambda: rows(pd.MultiIndex.from_arrays([[1, 2]], names=["n"])),
    "index named by a number": lambda: rows(pd.Index([1, 2], name=5)),
    "index named like a column": lambda: rows(pd.Index([1, 2], name="v")),
    "column named like a level": lambda: labels(["__index_level_0__"]).set_index(
        pd.Index(["a", "b"])
    ),
    # column labels
    "range labels": lambda: labels(range(2)),
    "integer labels": lambda: labels([3, 1]),
    "float labels": lambda: labels([1.5, 2.0]),
    "bool labels": lambda: labels([True, False]),
    "bytes labels": lambda: labels([b"a", b"b"]),
    "time labels": lambda: labels(pd.date_range("2020", periods=2)),
    "zoned labels": lambda: labels(pd.date_range("2020", periods=2, tz=BERLIN)),
    "period labels": lambda: labels(pd.period_range("2020", periods=2, freq="M")),
    "interval labels": lambda: labels(pd.interval_range(0, 2)),
    "categorical labels": lambda: labels(pd.CategoricalIndex(["a", "b"])),
    "object labels": lambda: labels(pd.Index(["a", "b"], dtype=object)),
    "named labels": lambda: labels(pd.Index(["a", "b"], name="cols")),
    "two levels of labels": lambda: labels(pd.MultiIndex.from_product([["a"], [1, 2]])),
    "None as a label": lambda: labels(pd.Index([None, "b"], dtype=object)),
    "NaN as a label": lambda: labels([NAN, 1.0]),
    "odd labels": lambda: labels(["", "a.b", "a\0b", "ü", "<b>", '"']),
    # numbers
    "int8": lambda: column([1], "int8"),
    "uint64 to its limit": lambda: column([2**64 - 1], "uint64"),
    "float16": lambda: column([1.5, NAN], "float16"),
    "float32": lambda: column([0.1, NAN], "float32"),
    "infinities and -0.0": lambda: column([0.0, -0.0, np.inf, -np.inf, NAN], "float64"),
    "all NaN": lambda: column([NAN, NAN], "float64"),
    "bool": lambda: column([True, False], "bool"),
    "Int8": lambda: column([1, None], "Int8"),
    "UInt64": lambda: column([2**64 - 1, None], "UInt64"),
    "Float32": lambda: column([0.1, None], "Float32"),
    "Float64": lambda: column([0.1, None], "Float64"),
    "boolean": lambda: column([True, None], "boolean"),
    # times
    "datetime64[s]": lambda: column(np.array(["2020", "NaT"], "M8[s]"), None),
    "datetime64[ms]": lambda: column(np.array(["2020", "NaT"], "M8[ms]"), None),
    "datetime64[us]": lambda: column(np.array(["2020", "NaT"], "M8[us]"), None),
    "datetime64[ns]": lambda: column(np.array(["2020", "NaT"], "M8[ns]"), None),
    "timedelta64[s]": lambda: column(np.array([1, "NaT"], "m8[s]"), None),
    "timedelta64[ns]": lambda: column(np.array([1, "NaT"], "m8[ns]"), None),
    "zoned seconds": lambda: column(pd.date_range("2020", periods=2, tz=BERLIN, unit="s"), None),
    "zoned nanoseconds": lambda: column(pd.DatetimeIndex(["2020", None], tz=BERLIN), None),
    "UTC": lambda: column(pd.date_range("2020", periods=2, tz="UTC"), None),
    "period": lambda: column(pd.PeriodIndex(["2020-01", None], freq="M"), None),
    "weeks to Monday": lambda: column(pd.period_range("2020", periods=2, freq="W-MON"), None),
    "interval": lambda: column(
        pd.IntervalIndex.from_arrays([0.0, NAN], [1.0, NAN], closed="left"), None
    ),
    "interval of times": lambda: column(pd.interval_range(pd.Timestamp(0), periods=2), None),
    # text
    "string[python]": lambda: column(["a", None], "string[python]"),
    "string[pyarrow]": lambda: column(["a", None], "string[pyarrow]"),
    "str": lambda: string("pyarrow"),
    "str in Python": lambda: string("python"),
    "NUL and empty text": lambda: column(["a\0b", ""], "string[python]"),
    "one text of 8 MB": lambda: column(["x" * 8_000_000], "string[python]"),
    # categories
    "categories of text": lambda: column(["a", "b", None], "category"),
    "unused, ordered categories": lambda: column(
        pd.Categorical(["b", "a", None], categories=["z", "b", "a"], ordered=True), None
    ),
    "categories of integers": lambda: column(pd.Categorical([3, 1], [9, 3, 1]), None),
    "categories of bools": lambda: column(pd.Categorical([True, False]), None),
    "categories of times": lambda: column(
        pd.Categorical(pd.date_range("2020", periods=2, tz=BERLIN)), None
    ),
    "categories of periods": lambda: column(
        pd.Categorical(pd.period_range("2020", periods=2, freq="M")), None
    ),
    "categories of intervals": lambda: column(pd.cut([1, 2, 3], 2), None),
    "no categories": lambda: column(pd.Categorical([None, None]), None),
    "categories without rows": lambda: column(pd.Categorical([], categories=["a"]), None),
    "categories of text objects": lambda: column(
        pd.Categorical(["a"], categories=pd.Index(["b", "a"], dtype=object)), None
    ),
    # Arrow's own types
    "Arrow int64": lambda: arrow([1, None], pa.int64()),
    "Arrow bool": lambda: arrow([True, None], pa.bool_()),
    "Arrow double, NaN beside null": lambda: arrow([1.0, NAN, None], pa.float64()),
    "Arrow string": lambda: arrow(["a", None], pa.string()),
    "Arrow large_string": lambda: arrow(["a"], pa.large_string()),
    "Arrow binary": lambda: arrow([b"a"], pa.binary()),
    "Arrow date32": lambda: arrow([dt.date(2020, 1, 1)], pa.date32()),
    "Arrow timestamp[ns]": lambda: arrow([1, None], pa.timestamp("ns", "UTC")),
    "Arrow duration": lambda: arrow([1], pa.duration("ns")),
    "Arrow decimal128": lambda: arrow([Decimal("1.25")], pa.decimal128(5, 2)),
    "Arrow dictionary": lambda: arrow(["a", "b"], pa.dictionary(pa.int8(), pa.string())),
    "Arrow list": lambda: arrow([[1], None], pa.list_(pa.int8())),
    "Arrow struct": lambda: arrow([{"a": 1}, None], pa.struct([("a", pa.int64())])),
    "Arrow map": lambda: arrow([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    "Arrow null": lambda: arrow([None, None], pa.null()),
    # objects
    "text objects": lambda: column(["a", "b"]),
    "text and None": lambda: column(["a", None]),
    "text and NaN": lambda: column(["a", NAN]),
    "text and NA": lambda: column(["a", pd.NA]),
    "dates and NaT": lambda: column([dt.date(2020, 1, 1), pd.NaT]),
    "all None": lambda: column([None, None]),
    "integer objects": lambda: column([1, None, -(2**63)]),
    "bool objects": lambda: column([True, None]),
    "float objects": lambda: column([float("inf"), NAN]),
    "bytes": lambda: column([b"a\0", None]),
    "dates": lambda: column([dt.date(1, 1, 1), dt.date(9999, 12, 31), None]),
    "times of day": lambda: column([dt.time(1, 2, 3, 4), None]),
    "datetime objects": lambda: column(
        [pd.Timestamp("2020-01-01 01:01:01.000005").to_pydatetime()]
    ),
    "timedelta objects": lambda: column([dt.timedelta(1, 2, 3), None]),
    "decimals of one scale": lambda: column([Decimal("1.25"), Decimal("2.50"), None]),
    "lists": lambda: column([[1, 2], None, []]),
    "lists of one length": lambda: column([[1, 2], [3, 4]]),
    "lists with NaN and None": lambda: column([[1.0, NAN], [None]]),
    "lists of lists": lambda: column([[["a"]], [["b", None]]]),
    "dictionaries": lambda: column([{"a": 1, "b": [2]}, {"a": 3, "b": []}]),
    # the frame as a whole
    "nothing": Frame,
    "no rows": lambda: Frame({"a": pd.Series([], dtype="int64"), "b": pd.Series([], dtype=object)}),
    "no columns": lambda: Frame(index=range(5)),
    "no columns, named rows": lambda: Frame(index=pd.Index(["a", "b"], name="k")),
    "attrs": lambda: with_attrs({"source": "crm", "parts": [1, {"x": None}], "nan": NAN}),
    "no duplicate labels allowed": lambda: column([1], "int64").set_flags(
        allows_duplicate_labels=False
    ),
}

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    # index
    "level with missing integers": (
        lambda: rows(pd.MultiIndex.from_arrays([[1, None], ["a", "b"]])),
        "index: a level of dtype int64 with missing values",
    ),
    "business days with holidays": (
        lambda: rows(pd.bdate_range("2020", periods=3, freq="C", holidays=["2020-01-02"])),
        "CustomBusinessDay. Remedy: frame.index.freq = None",
    ),
    "offset without a name": (
        lambda: rows(pd.date_range("2020", periods=3, freq=pd.DateOffset(months=1, days=2))),
        "index: a frequency of type",
    ),
    "index named by a tuple": (
        lambda: rows(pd.Index([1], name=("a", 1))),
        "index: names of type tuple",
    ),
    "index named by a time": (
        lambda: rows(pd.Index([1], name=pd.Timestamp(0))),
        "index: names of type pandas.Timestamp",
    ),
    "tuples as index": (
        lambda: rows(pd.Index([("a", 1)], tupleize_cols=False)),
        "index: objects of type tuple",
    ),
    "mixed index": (
        lambda: rows(pd.Index([1, "a"], dtype=object)),
        "index: objects of different types (int, str)",
    ),
    "a subclass of an index": (
        lambda: rows(Places(2)),
        "Places. Remedy: pandas.Index(frame.index)",
    ),
    "index of empty structs": (
        lambda: rows(pd.Index(arrow([{}], pa.struct([]))["x"])),
        "index: an index with values that Parquet cannot hold",
    ),
    # column labels
    "tuples as labels": (
        lambda: labels(pd.Index([("a", 1), ("b", 2)], tupleize_cols=False)),
        "column labels: objects of type tuple",
    ),
    "mixed labels": (lambda: labels(["a", 1]), "column labels: objects of different types"),
    "1 beside '1'": (
        lambda: labels([1, "1"]),
        "column labels: the same name more than once, as text: '1'",
    ),
    "duplicate labels": (
        lambda: labels(["a", "b", "a"]),
        "the same name more than once, as text: 'a'",
    ),
    # numbers
    "complex": (lambda: column([1j], None), "column x: dtype complex128"),
    "long double": (
        lambda: column(np.array([1], np.longdouble), None),
        "Remedy: frame['x'].astype('float64')",
    ),
    "foreign byte order": (
        lambda: column(np.array([1], np.dtype("i4").newbyteorder("S")), None),
        "in foreign byte order",
    ),
    "sparse": (
        lambda: column(pd.arrays.SparseArray([0, 1]), None),
        "Remedy: frame['x'].sparse.to_dense()",
    ),
    "NaN beside NA": (
        lambda: column(
            pd.arrays.FloatingArray(np.array([NAN, 0.0]), np.array([False, True])), None
        ),
        "dtype Float64 with NaN beside NA",
    ),
    # times
    "intervals in a time zone of dateutil": (
        lambda: column(
            pd.interval_range(pd.Timestamp(0, tz=f"dateutil/{BERLIN}"), periods=2), None
        ),
        "whose name does not say all of it",
    ),
    "seconds beyond milliseconds": (
        lambda: column(np.array([2**60], "M8[s]"), None),
        "dtype datetime64[s] with values that Parquet cannot hold",
    ),
    "time zone of dateutil": (
        lambda: column(pd.date_range("2020", periods=2, tz=f"dateutil/{BERLIN}"), None),
        "whose time zone has no name",
    ),
    "mixed time zones": (
        lambda: column([pd.Timestamp("2020", tz="UTC"), pd.Timestamp("2020", tz=BERLIN)]),
        "Remedy: pandas.to_datetime(frame['x'], utc=True)",
    ),
    "zoned datetime objects": (
        lambda: column([dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)]),
        "datetime.datetime objects that would not come back unchanged",
    ),
    "zoned times of day": (
        lambda: column([dt.time(1, tzinfo=dt.timezone.utc)]),
        "datetime.time objects",
    ),
    "the second 2 o'clock of autumn": (
        lambda: column([dt.time(2, fold=1)]),
        "datetime.time objects",
    ),
    "Timestamp objects": (lambda: column([pd.Timestamp(0)]), "objects of type pandas.Timestamp"),
    "Timedelta objects": (lambda: column([pd.Timedelta(0)]), "objects of type pandas.Timedelta"),
    "Period objects": (
        lambda: column([pd.Period("2020", freq="M")]),
        "objects of type pandas.Period",
    ),
    "Interval objects": (lambda: column([pd.Interval(0, 1)]), "objects of type pandas.Interval"),
    # categories
    "mixed categories": (
        lambda: column(pd.Categorical([1, "a"]), None),
        "column x: objects of different types (int, str)",
    ),
    "categories of tuples": (
        lambda: column(pd.Categorical([(1, 2)]), None),
        "objects of type tuple",
    ),
    # Arrow's own types
    "Arrow timestamp[s]": (
        lambda: arrow([1], pa.timestamp("s")),
        "Remedy: frame['x'].astype('timestamp[ms][pyarrow]')",
    ),
    "Arrow time32[s]": (
        lambda: arrow([1], pa.time32("s")),
        "time32[s][pyarrow] that would come back as time32[ms]",
    ),
    "Arrow struct without fields": (
        lambda: arrow([{}], pa.struct([])),
        "column x: dtype struct<>[pyarrow] with values that Parquet cannot hold",
    ),
    # objects
    "NaN beside None": (
        lambda: column(["a", None, NAN]),
        "different missing values in one column (None, nan)",
    ),
    "NaT of NumPy": (
        lambda: column([dt.date(2020, 1, 1), np.datetime64("NaT")]),
        "missing values of type numpy.datetime64",
    ),
    "text and integers": (lambda: column([1, "a"]), "objects of different types (int, str)"),
    "integers and floats": (lambda: column([1, 2.5]), "objects of different types (float, int)"),
    "integers and bools": (lambda: column([1, True]), "objects of different types (bool, int)"),
    "integers beyond 64 bits": (lambda: column([2**70]), "int objects that would not come back"),
    "numbers of NumPy": (lambda: column([np.int64(1)]), "objects of type numpy.int64"),
    "text of NumPy": (lambda: column([np.str_("a")]), "objects of type numpy.str_"),
    "enumerations": (lambda: column([Tag.A]), "Tag"),
    "lone surrogates": (lambda: column(["\ud800"]), "Remedy: replace what is no Unicode"),
    "bytes and text": (lambda: column([b"a", "a"]), "objects of different types (bytes, str)"),
    "bytearrays": (lambda: column([bytearray(b"a")]), "objects of type bytearray"),
    "decimals of two scales": (lambda: column([Decimal("1.5"), Decimal("2.25")]), "quantize"),
    "decimal NaN": (lambda: column([Decimal("NaN")]), "missing values of type decimal.Decimal"),
    "decimal infinity": (lambda: column([Decimal("Infinity")]), "quantize"),
    "decimals beyond 76 digits": (lambda: column([Decimal(10) ** 100]), "quantize"),
    "complex objects": (lambda: column([1j]), "objects of type complex"),
    "tuples": (lambda: column([(1, 2)]), "Remedy: frame['x'].map(list)"),
    "sets": (lambda: column([{1}]), "Remedy: frame['x'].map(sorted)"),
    "arrays": (lambda: column([np.array([1]), np.array([1, 2])]), "objects of type numpy.ndarray"),
    "lists of mixed types": (lambda: column([[1, "a"]]), "list objects"),
    "lists of tuples": (lambda: column([[(1,)]]), "list objects"),
    "lists of Timestamps": (lambda: column([[pd.Timestamp(0)]]), "list objects"),
    "ragged dictionaries": (lambda: column([{"a": 1}, {"b": 2}]), "dict objects"),
    "dictionaries in two orders": (
        lambda: column([{"a": 1, "b": 2}, {"b": 2, "a": 1}]),
        "give all the same keys in the same order",
    ),
    "dictionaries by number": (lambda: column([{1: 2}]), "dict objects"),
    "empty dictionaries": (lambda: column([{}]), "dtype object with values that Parquet"),
    "UUIDs": (lambda: column([uuid.UUID(int=1)]), "objects of type uuid.UUID"),
    "functions": (lambda: column([print]), "objects of type builtin_function_or_method"),
    "frames": (lambda: column([Frame()]), f"objects of type {Frame.__module__}.DataFrame"),
    # the frame as a whole
    "a subclass": (lambda: Sub({"x": [1]}), "which would come back as a plain DataFrame"),
    "tuples in attrs": (lambda: with_attrs({"x": (1,)}), "attrs with values that JSON has no"),
    "objects in attrs": (lambda: with_attrs({"x": object()}), "attrs with values that JSON has no"),
    "numbers as names in attrs": (lambda: with_attrs({1: 1}), "attrs with values that JSON has no"),
}

# pandas 2 gives fixed offsets back as another class of time zone.
FIXED_OFFSET = lambda: column(  # noqa: E731 as the kinds above
    pd.date_range("2020", periods=2, tz=dt.timezone(dt.timedelta(hours=2))), None
)
if pd.__version__ >= "3":
    EQUAL["fixed offset"] = FIXED_OFFSET
else:
    REFUSED["fixed offset"] = (FIXED_OFFSET, "that would come back as")


@pytest.mark.parametrize("kind", EQUAL)
def test_kind_comes_back_equal(kind: str, folder: Path, assert_same: Check) -> None:
    """A frame of this kind comes back as it was, in every respect."""
    frame = EQUAL[kind]()
    DataFrameMaterializer(str(folder)).save(frame)
    assert_same(frame, DataFrameMaterializer(str(folder)).load(Frame))


@pytest.mark.parametrize("kind", REFUSED)
def test_kind_is_refused(kind: str, folder: Path) -> None:
    """A frame of this kind is refused with what was found and what to do, and not written."""
    make, message = REFUSED[kind]
    with pytest.raises(DataFrameMaterializationError) as caught:
        DataFrameMaterializer(str(folder)).save(make())
    assert message in str(caught.value)
    assert "Remedy: " in str(caught.value)
    assert list(folder.iterdir()) == []


def test_all_problems_are_told_at_once(folder: Path, snapshot: SnapshotAssertion) -> None:
    """One error names every column that cannot be stored, and the other parts too."""
    frame = Frame(
        {
            "fine": [1, 2],
            "mixed": [1, "a"],
            7: [(1,), (2,)],
            "wave": [1j, 2j],
        },
        index=pd.Index([("a", 1), ("b", 2)], tupleize_cols=False),
    )
    with pytest.raises(DataFrameMaterializationError) as caught:
        DataFrameMaterializer(str(folder)).save(frame)
    assert str(caught.value) == snapshot
    assert [(problem.part, problem.name) for problem in caught.value.problems] == [
        ("column labels", None),
        ("column", "mixed"),
        ("column", "7"),
        ("column", "wave"),
        ("index", None),
    ]


def test_messages_hold_no_values(folder: Path) -> None:
    """A refusal tells types; a value of the data in a log would be a leak."""
    number = "4111 1111 1111 1111"
    values = {"x": [1, number], "y": [number + "\ud800", ""], "z": [{number: 1}, {"b": 2}]}
    frame = Frame({name: pd.Series(value, dtype=object) for name, value in values.items()})
    with pytest.raises(DataFrameMaterializationError) as caught:
        DataFrameMaterializer(str(folder)).save(frame)
    assert len(caught.value.problems) == 3
    assert "4111" not in str(caught.value)


def test_too_many_categories_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Categories beyond what a footer can hold are told of the largest column, before writing."""
    monkeypatch.setattr(_frame, "_NOTE_SIZE", 10_000)
    many = [f"category {number}" for number in range(1_000)]
    frame = Frame({"few": ["a"] * 1_000, "many": many}).astype("category")
    with pytest.raises(DataFrameMaterializationError) as caught:
        DataFrameMaterializer(str(folder)).save(frame)
    (problem,) = caught.value.problems
    assert (problem.name, problem.found[:16]) == ("many", "1,000 categories")
    DataFrameMaterializer(str(folder)).save(frame[["few"]])


def test_a_column_that_is_read_differently_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a version of pandas or Arrow reads differently, a save finds out by trying."""
    decode = _column._DECODERS["extension"]

    def differently(stored: Any, spec: dict[str, Any]) -> Any:
        values = decode(stored, spec)
        return {"Int8": values, "Int16": values + 1, "Int32": values.astype("Int64")}[spec["dtype"]]

    monkeypatch.setitem(_column._DECODERS, "extension", differently)
    frame = Frame({"a": [1], "b": [1], "c": [1]}).astype({"a": "Int8", "b": "Int16", "c": "Int32"})
    with pytest.raises(DataFrameMaterializationError) as caught:
        DataFrameMaterializer(str(folder)).save(frame)
    assert [(problem.name, problem.found) for problem in caught.value.problems] == [
        ("b", "dtype Int16 with values that would come back changed"),
        ("c", "dtype Int32 that would come back as Int64"),
    ]
    frame["d"] = frame["a"].astype("UInt8")
    with pytest.raises(DataFrameMaterializationError) as caught:
        DataFrameMaterializer(str(folder)).save(frame)
    assert [(problem.name, problem.found) for problem in caught.value.problems] == [
        ("d", "dtype UInt8 with values that Parquet cannot hold"),
    ]


def test_categories_do_not_depend_on_the_reader() -> None:
    """Where a reader of Parquet orders the categories anew, each row keeps its own."""
    values = pd.Series(pd.Categorical(["b", None, "a"], categories=["c", "b", "a"]))
    _, spec = _column.encode(values)
    anew = pa.chunked_array([pa.array(["b"]), pa.array([None, "a"])]).dictionary_encode()
    loaded = _column.decode(pa.chunked_array([anew.chunk(0), anew.chunk(1)]), spec)
    assert loaded.equals(values.array)


def test_an_index_that_is_read_differently_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trial compares the index and the column labels too, with their types and names."""
    decode = _index.decode_index
    monkeypatch.setattr(_frame, "decode_index", lambda *stored: decode(*stored).rename("new"))
    with pytest.raises(DataFrameMaterializationError) as caught:
        DataFrameMaterializer(str(folder)).save(Frame({"a": [1]}))
    assert [problem.part for problem in caught.value.problems] == ["column labels", "index"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
TIMES = st.datetimes(*(pd.Timestamp(year).to_pydatetime() for year in ("1900", "2200")))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint8": st.integers(0, 255),
    "float32": st.floats(width=32),
    "float64": st.floats(),
    "bool": st.booleans(),
    "datetime64[ns]": TIMES,
    "datetime64[s]": TIMES,
    "datetime64[us, Europe/Berlin]": TIMES,
    "timedelta64[ms]": st.timedeltas(dt.timedelta(-999), dt.timedelta(999)),
    "Int16": st.none() | st.integers(-(2**15), 2**15 - 1),
    "Float64": st.none() | st.floats(allow_nan=False),
    "boolean": st.none() | st.booleans(),
    "string[python]": st.none() | TEXT,
    "string[pyarrow]": st.none() | TEXT,
    "category": st.none() | TEXT,
    "object": st.none() | TEXT,
}
OBJECTS = [
    st.binary(max_size=3),
    st.booleans(),
    st.dates(),
    st.decimals(),
    st.decimals(places=2, min_value=-99, max_value=99),
    st.dictionaries(TEXT, st.integers(0, 9), max_size=1),
    st.floats(),
    st.integers(),
    st.just(NAN),
    st.just(pd.NA),
    st.lists(st.none() | st.floats(), max_size=2),
    st.none(),
    st.times(),
    st.tuples(st.integers()),
    TEXT,
]


def series(values: list[Any], dtype: Any) -> Any:
    """Return a column; `pandas.Series` itself does not convert every one of these."""
    if "Berlin" in dtype:
        return pd.Series(pd.to_datetime(values, utc=True)).astype(dtype)
    return pd.Series(values, dtype=dtype)


@st.composite
def frames(draw: st.DrawFn) -> Any:
    """Draw a frame of any dtypes, labels and index that Parquet can hold."""
    count = draw(st.integers(0, 5))
    lists = st.sampled_from(sorted(VALUES)).flatmap(
        lambda dtype: st.tuples(
            st.lists(VALUES[dtype], min_size=count, max_size=count), st.just(dtype)
        )
    )
    drawn = draw(st.lists(lists, max_size=5))
    size = len(drawn)
    names = draw(
        st.lists(TEXT, min_size=size, max_size=size, unique=True)
        | st.lists(st.integers(0, 99), min_size=size, max_size=size, unique=True)
    )
    frame = Frame({place: series(*column) for place, column in enumerate(drawn)})
    frame.columns = pd.Index(names, name=draw(st.none() | TEXT))
    frame.index = (
        draw(
            st.just(pd.RangeIndex(count))
            | st.lists(TEXT, min_size=count, max_size=count).map(
                lambda v: pd.Index(v, dtype=object)
            )
            | TIMES.map(lambda start: pd.date_range(start, periods=count, freq="h", tz=BERLIN))
        )
        if size
        else pd.RangeIndex(count)
    )
    return frame


@settings(max_examples=150, deadline=None)
@given(frame=frames())
@example(frame=pd.DataFrame({"": [False]}, index=["freq"]))
def test_frames_come_back_equal(frame: Frame, assert_same: Check) -> None:
    """Frames of all common dtypes, labels and kinds of index come back as they were."""
    assert_same(frame, through_a_file(frame))


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=2).flatmap(
        lambda kinds: st.lists(st.one_of(kinds), max_size=4)
    )
)
def test_objects_come_back_equal_or_are_refused(values: list[Any], assert_same: Check) -> None:
    """Whatever objects a column holds, they come back with type and value, or not at all."""
    frame = column(values)
    try:
        loaded = through_a_file(frame)
    except DataFrameMaterializationError:
        return
    assert_same(frame, loaded)


def through_a_file(frame: Frame) -> Any:
    """Save and load a frame, without the folder that hypothesis would have to share."""
    with tempfile.TemporaryDirectory(dir=Client().active_stack.artifact_store.path) as uri:
        DataFrameMaterializer(uri).save(frame)
        return DataFrameMaterializer(uri).load(Frame)
