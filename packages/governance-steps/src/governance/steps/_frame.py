"""Find out which engine's frame the data is, and have that engine measured."""

import sys
from collections.abc import Sequence
from datetime import datetime, timezone

from governance.steps._check import Check
from governance.steps._fact import FrameFacts
from governance.steps._failure import GateConfigurationError
from governance.steps._wording import type_name


def read_facts(dataset: object, checks: Sequence[Check]) -> FrameFacts:
    """Measure in the data what the checks ask.

    Args:
        dataset: The data.
        checks: What is asked.

    Raises:
        GateConfigurationError: If the data is not a pandas DataFrame.
    """
    # pandas is not imported here: a DataFrame cannot exist before its user imported it.
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(dataset, pandas.DataFrame):
        raise GateConfigurationError(
            "validate_data_quality accepts a pandas DataFrame, found "
            f"{type_name(dataset)}. Convert the data in the step before the gate."
        )
    # Nor is what reads one: who only composes a pipeline needs neither pandas nor PyArrow.
    from governance.steps._measurement import measure_frame  # noqa: PLC0415

    return measure_frame(dataset, checks, datetime.now(timezone.utc))
