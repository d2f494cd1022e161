"""The metrics of a regression model as a ZenML step."""

from typing import Annotated, Any

from zenml import step

from governance.steps._cache import CACHE_POLICY
from governance.steps._evaluation import (
    BatchRows,
    Confidence,
    Evaluation,
    Features,
    MinSlice,
    Slices,
)


@step(cache_policy=CACHE_POLICY)
def evaluate_regressor(
    model: Any,
    dataset: Any,
    target: str,
    features: Features = None,
    confidence: Confidence = 0.95,
    slices: Slices = None,
    min_slice: MinSlice = 30,
    batch_rows: BatchRows = 100_000,
) -> Annotated[dict[str, Any], "metrics"]:
    """Measure a fitted regression model on rows that it has not seen.

    Args:
        model: A regression model with `predict`, as scikit-learn's have it.
        dataset: The rows, a pandas DataFrame with the target and the features.
        target: Name of the column with the true values.
        features: Names of the columns to predict from; None for those that the model was
            trained on or, where it does not say, all but the target.
        confidence: How sure each end of an interval is, over 0.5 and below 1; None for no
            intervals.
        slices: Names of columns by whose groups metrics are given too.
        min_slice: Fewest rows of which a group is measured, at least 1.
        batch_rows: How many rows the model is given at a time, at least 1.

    Returns:
        What `validate_model_performance` takes, as the artifact `metrics`.

    Raises:
        GateConfigurationError: If model and rows do not fit, or a parameter cannot be; it lists
            all that is wrong.
    """
    asked = Evaluation(target, features, confidence, slices, min_slice, batch_rows)
    # It loads NumPy, pandas and SciPy; who only composes a pipeline needs none of them.
    from governance.steps._regressor import measure_regressor  # noqa: PLC0415 (as above)

    return measure_regressor(model, dataset, asked)
