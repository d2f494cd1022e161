"""The model gate as a ZenML step."""

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from zenml import step

from governance.steps._cache import CACHE_POLICY
from governance.steps._champion import champion_of
from governance.steps._composition import given_above_floors, parameter_above_floor
from governance.steps._evidence import evidence_of
from governance.steps._failure import ModelPerformanceError
from governance.steps._floor import thresholds_above_floors
from governance.steps._metric_rules import judge_metrics
from governance.steps._model_record import KEY, as_metadata
from governance.steps._model_rules import (
    DEFAULT_MINIMUM,
    ModelRules,
    champion_given,
    confidence_given,
    regression_given,
    sample_size_given,
)
from governance.steps._parameter import metric_values, optional_fraction
from governance.steps._record import conclude
from governance.steps._threshold import thresholds_given

# ZenML runs these validators when the pipeline is composed, before any step has run.
# The values stay `Any`: as `float`, pydantic would turn "0.9" and True into numbers.
_Metrics = Annotated[dict[str, Any], BeforeValidator(metric_values)]
_MinAccuracy = Annotated[
    float | None,
    BeforeValidator(partial(optional_fraction, "min_accuracy")),
    AfterValidator(partial(parameter_above_floor, "min_accuracy")),
]
_MinPrecision = Annotated[
    float | None,
    BeforeValidator(partial(optional_fraction, "min_precision")),
    AfterValidator(partial(parameter_above_floor, "min_precision")),
]
_MinRecall = Annotated[
    float | None,
    BeforeValidator(partial(optional_fraction, "min_recall")),
    AfterValidator(partial(parameter_above_floor, "min_recall")),
]
_Thresholds = Annotated[
    dict[str, dict[str, float]] | None,
    BeforeValidator(thresholds_given),
    AfterValidator(given_above_floors),
]
_Confidence = Annotated[float | None, BeforeValidator(confidence_given)]
_SampleSize = Annotated[int | None, BeforeValidator(sample_size_given)]
_Champion = Annotated[dict[str, Any] | str | None, BeforeValidator(champion_given)]
_MaxRegression = Annotated[float | dict[str, float], BeforeValidator(regression_given)]


# Its verdict depends on the model registry, and is written to the model version of each run.
@step(cache_policy=CACHE_POLICY, enable_cache=False)
def validate_model_performance(  # noqa: PLR0913, PLR0917 (a step's parameters are its interface)
    metrics: _Metrics,
    min_accuracy: _MinAccuracy = DEFAULT_MINIMUM,
    min_precision: _MinPrecision = DEFAULT_MINIMUM,
    min_recall: _MinRecall = DEFAULT_MINIMUM,
    thresholds: _Thresholds = None,
    confidence: _Confidence = None,
    sample_size: _SampleSize = None,
    champion: _Champion = None,
    max_regression: _MaxRegression = 0.0,
    predictions: Any = None,
) -> Annotated[bool, "validation_passed"]:
    """Let a model through if its metrics reach their thresholds, and stop the pipeline if not.

    A metric that is absent, or is no number that it can be (NaN, None, a string, a
    percentage), is a failed check.

    Args:
        metrics: Metric names and values; those that a threshold names are judged.
        min_accuracy: Least accuracy that passes, 0 to 1; None to not judge it.
        min_precision: Least precision that passes, 0 to 1; None to not judge it.
        min_recall: Least recall that passes, 0 to 1; None to not judge it.
        thresholds: Bounds of any metrics, such as `{"roc_auc": {"min": 0.9}}`, in the metric's
            own unit. They replace the defaults above of the same metrics.
        confidence: How sure each metric has to be to pass, such as 0.95: its one-sided
            confidence bound is held against its threshold too. None for the metric alone.
        sample_size: On how many rows the metrics were measured, at least 1.
        champion: What to compare with: the champion's metrics, or `"production"` or
            `"staging"` for the version of the pipeline's model in that stage.
        max_regression: By how much a metric may be worse than the champion's, in the metric's
            own unit; one number, or one for each metric, others having 0.
        predictions: The rows that the metrics were measured on, a frame with the columns
            `target` and `prediction`, for bounds; with `champion`, what the champion predicts,
            for a comparison on the same rows. `score` and `champion_score` rank for ROC AUC.

    Returns:
        True, as the artifact `validation_passed`.

    Raises:
        ModelPerformanceError: If a metric misses a rule; its `failures` hold every failed
            check.
        GateConfigurationError: If a parameter cannot be such a rule or is laxer than the
            platform allows, `metrics` is no dictionary, `predictions` cannot be used, or a
            stage is given and the pipeline names no model.
    """
    rules = ModelRules(
        min_accuracy,
        min_precision,
        min_recall,
        thresholds,
        confidence,
        sample_size,
        max_regression,
    )
    plan, clamped = thresholds_above_floors(rules, metric_values(metrics))
    evidence = evidence_of(champion_of(champion_given(champion)), predictions, plan, rules)
    judgement = judge_metrics(metrics, rules, plan, evidence)
    told = as_metadata(judgement, rules.confidence, evidence.champion)
    conclude(KEY, judgement.verdict, ModelPerformanceError, clamped, metadata=told)
    return True
