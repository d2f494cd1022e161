"""Which engine's frame the data is, found out without loading any engine."""

import sys
from enum import Enum
from typing import Any


class Engine(Enum):
    """The engines whose frames a gate takes, by the name that messages use."""

    PANDAS = "a pandas DataFrame"
    POLARS = "a polars DataFrame or LazyFrame"
    ARROW_TABLE = "a pyarrow Table"
    ARROW_DATASET = "a pyarrow Dataset"
    DUCKDB = "a DuckDB relation"
    DASK = "a Dask DataFrame"
    SPARK = "a PySpark DataFrame"


TYPES = (
    (Engine.PANDAS, "pandas", "DataFrame"),
    (Engine.POLARS, "polars", "DataFrame"),
    (Engine.POLARS, "polars", "LazyFrame"),
    (Engine.ARROW_TABLE, "pyarrow", "Table"),
    (Engine.ARROW_DATASET, "pyarrow.dataset", "Dataset"),
    (Engine.DUCKDB, "duckdb", "DuckDBPyRelation"),
    (Engine.DASK, "dask.dataframe", "DataFrame"),
    (Engine.SPARK, "pyspark.sql", "DataFrame"),
    # Before PySpark 4, the frames of a remote session have no base in common with the others.
    (Engine.SPARK, "pyspark.sql.connect.dataframe", "DataFrame"),
)
"""Where each engine keeps its frames; none can exist before its user imported that module."""


def engine_of(dataset: object) -> Engine | None:
    """Return the engine whose frame the data is; None if it is none of them."""
    for engine, module, name in TYPES:
        kind: Any = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(dataset, kind):
            return engine
    return None


def engines_told() -> str:
    """Return what a gate takes, in words."""
    names = [engine.value for engine in Engine]
    return f"{', '.join(names[:-1])} or {names[-1]}"
