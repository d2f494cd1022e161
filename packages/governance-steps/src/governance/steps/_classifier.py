"""A fitted classifier, measured on rows."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.steps._answer import predicted, probabilities
from governance.steps._classification import class_figures, classification, measures_by_class
from governance.steps._confusion import confusion
from governance.steps._evaluation import Evaluation
from governance.steps._holdout import Holdout, raise_if_any
from governance.steps._label import Labels, classes_in
from governance.steps._slice import sliced

_STEP = "evaluate_classifier"


def measure_classifier(model: Any, dataset: object, asked: Evaluation) -> dict[str, Any]:
    """Measure a classifier.

    Args:
        model: The model.
        dataset: The rows.
        asked: What is to be measured, and how.

    Raises:
        GateConfigurationError: If they do not fit; it lists all that is wrong.
    """
    known = getattr(model, "classes_", None)
    if isinstance(known, list) and {*map(np.ndim, known)} - {0}:
        raise_if_any(_STEP, ["model: it predicts several targets at once"])
    labels = None if known is None else Labels.of(known, asked.positive)
    holdout = Holdout.of("classifier", model, dataset, asked, partial(_wrong_target, labels))
    truth = holdout.truth()
    prediction = predicted(_STEP, model, holdout, asked.batch_rows)
    if labels is None:
        labels = Labels.of(classes_in(truth, prediction), asked.positive)
        raise_if_any(_STEP, labels.problems)
    raise_if_any(_STEP, list(labels.unknown("predict", prediction)))
    target, codes = labels.codes(truth), labels.codes(prediction)
    probability = None
    if known is not None and hasattr(model, "predict_proba"):
        found = probabilities(_STEP, model, holdout, len(labels), asked.batch_rows)
        probability = found[:, labels.order]
    count = len(labels)
    measured = classification((target, codes), count, probability, asked.average, asked.confidence)
    metrics = measured.as_metrics(len(holdout), asked.confidence)
    measures = measures_by_class(count, asked.average)

    def of_rows(rows: NDArray[np.bool_]) -> dict[str, float]:
        return class_figures(confusion(target[rows], codes[rows], count), measures)

    if asked.slices:
        metrics["slices"] = sliced(holdout.frame, asked.slices, asked.min_slice, of_rows)
    return metrics


def _wrong_target(labels: Labels | None, truth: NDArray[Any]) -> Iterator[str]:
    if labels is not None:
        yield from labels.problems
        yield from labels.unknown("target", truth)
