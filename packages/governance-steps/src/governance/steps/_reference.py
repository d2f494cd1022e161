"""What the data is held against: seen to be one, and measured beside the data."""

import sys
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from governance.steps._check import REFERENCE_KINDS, Check
from governance.steps._fact import Measure
from governance.steps._failure import GateConfigurationError
from governance.steps._wording import type_name


def expect_reference(reference: object, checks: Sequence[Check]) -> None:
    """See that there is a reference if one is asked for, and a question if there is one.

    Args:
        reference: What the caller of the gate gave; None for no reference.
        checks: What is asked.

    Raises:
        GateConfigurationError: If one of the two is there without the other.
    """
    asked = ", ".join(kind for kind in REFERENCE_KINDS if kind in {c.kind for c in checks})
    if asked and reference is None:
        raise GateConfigurationError(
            f"The contract asks for {asked} against a reference, found none. Pass it, as in "
            "validate_data_quality(data, contract=contract, reference=training_data)."
        )
    if reference is not None and not asked:
        raise GateConfigurationError(
            "A reference was given, found nothing that is asked against it. Add `reference` to "
            "the contract, as in {reference: {row_change: 0.2, drift: psi, overlap: 0}}, or "
            "leave the reference out."
        )


def read_reference(
    dataset: Any, reference: Any, checks: Sequence[Check]
) -> Mapping[int, Mapping[Hashable, Measure]]:
    """Measure what the checks ask of the data beside its reference.

    Args:
        dataset: The data, a pandas DataFrame.
        reference: What it is held against; None for nothing.
        checks: What is asked.

    Returns:
        What the checks against a reference found, by their place in the plan and by column.

    Raises:
        GateConfigurationError: If one of the two is no pandas DataFrame.
    """
    if reference is None:
        return {}
    # As for the data: a DataFrame cannot exist before its user imported pandas.
    pandas = sys.modules.get("pandas")
    for name, value in (("data", dataset), ("reference", reference)):
        if pandas is None or not isinstance(value, pandas.DataFrame):
            raise GateConfigurationError(
                "A rule against a reference needs two pandas DataFrames, found "
                f"{type_name(value)} as {name}. Convert it in the step before the gate."
            )
    from governance.steps._reference_measurement import measure_reference  # noqa: PLC0415

    return measure_reference(dataset, reference, checks)
