"""The metrics of a model, as the model gate takes them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Measured:
    """Metrics, and how sure they are.

    Args:
        figures: Metrics by name.
        support: Of how many rows a metric is a share, by name.
        intervals: Intervals by name, of the others.
        undecided: Why a metric is left out, by name.
    """

    figures: dict[str, float] = field(default_factory=dict)
    support: dict[str, int] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    undecided: dict[str, str] = field(default_factory=dict)

    def as_metrics(self, rows: int, confidence: float | None) -> dict[str, Any]:
        """Return what the model gate takes, plain enough for JSON.

        Args:
            rows: How many rows were measured.
            confidence: How sure each end of an interval is; None without intervals.
        """
        told: dict[str, Any] = {**self.figures, "sample_size": rows}
        if self.support:
            told["support"] = self.support
        if confidence is not None:
            told["intervals"] = {name: list(ends) for name, ends in self.intervals.items()}
            told["confidence"] = confidence
        if self.undecided:
            told["undecided"] = self.undecided
        return told
