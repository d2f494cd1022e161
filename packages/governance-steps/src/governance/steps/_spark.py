"""What Spark says in its own way."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
from pyspark.sql import functions

from governance.steps._check import Check
from governance.steps._dialect import Derived, Dialect
from governance.steps._extract import MOST_ROWS, Extract
from governance.steps._fact import FrameFacts
from governance.steps._pattern import whole
from governance.steps._query import measure_query
from governance.steps._query_field import Field, counted_frame, field_of

_FUNCTIONS: Any = functions  # whose types leave some out
_UNABLE = {"order": "a PySpark DataFrame, whose rows have no order"}
if not hasattr(functions, "arrow_udf"):
    _UNABLE["pattern"] = "a PySpark DataFrame, of which patterns need PySpark 4.1"
_EPOCH = "timestamp_ntz'1970-01-01'"


def measure_spark(dataset: Any, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a frame by queries, see `measure_query`.

    Args:
        dataset: The data.
        checks: What is asked.
        now: The time from which a column's age is counted.
    """
    return measure_query(SparkDialect(dataset), checks, now)


class SparkDialect(Dialect):
    """A PySpark DataFrame.

    Args:
        dataset: The frame.
    """

    unable = _UNABLE

    def __init__(self, dataset: Any) -> None:
        self._labels = list(dataset.columns)
        # By their place: two columns may have one name.
        self._named = dataset.toDF(*(f"c{place}" for place in range(len(self._labels))))

    def fields(self) -> list[Field]:
        """Describe the columns."""
        schema = nw.from_native(self._named).collect_schema()
        native = [each.dataType.simpleString() for each in self._named.schema.fields]
        columns = zip(self._labels, native, schema.values(), strict=True)
        return [
            field_of(place, label, _counted(kind, dtype), nested=kind == "variant")
            for place, (label, kind, dtype) in enumerate(columns)
        ]

    def prepared(self, derived: Sequence[Derived]) -> Any:
        """Return the frame with columns that mean the same on all engines."""
        native = [each.dataType.simpleString() for each in self._named.schema.fields]
        frame = self._named.selectExpr(
            *(
                f"{_same(field, kind)} AS {field.name}"
                for field, kind in zip(self.fields(), native, strict=True)
            )
        )
        for each in derived:
            frame = frame.withColumn(each.name, _bad(each))
        return frame

    def answers(self, queries: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the one row with which each query is answered."""
        return [tuple(query.collect()[0]) for query in queries]


def _counted(native: str, dtype: Any) -> Any:
    """Return a type with the unit in which its times are counted here."""
    between = native.startswith("interval") and "year" not in native and "month" not in native
    return nw.Duration("us") if between else dtype


def _same(field: Field, native: str) -> str:
    cells = field.name
    if field.family == "float":
        # Adding 0.0 turns -0.0 into 0.0, which some groupings tell apart.
        return f"CASE WHEN isnan({cells}) THEN NULL ELSE CAST({cells} AS DOUBLE) + 0D END"
    if native == "timestamp":
        return f"unix_micros({cells})"
    if field.family == "datetime":
        return f"timestampdiff(MICROSECOND, {_EPOCH}, {cells})"
    if field.family == "duration":
        return f"timestampdiff(MICROSECOND, {_EPOCH}, {_EPOCH} + {cells})"
    if field.family == "date":
        return f"unix_date({cells})"
    return cells


def _bad(derived: Derived) -> Any:
    missed = _missed(whole(derived.check.parameters["pattern"]))
    missed.__annotations__ = {"texts": pa.Array, "return": pa.Array}  # how Spark calls it
    return _FUNCTIONS.arrow_udf(missed, "boolean")(derived.field.name)


def _missed(pattern: str) -> Callable[[Any], Any]:
    """Return what runs beside the data, where this component need not be installed.

    Spark's own patterns have another syntax, and some would backtrack for ever.
    """

    def missed(texts: Any) -> Any:
        import pyarrow.compute  # noqa: PLC0415 (another process)

        return pyarrow.compute.invert(pyarrow.compute.match_substring_regex(texts, pattern))

    return missed


def extract_spark(dataset: Any) -> Extract:
    """Return what can be brought of a frame to the driver.

    Args:
        dataset: The data.
    """
    labels = tuple(dataset.columns)

    def columns(places: Sequence[int]) -> pd.DataFrame:
        return _in_pandas(SparkDialect(dataset), places)

    def sample() -> pd.DataFrame:
        return _in_pandas(SparkDialect(dataset.limit(MOST_ROWS)), range(len(labels)))

    return Extract(labels, dataset.count, columns, sample)


def _in_pandas(dialect: SparkDialect, places: Sequence[int]) -> pd.DataFrame:
    every = dialect.fields()
    fields = [every[place] for place in places]
    frame = dialect.prepared(()).select(*(field.name for field in fields))
    table = (
        frame.toArrow()
        if hasattr(frame, "toArrow")  # PySpark 4
        else pa.Table.from_pylist([row.asDict() for row in frame.collect()])
    )
    return counted_frame(table, fields)
