"""What the data is held against: seen to be one, and measured beside the data."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from governance.steps._check import REFERENCE_KINDS, Check
from governance.steps._extract import extract_of
from governance.steps._fact import Measure
from governance.steps._failure import GateConfigurationError


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
        dataset: The data, a frame of any engine that the gate knows.
        reference: What it is held against, a frame of any engine; None for nothing.
        checks: What is asked.

    Returns:
        What the checks against a reference found, by their place in the plan and by column.

    Raises:
        GateConfigurationError: If one of the two is no such frame.
    """
    if reference is None:
        return {}
    data, other = extract_of(dataset, "data"), extract_of(reference, "reference")
    # As for the data: who only composes a pipeline does not load what compares them.
    from governance.steps._reference_measurement import measure_reference  # noqa: PLC0415

    return measure_reference(data, other, checks)
