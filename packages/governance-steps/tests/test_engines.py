"""One rich frame, on every engine: the same verdicts, counts and messages."""

import datetime as dt
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from governance.steps import DataContract, GateConfigurationError, _frame, validate_data_quality
from governance.steps._check import Check
from governance.steps._extract import sample_of
from governance.steps._frame import read_facts
from governance.steps._judgement import judge_frame
from governance.steps._reference import read_reference
from governance.steps._verdict import Outcome

gate = validate_data_quality.entrypoint
Build = Callable[[pa.Table, Path], Any]

UTC = dt.timezone.utc
NOW = dt.datetime(2026, 3, 1, tzinfo=UTC)
STEPS = [1, 5, 3, None, 7, 8, 9, 1, 20, 4, 4, 4]


def moments(months: list[int | None], unit: str) -> pa.Array:
    days = [None if day is None else dt.datetime(2026, 1, day, 12, tzinfo=UTC) for day in months]
    return pa.array(days, pa.timestamp("us", "UTC")).cast(pa.timestamp(unit))


def prices(*cells: str | None) -> pa.Array:
    return pa.array([cell and Decimal(cell) for cell in cells], pa.decimal128(10, 2))


NAN, INF = float("nan"), float("inf")
TABLE = pa.table(
    {
        "id": ["a", "b", "c", "d", "e", "f", "g", "a", "i", "j", None, None],
        "age": pa.array([20, -5, 200, 7, 30, 31, 32, 20, 8, 9, 20, 20], pa.int64()),
        "big": pa.array([2**63, 0, 1, 4, 5, 6, 7, 2**63, 9, 10, 11, 11], pa.uint64()),
        "score": pa.array([1, NAN, INF, -INF, 0, -0.0, None, 1, 4.5, 2.5, None, NAN], pa.float64()),
        "half": pa.array([1.5, None, 3.25, 4, 5, 6, 7, 1.5, 9, 10, 11, 11], pa.float32()),
        "plan": ["basic", "plus", "pro", "gold", None, *["basic"] * 3, "x1\n", "zürich", "a", "a"],
        "start": moments(STEPS, "us"),
        "end": moments([2, 4, 5, 6, None, 9, 9, 2, 10, 5, 1, 1], "ms"),
        "zoned": pa.array([NOW] * 12, pa.timestamp("us", "UTC")),
        "day": pa.array([day and dt.date(2026, 1, day) for day in STEPS], pa.date32()),
        "span": pa.array([h and dt.timedelta(hours=h) for h in STEPS], pa.duration("us")),
        "ok": [True, False, False, True, True, True, True, True, False, False, True, True],
        "price": prices("1.25", "2.5", None, "100", "3", "4", "5", "1.25", *["9"] * 4),
        "empty": pa.array([None] * 12, pa.string()),
        "extra": ["x"] * 12,
    }
)
COLUMNS: dict[str, dict[str, Any]] = {
    "score": {
        "dtype": "integer",
        "missing": 0.01,
        "min": -1,
        "max": 4,
        "finite": True,
        "order": "increasing",
        "allowed": [0, 1.0, 4.5],
        "max_share": 0.1,
    },
    "id": {"unique": True, "pattern": "[a-d]", "length": {"min": 2}, "order": "increasing"},
    "age": {
        "min": 0,
        "max": 120,
        "allowed": [20, 30.0, "x"],
        "order": "decreasing",
        "max_share": 0.1,
        "min_share": 0.5,
        "unique": True,
        "pattern": "x",
    },
    "big": {"min": 1, "max": 2**63 - 1, "order": "increasing", "allowed": [0, 2**63, 2**70]},
    "half": {"max": 3.2, "min": 1.6, "allowed": [1.5, 3.25], "dtype": "text"},
    "plan": {
        "pattern": "[a-z]+",
        "length": {"min": 4, "max": 5},
        "allowed": ["basic", 1],
        "max_share": 0.2,
        "min_share": 0.2,
    },
    "start": {
        "min": "2026-01-03T12:00",
        "max": dt.datetime(2026, 1, 9, 12),  # noqa: DTZ001 (a column without a zone)
        "max_age": "1d",
        "allowed": ["2026-01-01T12:00"],
        "order": "increasing",
        "pattern": "x",
    },
    "end": {"min": dt.date(2026, 1, 3), "max_age": "1d", "order": "decreasing", "max_share": 0.1},
    "zoned": {"max": "2025-01-01", "max_share": 0.1, "unique": True},
    "day": {"min": dt.date(2026, 1, 3), "order": "increasing", "max_share": 0.1, "dtype": "text"},
    "span": {"min": "2h", "max": "9h", "allowed": ["1h"], "order": "increasing", "max_age": "1d"},
    "ok": {"allowed": [True], "order": "increasing", "max_share": 0.3, "min": 1, "length": {}},
    "price": {
        "min": 1.5,
        "max": 9,
        "allowed": [1.25, 9, "x"],
        "order": "decreasing",
        "pattern": "x",
        "length": {"max": 3},
        "max_share": 0.1,
        "min_share": 0.5,
        "dtype": "float",
    },
    "empty": {"pattern": "x", "max_share": 0.1, "min_share": 0.1, "unique": True},
    "nowhere": {"min": 1},
}
PAIRS = "start < end, age > big, score == half, id >= plan, price != half, price < age, ok < ok"
PAIRS += ", start < day, start < zoned, day != day, span > span, id < age"
RULES: dict[str, Any] = {
    "rows": {"min": 100},
    "missing": 0.01,
    "duplicates": 0.01,
    "key": ["id", "age"],
    "extra_columns": False,
    "ordered": True,
    "columns": COLUMNS,
    "compare": [
        dict(zip(("left", "operator", "right"), pair.split(), strict=True))
        for pair in PAIRS.split(", ")
    ],
}
MORE = [Check("max_rows", (), {"limit": 5}), Check("max_column_missing_fraction", (), {"limit": 0})]
CHECKS = [*DataContract.of(RULES).checks(), *MORE]


def in_files(table: pa.Table, folder: Path) -> Path:
    """Write a table as several Parquet files of several row groups."""
    for number, start in enumerate(range(0, max(len(table), 1), 5)):
        part = table.slice(start, 5)
        pq.write_table(part, folder / f"{number}.parquet", row_group_size=2)
    return folder


def on_dask(table: pa.Table, _: Path) -> Any:
    from dask import dataframe

    make: Any = dataframe.from_pandas
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return make(frame, npartitions=3)


def on_spark(table: pa.Table, _: Path) -> Any:
    from pyspark.sql import SparkSession, types

    session: Any = SparkSession.active()
    plain = {
        pa.uint64(): types.DecimalType(20, 0),
        pa.timestamp("us"): types.TimestampNTZType(),
        pa.timestamp("ms"): types.TimestampNTZType(),
    }
    kinds = {
        "string": types.StringType(),
        "int64": types.LongType(),
        "double": types.DoubleType(),
        "float": types.FloatType(),
        "date32[day]": types.DateType(),
        "duration[us]": types.DayTimeIntervalType(),
        "bool": types.BooleanType(),
        "decimal128(10, 2)": types.DecimalType(10, 2),
    }
    fields = [
        types.StructField(
            field.name,
            plain.get(field.type) or kinds.get(str(field.type)) or types.TimestampType(),
        )
        for field in table.schema
    ]
    cells = [
        [
            Decimal(cell) if field.type == pa.uint64() else cell
            for cell in table[field.name].to_pylist()
        ]
        for field in table.schema
    ]
    return session.createDataFrame(list(zip(*cells, strict=True)), types.StructType(fields))


FRAMES: dict[str, Build] = {
    "pandas": lambda table, _: table.to_pandas(),
    "pandas on Arrow": lambda table, _: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda table, _: pl.from_arrow(table),
    "polars, lazily": lambda table, folder: pl.scan_parquet(in_files(table, folder)),
    "pyarrow Table": lambda table, _: table,
    "pyarrow Dataset": lambda table, folder: ds.dataset(in_files(table, folder)),
    "DuckDB": lambda table, _: duckdb.from_arrow(table),
    "Dask": on_dask,
    "PySpark": on_spark,
}
OWN_SESSION = [pytest.mark.engines, pytest.mark.filterwarnings("ignore")]
NAMES = [
    pytest.param(name, marks=OWN_SESSION if name in {"Dask", "PySpark"} else [])
    for name in FRAMES
    if name != "pandas"
]
UNORDERED = {
    "DuckDB": "unknown: a DuckDB relation, whose rows have no order",
    "PySpark": "unknown: a PySpark DataFrame, whose rows have no order",
}


@pytest.fixture(scope="session")
def _spark() -> Iterator[None]:
    """Run Spark in this machine alone, and in another time zone than the data's."""
    pyspark = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    told = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "America/New_York",
    }
    builder = pyspark.SparkSession.builder.master("local[2]")
    for key, value in told.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    logging.getLogger("py4j").setLevel(logging.WARNING)  # it tells its end when logs are closed
    yield
    session.stop()


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every frame judged at one moment."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, _: Any = None) -> Any:
            return NOW

    monkeypatch.setattr(_frame, "datetime", Clock)


def outcomes(frame: Any, checks: list[Check]) -> list[Outcome]:
    return list(judge_frame(checks, read_facts(frame, checks)).outcomes)


def told(outcome: Outcome) -> tuple[Any, ...]:
    return (
        *(outcome.check, outcome.subject, outcome.required, outcome.found),
        *(outcome.count, outcome.passed),
    )


def made(name: str, table: pa.Table, folder: Path, request: pytest.FixtureRequest) -> Any:
    if name == "PySpark":
        request.getfixturevalue("_spark")
    return FRAMES[name](table, folder)


@pytest.mark.parametrize("name", NAMES)
def test_outcomes_are_those_of_pandas(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each check has the outcome, the figures and the message that it has on pandas."""
    expected = outcomes(TABLE.to_pandas(), CHECKS)
    found = outcomes(made(name, TABLE, tmp_path, request), CHECKS)
    if name in UNORDERED:
        for outcome in (each for each in found if each.check == "order"):
            assert (outcome.found, outcome.passed) == (UNORDERED[name], False)
        expected = [each for each in expected if each.check != "order"]
        found = [each for each in found if each.check != "order"]
    assert [told(each) for each in found] == [told(each) for each in expected]
    for one, other in zip(found, expected, strict=True):
        if one.check in {"unique_key", "max_duplicate_fraction"} and name == "polars, lazily":
            continue  # their rows would have to be brought together
        assert one.rows == (() if name in UNORDERED else other.rows), one


AGAINST = list(
    DataContract.of(
        {
            "reference": {
                "row_change": 0.1,
                "drift": "psi",
                "overlap": {"max": 0, "columns": ["id", "age"]},
            },
            "columns": {"score": {"drift": "ks"}, "start": {"drift": "js"}, "nowhere": {}},
        }
    ).checks()
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", ["data", "reference"])
def test_reference_is_of_any_engine(
    name: str, side: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Drift, overlap and change of rows are the same whatever engine holds data or reference."""

    def judged(data: Any, reference: Any) -> list[tuple[Any, ...]]:
        facts = replace(read_facts(data, AGAINST), against=read_reference(data, reference, AGAINST))
        return [told(each) for each in judge_frame(AGAINST, facts).outcomes]

    reference = TABLE.slice(3)
    expected = judged(TABLE.to_pandas(), reference.to_pandas())
    if side == "data":
        found = judged(made(name, TABLE, tmp_path, request), reference.to_pandas())
    else:
        found = judged(TABLE.to_pandas(), made(name, reference, tmp_path, request))
    assert [each[4] for each in expected if each[0] == "max_overlap"] == [10]
    assert found == expected


@pytest.mark.parametrize("name", ["pandas", *NAMES])
def test_sample_has_all_columns_and_few_rows(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a report some rows of each engine's frame are brought into memory, with their names."""
    frame = made(name, TABLE, tmp_path, request)
    assert sample_of(frame)["age"].astype("int64").tolist() == TABLE["age"].to_pylist()
    for module in ("_sample", "_arrow_dataset", "_polars", "_duckdb", "_dask", "_spark"):
        if (loaded := sys.modules.get(f"governance.steps.{module}")) is not None:
            monkeypatch.setattr(loaded, "MOST_ROWS", 5, raising=False)
    sample = sample_of(frame)
    assert list(sample.columns) == TABLE.column_names
    spread = name in {"pandas", "pandas on Arrow", "polars", "pyarrow Table"}
    rows = [0, 2, 5, 8, 11] if spread else range(5)
    expected = [TABLE["age"][row].as_py() for row in rows]
    assert sample["age"].astype("int64").tolist() == expected


def test_frame_misses_every_kind_of_rule() -> None:
    """The frame that is compared fails each kind of check that there is."""
    missed = {each.check for each in outcomes(TABLE.to_pandas(), CHECKS) if not each.passed}
    assert {check.kind for check in CHECKS} - missed == set()


ODD = pa.table(
    {
        "tags": pa.array([[1.0, 2.0], [1.0, 2.0], None], pa.list_(pa.float64())),
        "pair": pa.array([{"a": 1}, {"a": 1}, {"a": 2}]),
        "blob": pa.array([b"x", b"y", b"x"]),
        "hour": pa.array([dt.time(2), dt.time(1), None], pa.time64("us")),
        "nothing": pa.nulls(3),
        "kind": pa.array(["a", None, "b"]).dictionary_encode(),
        "wide": pa.array([Decimal(10) ** 30, Decimal(-1), None], pa.decimal128(38, 2)),
    }
)
EACH: dict[str, dict[str, Any]] = {
    "range": {"min": 1, "max": 2},
    "allowed": {"values": ("a", 1)},
    "pattern": {"pattern": "a"},
    "length": {"min": 1, "max": 1},
    "finite": {},
    "order": {"order": "increasing"},
    "dtype": {"dtype": "integer"},
    "freshness": {"limit": 5.0},
    "unique_key": {},
    "max_value_share": {"limit": 0.1},
    "min_value_share": {"limit": 0.9},
}
ODD_CHECKS = [Check(kind, (name,), EACH[kind]) for kind in EACH for name in ODD.column_names]
ODD_CHECKS += [
    Check("max_duplicate_fraction", (), {"limit": 0.0}),
    *(
        Check("comparison", pair, {"operator": "<"})
        for name in ODD.column_names
        for pair in ((name, name), (name, "kind"), ("wide", name))
    ),
]


@pytest.mark.parametrize("name", ["polars", "pyarrow Table", "pyarrow Dataset", "DuckDB"])
def test_odd_columns_are_judged_or_refused_as_on_pandas(name: str, tmp_path: Path) -> None:
    """Nested, binary and empty columns, times of day, categories: the same, or refused."""
    kinds = {ODD.schema.field("kind").type: None}
    frame = ODD.to_pandas(types_mapper=lambda kind: kinds.get(kind, pd.ArrowDtype(kind)))
    expected = outcomes(frame, ODD_CHECKS)
    found = outcomes(FRAMES[name](ODD, tmp_path), ODD_CHECKS)
    differ = {
        (other.check, other.subject): one
        for one, other in zip(found, expected, strict=True)
        if told(one) != told(other)
    }
    for one in differ.values():
        if name == "DuckDB" and "nothing" in f"{one.subject} {one.required}":
            continue  # before its version 2, a column without a type is one of integers
        assert (str(one.found).startswith("unknown"), one.passed) == (True, False), one


GOOD = pa.table({"n": range(5), "s": list("abcde")})


@pytest.mark.parametrize("name", [pytest.param("pandas"), *NAMES])
def test_good_data_of_every_engine_comes_back_as_the_same_object(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What passes is the very object that came in."""
    frame = made(name, GOOD, tmp_path, request)
    rules = {"key": ["n"], "columns": {"s": {"pattern": "[a-e]"}, "n": {"dtype": "integer"}}}
    assert (
        gate(frame, min_rows=5, max_duplicate_fraction=0, contract=DataContract.of(rules)) is frame
    )


@pytest.mark.parametrize("name", NAMES)
def test_frame_without_rows_fails_for_what_it_lacks(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No share of nothing is computed on any engine."""
    frame = made(name, TABLE.slice(0, 0), tmp_path, request)
    expected = outcomes(TABLE.slice(0, 0).to_pandas(), CHECKS)
    assert list(map(told, outcomes(frame, CHECKS))) == list(map(told, expected))


SHAPE = [Check("min_rows", (), {"limit": 1}), Check("max_duplicate_fraction", (), {"limit": 0})]
SHAPE += [Check("finite", ("a",)), Check("unique_key", ("a",))]


@pytest.mark.parametrize(
    "frame",
    [pl.DataFrame(), pl.LazyFrame(), pa.table({}), ds.dataset(pa.table({}))],
    ids=lambda frame: type(frame).__name__,
)
def test_frame_without_columns_fails_for_what_it_lacks(frame: Any) -> None:
    """A frame without a column does not pass on any engine that has such frames."""
    missed = [each.check for each in outcomes(frame, SHAPE) if not each.passed]
    assert missed == ["min_rows", "has_columns", "required_columns"]


TWICE = pa.Table.from_arrays(
    [pa.array([1, 1]), pa.array([1, 2]), pa.array([3, 3])], ["a", "a", "b"]
)


@pytest.mark.parametrize(
    "frame",
    [TWICE, duckdb.sql("SELECT 1 AS a, 1 AS a, 3 AS b UNION ALL SELECT 1 AS a, 2 AS a, 3 AS b")],
    ids=["pyarrow Table", "DuckDB"],
)
def test_repeated_column_names_are_refused_with_everything_else(frame: Any) -> None:
    """Where an engine allows two columns of one name, the gate fails for it, and counts on."""
    checks = [*SHAPE, Check("unique_key", ("b",))]
    missed = [each for each in outcomes(frame, checks) if not each.passed]
    assert [(each.check, each.subject, each.count) for each in missed] == [
        ("unique_column_names", "a", None),
        ("unique_key", "b", 1),
    ]


def test_dataset_with_repeated_column_names_is_refused() -> None:
    """What pyarrow cannot read is told with its cause."""
    with pytest.raises(GateConfigurationError, match="two columns of one name: a"):
        read_facts(ds.dataset(TWICE), SHAPE)


def test_names_that_an_engine_takes_for_something_else() -> None:
    """A name that is a pattern, a placeholder, an index or a quotation is but a name."""
    names = ["^.*$", "*", "row", "c1", 'say "a"', "x0", "rows"]
    table = pa.table({name: [number, number] for number, name in enumerate(names)})
    checks = [Check("unique_key", (name,)) for name in names]
    checks += [Check("range", (name,), {"min": 3, "max": 3}) for name in names]
    checks += [Check("order", (name,), {"order": "decreasing"}) for name in names]
    expected = outcomes(table.to_pandas(), checks)
    assert outcomes(pl.from_arrow(table), checks) == expected
    found = outcomes(duckdb.from_arrow(table), checks)
    assert list(map(told, found))[:-7] == list(map(told, expected))[:-7]


def test_other_data_is_refused_with_all_that_is_accepted() -> None:
    """The error lists the engines."""
    with pytest.raises(GateConfigurationError) as caught:
        gate(pl.Series([1]))
    assert str(caught.value) == (
        "validate_data_quality accepts a pandas DataFrame, a polars DataFrame or LazyFrame, a "
        "pyarrow Table, a pyarrow Dataset, a DuckDB relation, a Dask DataFrame or a PySpark "
        "DataFrame, found polars.series.series.Series. Convert the data in the step before the "
        "gate."
    )


COUNTED = {"key": ["id"], "duplicates": 0, "columns": {"age": {"min": 0, "max_share": 1}}}


@pytest.mark.engines
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("_spark")
def test_spark_runs_no_more_jobs_than_queries_by_hand() -> None:
    """One aggregate, and one query for each of the key, the shares and duplicated rows."""
    from pyspark.sql import SparkSession, functions

    session: Any = SparkSession.active()
    frame = on_spark(TABLE, Path())
    checks = list(DataContract.of(COUNTED).checks())

    def jobs(name: str, work: Callable[[], object]) -> int:
        session.sparkContext.setJobGroup(name, name)
        work()
        return len(session.sparkContext.statusTracker().getJobIdsForGroup(name))

    def by_hand() -> None:
        frame.select(functions.count("id"), functions.max("age")).collect()
        for names in (["id"], ["age"], frame.columns):
            groups = frame.groupBy(*names).agg(functions.count("*").alias("n"))
            groups.select(functions.max("n")).collect()

    assert 0 < jobs("gate", lambda: outcomes(frame, checks)) <= jobs("hand", by_hand)
