"""What the scores of rows say of the area under the ROC curve."""

from collections.abc import Iterable

import numpy as np

from governance.steps._comparison import Paired
from governance.steps._confusion import coded
from governance.steps._estimate import Estimates
from governance.steps._prediction import SCORES, Predictions
from governance.steps._roc import auc_difference, auc_interval, ranked

_NAMES = ("roc_auc", "roc_auc_score")


def rank_estimates(rows: Predictions, metrics: Iterable[str], confidence: float) -> Estimates:
    """Estimate the area under the ROC curve of classes 0 and 1.

    Args:
        rows: The predictions.
        metrics: Names of metrics.
        confidence: How sure each bound has to be.
    """
    wanted = [name for name in metrics if name in _NAMES]
    if not wanted or "score" not in rows.columns:
        return Estimates()
    labels, (target,) = coded(rows.columns["target"])
    scores = [rows.columns[name].astype(np.float64) for name in SCORES if name in rows.columns]
    rankings = [ranked(target == 1, score) for score in scores] if labels == (0, 1) else []
    known = [ranking for ranking in rankings if ranking]
    if not known:
        return Estimates()
    intervals = dict.fromkeys(wanted, auc_interval(known[0], confidence))
    if len(known) == 1:
        return Estimates(intervals)
    better, least = auc_difference(known[0], known[1], confidence)
    pair = Paired(known[1].auc, better, least, "by DeLong's variance")
    return Estimates(intervals, dict.fromkeys(wanted, pair))
