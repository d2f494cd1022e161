"""What is known of a metric by its name: which way is better, and what it can be."""

import math
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

Side: TypeAlias = Literal["min", "max"]
"""The bound that a metric is given: the least value that passes, or the greatest."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric whose name is known.

    Args:
        side: `min` where higher is better, `max` where lower is.
        least: The least value it can have; minus infinity for none.
        most: The greatest value it can have; infinity for none.
        share: Whether it is a share of rows, so that its error follows from their number.
    """

    side: Side
    least: float
    most: float
    share: bool = False

    @property
    def range(self) -> str:
        """What it can be, in words."""
        if self.least == -math.inf:
            return f"at most {self.most:g}"
        return f"at least {self.least:g}" if self.most == math.inf else f"{self.ends}"

    @property
    def ends(self) -> str:
        """Both its ends, in words."""
        return f"from {self.least:g} to {self.most:g}"


AVERAGES = ("binary", "macro", "micro", "weighted", "samples")
"""scikit-learn's ways to make one figure of those of several classes."""

_AVERAGED = ("precision", "recall", "f1", "jaccard")

# Names and directions as in scikit-learn: its scorers, its functions, and the short forms that
# are usual for the latter. https://scikit-learn.org/stable/modules/model_evaluation.html
_SHARE = Metric("min", 0, 1, share=True)
_SCORE = Metric("min", 0, 1)
_CORRELATION = Metric("min", -1, 1)
_EXPLAINED = Metric("min", -math.inf, 1)
_LOSS = Metric("max", 0, math.inf)
_BOUNDED_LOSS = Metric("max", 0, 1)
_NEGATED = Metric("min", -math.inf, 0)
_GROUPS: tuple[tuple[Metric, str], ...] = (
    (_SHARE, "accuracy precision recall top_k_accuracy"),
    (Metric("max", 0, 1, share=True), "zero_one_loss"),
    (
        _SCORE,
        (
            "balanced_accuracy f1 jaccard roc_auc roc_auc_ovr roc_auc_ovo roc_auc_ovr_weighted "
            "roc_auc_ovo_weighted average_precision ndcg label_ranking_average_precision "
            "completeness homogeneity v_measure fowlkes_mallows normalized_mutual_info"
        ),
    ),
    (
        _CORRELATION,
        "matthews_corrcoef cohen_kappa silhouette adjusted_rand adjusted_mutual_info",
    ),
    (
        _EXPLAINED,
        "r2 explained_variance d2_absolute_error d2_brier d2_log_loss d2_pinball d2_tweedie",
    ),
    (_BOUNDED_LOSS, "hamming_loss label_ranking_loss expected_calibration_error"),
    (Metric("max", 0, 2), "brier_score_loss brier"),  # up to 2 with several classes
    (
        _LOSS,
        (
            "log_loss hinge_loss coverage_error max_error davies_bouldin mean_absolute_error mae "
            "mean_squared_error mse root_mean_squared_error rmse mean_squared_log_error msle "
            "root_mean_squared_log_error rmsle median_absolute_error "
            "mean_absolute_percentage_error mape mean_poisson_deviance mean_gamma_deviance "
            "mean_tweedie_deviance mean_pinball_loss"
        ),
    ),
    (Metric("min", 0, math.inf), "dcg calinski_harabasz"),
    (
        _NEGATED,
        (
            "neg_log_loss neg_max_error neg_mean_absolute_error neg_mean_squared_error "
            "neg_root_mean_squared_error neg_mean_squared_log_error "
            "neg_root_mean_squared_log_error neg_median_absolute_error "
            "neg_mean_absolute_percentage_error neg_mean_poisson_deviance "
            "neg_mean_gamma_deviance"
        ),
    ),
    (Metric("min", -2, 0), "neg_brier_score"),
)
METRICS: dict[str, Metric] = {name: kind for kind, names in _GROUPS for name in names.split()}
METRICS |= {f"{name}_{average}": _SCORE for name in _AVERAGED for average in AVERAGES}
"""The metrics that are known, by name; any of them may end in `_score` too."""


def metric_of(name: str) -> Metric | None:
    """Return what is known of a metric.

    Args:
        name: Its name, to the letter.

    Returns:
        None where nothing is known.
    """
    return METRICS.get(name) or METRICS.get(name.removesuffix("_score"))


def plain_name(name: str) -> str:
    """Return a metric's name without what a reader does not see or mind.

    Args:
        name: A name with, perhaps, capitals, spaces, hyphens or letters that only look alike.
    """
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    return text.replace(" ", "_").replace("-", "_")
