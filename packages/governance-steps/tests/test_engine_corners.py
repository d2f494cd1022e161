"""Columns and limits that engines treat each in their own way."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from governance.steps import _polars
from governance.steps._about import About
from governance.steps._check import Check
from governance.steps._data_report import data_report
from governance.steps._engine import engine_of
from governance.steps._extract import sample_of
from governance.steps._fact import FrameFacts, Measure
from governance.steps._frame import read_facts
from governance.steps._judgement import judge_frame
from governance.steps._part_source import Found
from governance.steps._whole import measure_parts

NAN = float("nan")
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.timezone.utc)
FRAMES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "pyarrow Table": lambda table: table,
    "pyarrow Dataset": lambda table: ds.dataset(table.to_batches(max_chunksize=2)),
    "DuckDB": duckdb.from_arrow,
}


def measured(frame: Any, *checks: Check) -> list[Measure]:
    measures = read_facts(frame, checks).measures
    return [measures[number] for number in range(len(checks))]


def limits(least: Any, most: Any) -> Check:
    return Check("range", ("a",), {"min": least, "max": most})


def prices(*cells: str) -> pa.Array:
    return pa.array(map(Decimal, cells), pa.decimal128(5, 2))


@pytest.mark.parametrize("engine", FRAMES)
@pytest.mark.parametrize(
    ("column", "check", "count"),
    [
        (prices("1.25", "-999.99"), limits(10**4, None), 2),
        (prices("1.25", "999.99"), limits(None, -(10**4)), 2),
        (prices("1.25", "999.99"), limits(-(10**9), 10**9), 0),
        (prices("1.25", "1.26"), limits(1.255, None), 1),
        (prices("1.25", "1.26"), limits(None, 1.255), 1),
        (prices("1.25", "1.26"), Check("allowed", ("a",), {"values": ("x", 10**9, 1.255)}), 2),
        (pa.array([1.5, -1.5]), limits(10**400, None), 2),
        (pa.array([1.5, -1.5]), limits(-(10**400), 10**400), 0),
        (pa.array([1.5, NAN]), Check("allowed", ("a",), {"values": (10**400, 1.5)}), 0),
        (pa.array([1, 2], pa.int8()), limits(-1000, 1000), 0),
        (pa.array([1, 2], pa.int8()), limits(1000, None), 2),
        (pa.array([1, 2], pa.uint8()), limits(None, -1), 2),
        (pa.array([2**64 - 1], pa.uint64()), limits(None, 2**64 - 2), 1),
        (pa.array([2**53, 2**53 + 1]), limits(None, 2**53), 1),
        (pa.array([1.1], pa.float32()), limits(1.1, None), 0),
        (pa.array([1.1], pa.float32()), limits(None, 1.1), 1),
        (pa.array([True, False]), Check("allowed", ("a",), {"values": (1,)}), 2),
        (pa.array(["\u0661"]), Check("pattern", ("a",), {"pattern": r"\d"}), 1),
        (pa.array(["it's"]), Check("pattern", ("a",), {"pattern": r"it's\pL*"}), 0),
        (pa.array(["a\nb"]), Check("pattern", ("a",), {"pattern": "a.b"}), 1),
        (pa.array(["e\u0301"]), Check("length", ("a",), {"min": 2, "max": 2}), 0),
        (pa.array(["\U0001f9be"]), Check("length", ("a",), {"min": 2, "max": None}), 1),
    ],
    ids=str,
)
def test_limits_and_patterns_at_the_edge(
    engine: str, column: pa.Array, check: Check, count: int
) -> None:
    """Limits beyond or between what a column holds, and patterns, mean the same everywhere."""
    (found,) = measured(FRAMES[engine](pa.table({"a": column})), check)
    assert (found.count, found.problem) == (count, None)


@pytest.mark.parametrize("engine", FRAMES)
def test_decimals_have_no_order_beside_text(engine: str) -> None:
    """A limit that is no number is told as the problem it is."""
    (found,) = measured(FRAMES[engine](pa.table({"a": prices("1")})), limits("x", None))
    assert found.problem == "object, with cells that have no order beside the rule's values"


def facts_of(frame: Any, *checks: Check) -> FrameFacts:
    return read_facts(frame, [*checks, Check("max_duplicate_fraction", (), {"limit": 0.0})])


KEYS = {
    "text": pa.array(["a", "b", "a", None, "c", None]),
    "decimal": pa.array([Decimal(1), Decimal(2), Decimal(1), None, Decimal(3), None]),
    "dictionary": pa.array(["a", "b", "a", None, "c", None]).dictionary_encode(),
    "numbers by code": pa.array([1, 2, 1, None, 3, None]).dictionary_encode(),
    "bytes": pa.array([b"a", b"\xff", b"a", None, b"c", None]),
    "time of day": pa.array([dt.time(1), dt.time(2), dt.time(1), None, dt.time(3), None]),
    "NaN beside null": pa.array([1.0, 2.0, 1.0, NAN, 3.0, None]),
    "zeros": pa.array([0.0, 1.0, -0.0, None, 2.0, None]),
    "views": pa.array(["a", "b", "a", None, "c", None], pa.string_view()),
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("engine", ["polars", "pyarrow Table", "pyarrow Dataset"])
def test_repeated_keys_of_every_kind_are_found(engine: str, kind: str) -> None:
    """Keys are compared over the borders of parts, whatever an engine makes of the type."""
    table = pa.table({"a": KEYS[kind], "b": ["x", "x", "x", "x", "x", "y"]})
    key, pair = Check("unique_key", ("a",)), Check("unique_key", ("a", "b"))
    for checks in ((), (key, pair), (pair, key)):
        facts = facts_of(FRAMES[engine](table), *checks)
        assert facts.duplicates == Measure(1, (2,))
        for number, check in enumerate(checks):
            assert facts.measures[number] == (
                Measure(2, (2, 5)) if check is key else Measure(1, (2,))
            )


@pytest.mark.parametrize("words", [["a", "b", "b", "a"], [1, 2, 2, 1]], ids=str)
def test_keys_of_categories_that_each_part_counts_for_itself(words: list[Any]) -> None:
    """The codes of a dictionary mean something else in each batch, and are not compared."""
    batches = [
        pa.record_batch({"a": pa.array([*part, None]).dictionary_encode()})
        for part in (words[:1], words[1:2], words[2:])
    ]
    facts = facts_of(ds.dataset(batches), Check("unique_key", ("a",)))
    assert facts.measures[0] == Measure(4, (3, 4, 5, 6)) == facts.duplicates


@pytest.mark.parametrize("engine", FRAMES)
@pytest.mark.parametrize(("operator", "count"), [("<", 0), ("==", 1)])
def test_integers_with_and_without_a_sign_are_compared_exactly(
    engine: str, operator: str, count: int
) -> None:
    """Two numbers that would be one as a float are two."""
    signed, unsigned = pa.array([2**63 - 1], pa.int64()), pa.array([2**63], pa.uint64())
    frame = FRAMES[engine](pa.table({"a": signed, "b": unsigned}))
    (found,) = measured(frame, Check("comparison", ("a", "b"), {"operator": operator}))
    assert (found.count, found.problem) == (count, None)


@pytest.mark.parametrize("engine", FRAMES)
def test_keys_of_lists_are_not_compared(engine: str) -> None:
    """What cannot be compared is a problem of keys, shares and duplicated rows alike."""
    frame = FRAMES[engine](pa.table({"a": [[1], [1], [2]], "b": [1, 2, 3]}))
    shares = [Check(kind, ("a",), {"limit": 1.0}) for kind in ("max_value_share",)]
    facts = facts_of(frame, Check("unique_key", ("a",)), *shares)
    problem = "object, with cells that cannot be compared"
    assert [facts.measures[number].problem for number in (0, 1)] == [problem, problem]
    assert (facts.duplicates, facts.incomparable) == (None, ("a",))


def test_enums_and_wide_integers_of_polars() -> None:
    """Enums are text without an order; integers of 128 bits are compared as they are."""
    frame = pl.DataFrame(
        {
            "a": pl.Series([2**100, 5], dtype=pl.Int128),
            "e": pl.Series(["x", "y"], dtype=pl.Enum(["y", "x"])),
        }
    )
    checks = [
        limits(0, 2**100 - 1),
        Check("allowed", ("e",), {"values": ("x",)}),
        Check("order", ("e",), {"order": "increasing"}),
        Check("dtype", ("e",), {"dtype": "text"}),
    ]
    found = measured(frame, *checks)
    assert found[:2] == [Measure(1, (0,)), Measure(1, (1,))]
    assert found[2].problem == "category, which has no order"
    assert found[3].figure == "text"


def test_decimals_wider_than_those_of_arrow() -> None:
    """A decimal of more digits than 128 bits hold is judged where an engine has it."""
    table = pa.table({"a": pa.array([Decimal(10) ** 50, Decimal(1)], pa.decimal256(60, 2))})
    assert measured(table, limits(0, 10**49)) == [Measure(1, (0,))]


def test_pattern_of_polars_text_is_that_of_re2() -> None:
    """In polars' own syntax of patterns, the digits of all scripts are digits."""
    texts = pl.Series(["1", "\u0661", None])
    matched = _polars._matched(r"\A(?:\d)\z")(texts)
    assert matched.to_list() == [True, False, None]
    assert texts.str.contains(r"\A(?:\d)\z").to_list() == [True, True, None]


def test_examples_of_duplicates_are_given_where_the_rows_are_in_memory() -> None:
    """Eager frames name repeated rows; lazy ones would have to be collected for them."""
    frame = pl.DataFrame({"a": [1, 1, 2]})
    assert facts_of(frame).duplicates == Measure(1, (1,))
    assert facts_of(frame.lazy()).duplicates == Measure(1)


def test_what_is_half_loaded_is_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module without the type that is looked for, as while it is imported, has no frames."""
    monkeypatch.setitem(__import__("sys").modules, "dask.dataframe", object())
    assert engine_of(3) is None


def test_data_of_dates_and_times_is_as_old_as_its_newest() -> None:
    """Days and times of every unit are as old as on pandas, up to the time between the calls."""
    check = Check("freshness", ("a",), {"limit": 1.0})
    for unit in (pa.date32(), pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("ns", "UTC")):
        column = pa.array([0, 20_000, None], pa.int64())
        if unit == pa.date32():
            column = column.cast(pa.int32())
        table = pa.table({"a": column.cast(unit)})
        (expected,) = measured(FRAMES["pandas"](table), check)
        for engine in ("polars", "pyarrow Dataset", "DuckDB"):
            (found,) = measured(FRAMES[engine](table), check)
            assert found.figure == pytest.approx(expected.figure, abs=60)


class InTwo:
    """A frame of Python objects in two parts, as Dask may have it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._parts = [frame.iloc[:2], frame.iloc[2:]]

    def each(self, work: Callable[..., Found], *more: Iterable[Any]) -> Iterator[Found]:
        return map(work, self._parts, *more)


def test_objects_are_compared_over_the_borders_of_parts() -> None:
    """Python objects of several types are keys, have shares, and are of the families they are."""
    cells = [1, "1", None, 1.0, (1, 2), None]
    words = [None, None, "x", "y", "x", "x"]
    frame = pd.DataFrame({"a": cells, "b": words}, dtype=object)
    checks = [
        Check("unique_key", ("a",)),
        Check("max_value_share", ("a",), {"limit": 1.0}),
        Check("dtype", ("a",), {"dtype": "text"}),
        Check("dtype", ("b",), {"dtype": "text"}),
        Check("order", ("b",), {"order": "increasing"}),
    ]
    facts = measure_parts(InTwo(frame), checks, NOW)
    assert [facts.measures[number] for number in range(5)] == [
        Measure(2, (3, 5)),
        Measure(figure=0.5),
        Measure(figure="object"),
        Measure(figure="text"),
        Measure(1, (4,)),
    ]


def reported(frame: Any) -> str:
    facts = read_facts(frame, [])
    about = About(NOW, "1.1.0")
    return data_report(judge_frame([], facts), facts, about, sample_of(frame))


ODD = pa.table(
    {
        "tags": pa.array([[1.0], None], pa.list_(pa.float64())),
        "pair": pa.array([{"a": 1}, {"a": 2}]),
        "blob": pa.array([b"x", None]),
        "hour": pa.array([dt.time(2), None], pa.time64("us")),
        "kind": pa.array(["a", None]).dictionary_encode(),
        "price": pa.array([Decimal(1), None], pa.decimal128(30, 2)),
        "span": pa.array([dt.timedelta(1), None], pa.duration("us")),
        "nothing": pa.nulls(2),
    }
)


@pytest.mark.parametrize("engine", FRAMES)
def test_any_column_has_its_row_in_the_report(engine: str) -> None:
    """Nested, binary and empty columns, categories and times of day do not break the report."""
    page = reported(FRAMES[engine](ODD))
    assert all(f'<th scope="row">{name}</th>' in page for name in ODD.column_names)


def test_columns_that_arrow_does_not_have_are_in_the_report() -> None:
    """Python objects and integers of 128 bits, which only polars has, have their rows too."""
    frame = pl.DataFrame(
        {
            "thing": pl.Series([object(), 1, "x"], dtype=pl.Object),
            "wide": pl.Series([1, 2, 3], dtype=pl.Int128),
            "^a.*$": [1, 2, 3],
        }
    )
    for each in (frame, frame.lazy(), frame.select("thing")):
        assert '<th scope="row">thing</th>' in reported(each)
    assert "There are no columns." in reported(pl.DataFrame())
    assert "There are no columns." in reported(pa.table({}))


def test_text_in_views_is_in_the_report() -> None:
    """A Table of string views, of which Arrow cannot take single rows, has its report."""
    assert '<th scope="row">a</th>' in reported(pa.table({"a": pa.array(["x"], pa.string_view())}))
