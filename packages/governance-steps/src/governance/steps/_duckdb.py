"""What DuckDB says in its own way."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from governance.steps._check import Check
from governance.steps._dialect import Derived, Dialect
from governance.steps._extract import MOST_ROWS, Extract
from governance.steps._fact import FrameFacts
from governance.steps._pattern import whole
from governance.steps._query import measure_query
from governance.steps._query_field import Field, counted_frame, field_of


def measure_duckdb(dataset: Any, checks: Sequence[Check], now: datetime) -> FrameFacts:
    """Measure a frame by queries, see `measure_query`.

    Args:
        dataset: The data.
        checks: What is asked.
        now: The time from which a column's age is counted.
    """
    return measure_query(DuckDBDialect(dataset), checks, now)


class DuckDBDialect(Dialect):
    """A DuckDB relation.

    Args:
        dataset: The relation.
    """

    unable = MappingProxyType({"order": "a DuckDB relation, whose rows have no order"})

    def __init__(self, dataset: Any) -> None:
        self._relation = dataset
        # By their place: two columns may have one name.
        self._named = dataset.project(
            ", ".join(f"#{place + 1} AS c{place}" for place in range(len(dataset.columns)))
        )

    def fields(self) -> list[Field]:
        """Describe the columns."""
        schema = nw.from_native(self._named).collect_schema()
        columns = zip(self._relation.columns, self._relation.types, schema.values(), strict=True)
        return [
            field_of(
                place, name, _counted(str(native), dtype), nested=str(native).startswith("UNION")
            )
            for place, (name, native, dtype) in enumerate(columns)
        ]

    def prepared(self, derived: Sequence[Derived]) -> Any:
        """Return the relation with columns that mean the same on all engines."""
        columns = [f"{_same(field)} AS {field.name}" for field in self.fields()]
        frame = self._named.project(", ".join(columns))
        if not derived:
            return frame
        return frame.project(
            ", ".join(["*", *(f"{_bad(each)} AS {each.name}" for each in derived)])
        )

    def answers(self, queries: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the one row with which each query is answered."""
        return [query.fetchall()[0] for query in queries]


def _counted(native: str, dtype: Any) -> Any:
    """Return a type with the unit in which its times are counted here."""
    if native == "TIMESTAMPTZ_NS":  # which narwhals does not know yet
        return nw.Datetime("ns", "UTC")
    if isinstance(dtype, nw.Datetime) and dtype.time_unit != "ns":
        return nw.Datetime("us", dtype.time_zone)
    return dtype


def _same(field: Field) -> str:
    cells = field.name
    if field.family == "float":
        # Adding 0.0 turns -0.0 into 0.0, which some groupings tell apart.
        return f"CASE WHEN isnan({cells}) THEN NULL ELSE {cells}::DOUBLE + 0.0 END"
    if field.family == "datetime":
        return f"epoch_{'ns' if 'ns' in str(field.example.dtype) else 'us'}({cells})"
    if field.family == "duration":
        return f"epoch_us({cells})"
    if field.family == "date":
        return f"{cells} - DATE '1970-01-01'"
    return f"{cells}::VARCHAR" if field.family == "text" else cells


def _bad(derived: Derived) -> str:
    pattern = whole(derived.check.parameters["pattern"]).replace("'", "''")
    return f"NOT regexp_matches({derived.field.name}, '{pattern}')"


def extract_duckdb(dataset: Any) -> Extract:
    """Return what can be brought of a relation into memory.

    Args:
        dataset: The data.
    """

    def columns(places: Sequence[int]) -> pd.DataFrame:
        return _in_pandas(DuckDBDialect(dataset), places)

    def sample() -> pd.DataFrame:
        few = DuckDBDialect(dataset.limit(MOST_ROWS))
        return _in_pandas(few, range(len(dataset.columns)))

    return Extract(
        tuple(dataset.columns),
        lambda: int(dataset.aggregate("count(*)").fetchall()[0][0]),
        columns,
        sample,
    )


def _in_pandas(dialect: DuckDBDialect, places: Sequence[int]) -> pd.DataFrame:
    every = dialect.fields()
    fields = [every[place] for place in places]
    chosen = dialect.prepared(()).project(", ".join(field.name for field in fields))
    return counted_frame(chosen.to_arrow_table(), fields)
