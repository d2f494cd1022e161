"""What a gate is to check: one plain model for every way of asking."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warn"]
"""Whether a missed rule stops the pipeline, or is told in log and metadata only."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "integer": ("integer",),
    "float": ("float",),
    "number": ("integer", "float", "decimal"),
    "decimal": ("decimal",),
    "bool": ("bool",),
    "text": ("text",),
    "datetime": ("datetime",),
    "date": ("date",),
    "moment": ("datetime", "date"),
    "duration": ("duration",),
    "object": ("object",),
}
"""What a rule may ask of a dtype, and the families of dtypes that meet it."""

CELL_KINDS = ("range", "allowed", "pattern", "length", "finite", "order")
"""The checks that each cell of one column passes or fails on its own, or by its predecessor."""

REFERENCE_KINDS = ("max_row_change", "max_drift", "max_overlap")
"""The checks that hold the data against a reference."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that a frame has to meet.

    Args:
        kind: What is checked; the name under which it is reported.
        columns: Names of the columns it is about; none for the whole frame.
        parameters: The figures of the rule, as its kind needs them.
        severity: What happens if the rule is missed.
    """

    kind: str
    columns: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "error"

    @property
    def limit(self) -> Any:
        """The figure of a rule that has one."""
        return self.parameters["limit"]
