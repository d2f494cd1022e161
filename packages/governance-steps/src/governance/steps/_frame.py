"""Have the engine whose frame the data is measured, without a copy of the data."""

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from importlib import import_module

from governance.steps._check import Check
from governance.steps._engine import Engine, engine_of, engines_told
from governance.steps._fact import FrameFacts
from governance.steps._failure import GateConfigurationError
from governance.steps._wording import type_name

# What reads a frame is loaded when there is one: who only composes a pipeline needs no engine.
_READERS = {
    Engine.PANDAS: ("_measurement", "measure_frame"),
    Engine.POLARS: ("_polars", "measure_polars"),
    Engine.ARROW_TABLE: ("_arrow_table", "measure_table"),
    Engine.ARROW_DATASET: ("_arrow_dataset", "measure_dataset"),
    Engine.DUCKDB: ("_duckdb", "measure_duckdb"),
    Engine.DASK: ("_dask", "measure_dask"),
    Engine.SPARK: ("_spark", "measure_spark"),
}


def read_facts(dataset: object, checks: Sequence[Check]) -> FrameFacts:
    """Measure in the data what the checks ask.

    Args:
        dataset: The data.
        checks: What is asked.

    Raises:
        GateConfigurationError: If the data is no frame of an engine that the gate knows.
    """
    engine = engine_of(dataset)
    if engine is None:
        raise GateConfigurationError(
            f"validate_data_quality accepts {engines_told()}, found {type_name(dataset)}. "
            "Convert the data in the step before the gate."
        )
    module, name = _READERS[engine]
    measure: Callable[..., FrameFacts] = getattr(import_module(f"governance.steps.{module}"), name)
    return measure(dataset, checks, datetime.now(timezone.utc))
