"""What is known of a model beside its metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from governance.steps._certainty import sure_of
from governance.steps._comparison import Champion, Paired
from governance.steps._model_rules import ModelRules
from governance.steps._threshold import Threshold, sides_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a model beside its metrics.

    Args:
        champion: The model to compare with; None for none.
        intervals: Intervals of metrics, measured from the rows; each end is as sure as asked.
        paired: Comparisons with the champion on the same rows, by metric.
        rows: How many rows there were; None if they were not given.
    """

    champion: Champion | None = None
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    paired: Mapping[str, Paired] = field(default_factory=dict)
    rows: int | None = None


def evidence_of(
    champion: Champion | None, predictions: object, plan: Sequence[Threshold], rules: ModelRules
) -> Evidence:
    """Measure what is known beside the metrics.

    Args:
        champion: The model to compare with; None for the one in `predictions`, or none.
        predictions: Rows of predictions; None for none.
        plan: The thresholds of the metrics that are judged.
        rules: The gate's parameters, which say how sure to be.

    Raises:
        GateConfigurationError: If the predictions cannot be used.
    """
    if predictions is None:
        return Evidence(champion)
    # These load NumPy, pandas and SciPy.
    from governance.steps._class_estimate import class_estimates  # noqa: PLC0415 (as above)
    from governance.steps._prediction import Predictions  # noqa: PLC0415 (as above)
    from governance.steps._rank_estimate import rank_estimates  # noqa: PLC0415 (as above)
    from governance.steps._residual_estimate import residual_estimates  # noqa: PLC0415 (as above)

    rows, sides, sure = Predictions.of(predictions), sides_of(plan), sure_of(rules)
    found = class_estimates(rows, sides, sure) | rank_estimates(rows, sides, sure)
    found |= residual_estimates(rows, sides, sure)
    if champion is None and rows.has_champion:
        known = {name: pair.champion for name, pair in found.paired.items()}
        champion = Champion(known, "the champion's predictions")
    return Evidence(champion, found.intervals, found.paired, len(rows))
