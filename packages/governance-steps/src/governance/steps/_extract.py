"""What of a frame is brought into memory, as pandas: single columns, or some rows."""

from collections.abc import Callable, Hashable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from governance.steps._engine import Engine, engine_of, engines_told
from governance.steps._failure import GateConfigurationError
from governance.steps._wording import type_name

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 10_000
"""So many rows are enough for a chart."""

# As for facts: what reads a frame is loaded when there is one.
_READERS = {
    Engine.PANDAS: ("_sample", "extract_pandas"),
    Engine.POLARS: ("_polars", "extract_polars"),
    Engine.ARROW_TABLE: ("_arrow_table", "extract_table"),
    Engine.ARROW_DATASET: ("_arrow_dataset", "extract_dataset"),
    Engine.DUCKDB: ("_duckdb", "extract_duckdb"),
    Engine.DASK: ("_dask", "extract_dask"),
    Engine.SPARK: ("_spark", "extract_spark"),
}


class Extract(NamedTuple):
    """A frame of any engine, of which nothing is in memory yet.

    Attributes:
        labels: The columns' labels, from left to right.
        rows: Counts the rows.
        columns: Brings the columns of some places, counted from 0, into memory.
        sample: Brings at most `MOST_ROWS` rows into memory: evenly spread ones where the
            whole frame is there already, else the first ones.
    """

    labels: tuple[Hashable, ...]
    rows: Callable[[], int]
    columns: "Callable[[Sequence[int]], pd.DataFrame]"
    sample: "Callable[[], pd.DataFrame]"


def sample_of(dataset: object) -> "pd.DataFrame":
    """Return some rows of a frame, see `Extract.sample`.

    Args:
        dataset: A frame of an engine that the gate knows.
    """
    return extract_of(dataset, "data").sample()


def extract_of(dataset: object, name: str) -> Extract:
    """Return what can be brought of a frame into memory; nothing of it is yet.

    Args:
        dataset: What the caller of the gate gave.
        name: What the error calls it.

    Raises:
        GateConfigurationError: If it is no frame of an engine that the gate knows.
    """
    engine = engine_of(dataset)
    if engine is None:
        raise GateConfigurationError(
            f"As {name}, validate_data_quality accepts {engines_told()}, found "
            f"{type_name(dataset)}. Convert it in the step before the gate."
        )
    module, reader = _READERS[engine]
    extract: Callable[[object], Extract] = getattr(
        import_module(f"governance.steps.{module}"), reader
    )
    return extract(dataset)
