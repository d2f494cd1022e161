"""The model gate as a ZenML step."""

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from zenml import step

from governance.steps._cache import CACHE_POLICY
from governance.steps._composition import parameter_above_floor
from governance.steps._failure import ModelPerformanceError
from governance.steps._floor import minimums_above_floors
from governance.steps._metric_rules import judge_metrics
from governance.steps._parameter import fraction, metric_values
from governance.steps._record import conclude

# ZenML runs these validators when the pipeline is composed, before any step has run.
# The values stay `Any`: as `float`, pydantic would turn "0.9" and True into numbers.
_Metrics = Annotated[dict[str, Any], BeforeValidator(metric_values)]
_MinAccuracy = Annotated[
    float,
    BeforeValidator(partial(fraction, "min_accuracy")),
    AfterValidator(partial(parameter_above_floor, "min_accuracy")),
]
_MinPrecision = Annotated[
    float,
    BeforeValidator(partial(fraction, "min_precision")),
    AfterValidator(partial(parameter_above_floor, "min_precision")),
]
_MinRecall = Annotated[
    float,
    BeforeValidator(partial(fraction, "min_recall")),
    AfterValidator(partial(parameter_above_floor, "min_recall")),
]


@step(cache_policy=CACHE_POLICY)
def validate_model_performance(
    metrics: _Metrics,
    min_accuracy: _MinAccuracy = 0.7,
    min_precision: _MinPrecision = 0.7,
    min_recall: _MinRecall = 0.7,
) -> Annotated[bool, "validation_passed"]:
    """Let a model through if its metrics reach their minimum, and stop the pipeline if not.

    A metric that is absent, or is no number from 0 to 1 (NaN, None, a string, a
    percentage), is a failed check.

    Args:
        metrics: Metric names and values; `accuracy`, `precision` and `recall` are judged.
        min_accuracy: Least accuracy that passes, 0 to 1.
        min_precision: Least precision that passes, 0 to 1.
        min_recall: Least recall that passes, 0 to 1.

    Returns:
        True, as the artifact `validation_passed`.

    Raises:
        ModelPerformanceError: If a metric misses its minimum; its `failures` hold every
            failed check.
        GateConfigurationError: If a minimum is no number from 0 to 1 or is laxer than the
            platform allows, or `metrics` is no dictionary.
    """
    given = {"accuracy": min_accuracy, "precision": min_precision, "recall": min_recall}
    minimums, clamped = minimums_above_floors(given)
    verdict = judge_metrics(metrics, minimums)
    conclude("governance.model_performance", verdict, ModelPerformanceError, clamped)
    return True
