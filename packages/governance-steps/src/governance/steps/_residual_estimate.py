"""What predicted numbers say of the metrics of a regression."""

from collections.abc import Mapping

import numpy as np

from governance.steps._bootstrap import FEWEST_ROWS, interval, replicates_for, weighted_sums
from governance.steps._estimate import Estimates, paired_by
from governance.steps._metric import Side
from governance.steps._prediction import LABELS, Predictions, is_finite
from governance.steps._residual import residual_measure_of, residual_terms, total


def residual_estimates(
    rows: Predictions, metrics: Mapping[str, Side | None], confidence: float
) -> Estimates:
    """Estimate the metrics that follow from the differences of target and prediction.

    Args:
        rows: The predictions.
        metrics: Names of metrics, and which way is better.
        confidence: How sure each bound has to be.
    """
    measures = {name: measure for name in metrics if (measure := residual_measure_of(name))}
    columns = [rows.columns[name] for name in LABELS if name in rows.columns]
    if not measures or "prediction" not in rows.columns or len(rows) < FEWEST_ROWS:
        return Estimates()
    if not all(map(is_finite, columns)):
        return Estimates()
    target, *said = (column.astype(np.float64) for column in columns)
    terms = [residual_terms(target, prediction) for prediction in said]
    sums = weighted_sums(np.hstack(terms), replicates_for(confidence))
    width = terms[0].shape[1]
    models = [sums[:, [0, *range(at, at + width)]] for at in (1, width + 1)[: len(said)]]
    estimates = Estimates()
    for name, measure in measures.items():
        figures = [float(measure(total(part))) for part in terms]
        if not np.isfinite(figures).all():
            continue  # such as a logarithm where there is a value of -1 or less
        found = [measure(model) for model in models]
        estimates |= Estimates({name: interval(found[0], confidence)})
        if len(found) > 1:
            pair = paired_by(
                (figures[0], figures[1]), found[0] - found[1], metrics[name], confidence
            )
            estimates |= Estimates(paired={name: pair})
    return estimates
