"""Quality gates for ZenML pipelines: steps that let good data and good models through.

Put a gate between two steps; a pipeline whose data or metrics miss a rule stops there,
with one error that names every rule missed:

    from governance.steps import validate_data_quality, validate_model_performance

    data = validate_data_quality(load_data(), min_rows=100)
    metrics = evaluate_model(train_model(data))
    validate_model_performance(metrics, min_accuracy=0.7)
"""

from governance.steps._contract import DataContract
from governance.steps._failure import (
    DataQualityError,
    Failure,
    GateConfigurationError,
    ModelPerformanceError,
)
from governance.steps.evaluate_classifier import evaluate_classifier
from governance.steps.evaluate_regressor import evaluate_regressor
from governance.steps.validate_data_quality import validate_data_quality
from governance.steps.validate_model_performance import validate_model_performance

__all__ = [
    "DataContract",
    "DataQualityError",
    "Failure",
    "GateConfigurationError",
    "ModelPerformanceError",
    "evaluate_classifier",
    "evaluate_regressor",
    "validate_data_quality",
    "validate_model_performance",
]
