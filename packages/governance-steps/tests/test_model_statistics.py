"""The model gate's statistics against SciPy, statsmodels, scikit-learn and slow, plain ways."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from sklearn import metrics as sklearn_metrics
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.proportion import proportion_confint

from governance.steps import _bootstrap
from governance.steps._bootstrap import (
    confusion_replicates,
    interval,
    paired_replicates,
    replicates_for,
    resampled,
    weighted_sums,
)
from governance.steps._confusion import coded, confusion, denominator, measure_of
from governance.steps._mcnemar import mcnemar
from governance.steps._proportion import rows_needed, wilson_bounds
from governance.steps._residual import residual_measure_of, residual_terms, total
from governance.steps._roc import auc_difference, auc_interval, ranked

pytestmark = pytest.mark.any_version

LEVELS = (0.8, 0.9, 0.95, 0.99)


def test_wilson_s_bounds_are_scipy_s_and_statsmodels_s() -> None:
    """On 1,000 random samples, all bounds agree to 1e-6 and better."""
    rng = np.random.default_rng(1)
    for _ in range(1_000):
        rows = int(rng.integers(1, 100_000))
        right = int(rng.integers(0, rows + 1))
        level = float(rng.choice(LEVELS))
        low, high = wilson_bounds(right / rows, rows, level)
        theirs = [
            binomtest(right, rows, alternative=side).proportion_ci(level, "wilson")
            for side in ("greater", "less")
        ]
        assert low == pytest.approx(theirs[0].low, abs=1e-9)
        assert high == pytest.approx(theirs[1].high, abs=1e-9)
        both = proportion_confint(right, rows, alpha=2 * (1 - level), method="wilson")
        assert (low, high) == pytest.approx(both, abs=1e-9)


@pytest.mark.parametrize(("share", "rows"), [(0.7, 300), (0.85, 200), (0.9, 500), (0.95, 1_000)])
def test_lower_bound_is_as_sure_as_it_says(share: float, rows: int) -> None:
    """Of 2,000 samples, 93 to 97 % have a 95 % bound below the share that they were drawn by."""
    right = np.random.default_rng(5).binomial(rows, share, 2_000)
    bounds = [wilson_bounds(count / rows, rows, 0.95)[0] for count in right.tolist()]
    assert 0.93 <= np.mean(np.array(bounds) <= share) <= 0.97


def test_coverage_of_the_bootstrap_and_of_auc() -> None:
    """So do the bounds of F1, R2 and the area under the ROC curve, of 2,000 samples each."""
    rng = np.random.default_rng(11)
    table = np.array([[420, 60], [80, 240]])
    measure = measure_of("f1_macro", (0, 1))
    assert measure is not None
    truth = float(measure(table))
    samples = np.concatenate(list(resampled(table, 2_000, 3)))
    f1 = [
        interval(confusion_replicates(one, {"f1": measure}, 400, seed)["f1"], 0.95)[0]
        for seed, one in enumerate(samples)
    ]
    assert 0.93 <= np.mean(np.array(f1) <= truth) <= 0.97

    positive = np.arange(300) % 3 == 0
    shift = math.sqrt(2) * 1.0364333894937896  # an area of 0.85 between two normal distributions
    found = 0
    for _ in range(2_000):
        ranking = ranked(positive, rng.normal(size=300) + shift * positive)
        assert ranking is not None
        found += auc_interval(ranking, 0.95)[0] <= 0.85
    assert 0.93 <= found / 2_000 <= 0.97

    rsquared = residual_measure_of("r2")
    assert rsquared is not None
    found = 0
    for seed in range(2_000):
        target = rng.normal(size=200)
        sums = weighted_sums(residual_terms(target, target + rng.normal(0, 0.5, 200)), 200, seed)
        found += interval(rsquared(sums), 0.95)[0] <= 0.75
    assert 0.93 <= found / 2_000 <= 0.97


@pytest.mark.parametrize(
    ("share", "rows"), [(0.95, 10), (0.9, 15), (0.85, 26), (0.8, 57), (0.75, 228), (1.0, 7)]
)
def test_rows_needed_are_the_fewest(share: float, rows: int) -> None:
    """So many rows clear 0.7 with 95 % confidence, and one less does not."""
    assert rows_needed(share, 0.7, 0.95) == rows
    assert wilson_bounds(share, rows, 0.95)[0] >= 0.7 > wilson_bounds(share, rows - 1, 0.95)[0]
    assert rows_needed(0.7, 0.7, 0.95) is None


def test_mcnemar_is_statsmodels_s() -> None:
    """Exact and corrected p-values and the statistic agree on 1,000 random tables."""
    rng = np.random.default_rng(2)
    assert mcnemar(0, 0).exact == 1
    for _ in range(1_000):
        gained, lost = (int(count) for count in rng.integers(0, rng.choice([5, 50, 5_000]), 2) + 1)
        ours, table = mcnemar(gained, lost), [[7, gained], [lost, 9]]
        theirs = statsmodels_mcnemar(table, exact=True)
        assert ours.exact == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
        theirs = statsmodels_mcnemar(table, exact=False, correction=True)
        assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-9)
        assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)


def sklearn_figure(name: str, target: Any, prediction: Any) -> float:
    functions = {"cohen_kappa": "cohen_kappa_score", "f1": "f1_score", "jaccard": "jaccard_score"}
    functions |= {"matthews_corrcoef": "matthews_corrcoef", "hamming_loss": "hamming_loss"}
    functions |= {"zero_one_loss": "zero_one_loss"}
    kind, _, average = name.partition("_")
    options: dict[str, Any] = {}
    if kind in {"precision", "recall", "f1", "jaccard"}:
        options = {"average": average or "binary", "zero_division": 0}
    else:
        kind = name
    function = getattr(sklearn_metrics, functions.get(kind, f"{kind}_score"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(function(target, prediction, **options))


AVERAGED = [
    f"{kind}_{average}"
    for kind in ("precision", "recall", "f1", "jaccard")
    for average in ("macro", "micro", "weighted")
]
OF_CLASSES = [*AVERAGED, "accuracy", "balanced_accuracy", "zero_one_loss", "hamming_loss"]
OF_CLASSES += ["matthews_corrcoef", "cohen_kappa"]
BINARY = ["precision", "recall", "f1", "jaccard", "precision_binary"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=25))
def test_metrics_of_classes_are_scikit_learn_s(rows: list[tuple[int, int]]) -> None:
    """For any labels, each metric of the confusion matrix is scikit-learn's of the rows."""
    target, prediction = np.array(rows).T
    labels, (first, second) = coded(target, prediction)
    counts = confusion(first, second, len(labels))
    for name in [*OF_CLASSES, *(BINARY if labels == (0, 1) else [])]:
        measure = measure_of(name, labels)
        assert measure is not None
        theirs = sklearn_figure(name, target, prediction)
        assert math.isnan(theirs) or float(measure(counts)) == pytest.approx(theirs, abs=1e-9), name


def test_metrics_that_do_not_follow_from_a_matrix_are_none() -> None:
    """What the matrix does not say is not made up."""
    for name in ("roc_auc", "precision_samples", "f1_other", "rmse"):
        assert measure_of(name, (0, 1)) is None
    assert measure_of("precision", ("cat", "dog")) is None
    assert denominator("precision", np.eye(3), (0, 1, 2)) is None


def test_labels_of_any_kind_are_numbered_alike() -> None:
    """Text, bools and numbers have one numbering for all columns; a gap is refused."""
    labels, codes = coded(np.array(["b", "a"]), np.array(["a", "c"]))
    assert (labels, [part.tolist() for part in codes]) == (("a", "b", "c"), [[1, 0], [0, 2]])
    labels, codes = coded([True, True], [1, 1])
    assert (labels, [part.tolist() for part in codes]) == ((0, 1), [[1, 1], [1, 1]])
    with pytest.raises(ValueError, match="missing"):
        coded(np.array(["a", None]))


def test_resampled_matrices_are_resampled_rows() -> None:
    """Metrics of drawn matrices have the spread of metrics of drawn rows, class by class."""
    rng = np.random.default_rng(3)
    target = rng.integers(0, 2, 400)
    prediction = np.where(rng.random(400) < 0.8, target, 1 - target)
    counts = confusion(target, prediction, 2)
    measure = measure_of("f1", (0, 1))
    assert measure is not None
    ours = confusion_replicates(counts, {"f1": measure}, 4_000)["f1"]
    theirs = []
    for _ in range(4_000):
        rows = np.concatenate(
            [rng.choice(np.flatnonzero(target == one), (target == one).sum()) for one in (0, 1)]
        )
        theirs.append(float(measure(confusion(target[rows], prediction[rows], 2))))
    assert np.quantile(ours, [0.05, 0.5, 0.95]) == pytest.approx(
        np.quantile(theirs, [0.05, 0.5, 0.95]), abs=0.004
    )
    for block in resampled(counts, 50, 1):
        assert (block.sum(axis=2) == counts.sum(axis=1)).all()  # each class keeps its rows


def test_empty_class_is_drawn_empty() -> None:
    """A class that no row is of stays without rows."""
    (block,) = resampled(np.array([[3, 1], [0, 0]]), 5, 0)
    assert (block.sum(axis=2) == [4, 0]).all()


def test_blocks_are_as_large_as_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many classes are drawn in several blocks, none of which is large."""
    monkeypatch.setattr(_bootstrap, "_BLOCK", 8)
    blocks = list(resampled(np.array([[3, 1], [2, 2]]), 5, 0))
    assert [len(block) for block in blocks] == [2, 2, 1]


def test_paired_differences_are_those_of_the_same_rows() -> None:
    """Two models that are wrong on the same rows differ for certain by nothing."""
    cells = np.zeros((2, 2, 2), np.int64)
    cells[0, 0, 0], cells[1, 1, 1], cells[1, 0, 0] = 40, 30, 10
    measure = measure_of("accuracy", (0, 1))
    assert measure is not None
    found = paired_replicates(cells, {"accuracy": measure}, 100)
    assert (found["accuracy"] == 0).all()


REGRESSION = {
    "mae": sklearn_metrics.mean_absolute_error,
    "mean_squared_error": sklearn_metrics.mean_squared_error,
    "rmse": sklearn_metrics.root_mean_squared_error,
    "mape": sklearn_metrics.mean_absolute_percentage_error,
    "rmsle": sklearn_metrics.root_mean_squared_log_error,
    "r2_score": sklearn_metrics.r2_score,
    "explained_variance": sklearn_metrics.explained_variance_score,
}


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=2, max_size=20))
def test_metrics_of_regression_are_scikit_learn_s(rows: list[tuple[float, float]]) -> None:
    """For any numbers, each metric of the sums is scikit-learn's of the rows."""
    target, prediction = np.array(rows).T
    sums = total(residual_terms(target, prediction))
    spread = float(np.ptp(target))
    for name, function in REGRESSION.items():
        if spread < 1e-3 and name in {"r2_score", "explained_variance"}:
            continue  # of numbers this close, rounding decides
        measure = residual_measure_of(name)
        assert measure is not None
        assert float(measure(sums)) == pytest.approx(
            function(target, prediction), rel=1e-5, abs=1e-6
        )
    negated = residual_measure_of("neg_mean_absolute_error")
    plain = residual_measure_of("mae")
    assert negated is not None
    assert plain is not None
    assert negated(sums) == -plain(sums)
    assert residual_measure_of("median_absolute_error") is None
    assert residual_measure_of("neg_log_loss") is None


def test_weighted_sums_are_those_of_resampled_rows() -> None:
    """The bootstrap of sums has the spread of a bootstrap of rows, in blocks of any size."""
    rng = np.random.default_rng(4)
    target = rng.gamma(2, 1_000, 5_000)
    prediction = target + rng.normal(0, 300, 5_000)
    measure = residual_measure_of("rmse")
    assert measure is not None
    ours = measure(weighted_sums(residual_terms(target, prediction), 2_000))
    theirs = []
    for _ in range(2_000):
        rows = rng.integers(0, 5_000, 5_000)
        theirs.append(np.sqrt(np.mean((target[rows] - prediction[rows]) ** 2)))
    assert np.quantile(ours, [0.05, 0.5, 0.95]) == pytest.approx(
        np.quantile(theirs, [0.05, 0.5, 0.95]), abs=0.6
    )


def test_weights_are_of_mean_and_variance_1() -> None:
    """The weights of rows have the moments of Poisson numbers: 1, 1, and a third one near 5."""
    weights = _bootstrap._WEIGHTS.astype(float)
    assert (len(weights), weights.mean(), weights.var()) == (256, 1, 1)
    assert (weights**3).mean() == pytest.approx(5, abs=0.02)
    pairs = _bootstrap._PAIRS.ravel()
    assert np.corrcoef(pairs.real, pairs.imag)[0, 1] == pytest.approx(0, abs=1e-6)


def test_a_bound_has_enough_replicates_beyond_it() -> None:
    """The surer a bound has to be, the more replicates there are."""
    assert replicates_for(0.95) == 2_000
    assert replicates_for(0.999) == pytest.approx(20_000, abs=1)


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=25
    )
)
def test_area_is_that_of_all_pairs(rows: list[tuple[bool, int, int]]) -> None:
    """Area and variances are those of the slow way, which compares every pair of rows."""
    positive, first, second = (np.array(column) for column in zip(*rows, strict=True))
    one, two = ranked(positive, first.astype(float)), ranked(positive, second.astype(float))
    if min(positive.sum(), (~positive).sum()) < 2:
        assert one is None
        return
    assert one is not None
    assert two is not None
    wins = [
        np.where(score[positive][:, None] > score[~positive], 1.0, 0)
        + 0.5 * (score[positive][:, None] == score[~positive])
        for score in (first, second)
    ]
    assert one.auc == pytest.approx(wins[0].mean())
    assert one.auc == pytest.approx(sklearn_metrics.roc_auc_score(positive, first))
    high, low = wins[0].shape

    def error(table: Any) -> float:
        above, below = table.mean(axis=1), table.mean(axis=0)
        return math.sqrt(above.var(ddof=1) / high + below.var(ddof=1) / low)

    difference, least = auc_difference(one, two, 0.95)
    assert difference == pytest.approx(wins[0].mean() - wins[1].mean())
    assert difference - least == pytest.approx(1.6448536 * error(wins[0] - wins[1]), abs=1e-6)
    lower, upper = auc_interval(one, 0.95)
    assert 0 <= lower <= one.auc + 1e-12
    assert one.auc - 1e-12 <= upper <= 1
    if 0 < one.auc < 1 and error(wins[0]):
        logit = math.log(one.auc / (1 - one.auc))
        spread = 1.6448536 * error(wins[0]) / (one.auc * (1 - one.auc))
        assert lower == pytest.approx(1 / (1 + math.exp(min(spread - logit, 700))), abs=1e-6)


def test_perfect_ranking_is_worth_its_smaller_class() -> None:
    """Without any pair out of order, the bound is Wilson's of the rows of the smaller class."""
    positive = np.array([True] * 5 + [False] * 50)
    ranking = ranked(positive, positive.astype(float))
    assert ranking is not None
    assert auc_interval(ranking, 0.95) == wilson_bounds(1.0, 5, 0.95)


def test_point_gate_would_pass_a_bad_model_by_luck() -> None:
    """Of true models of 0.68, 100 rows show 0.7 or more in over a third, the bound in few."""
    lucky = binom.sf(69, 100, 0.68)
    surely = next(count for count in range(101) if wilson_bounds(count / 100, 100, 0.95)[0] >= 0.7)
    assert lucky > 0.35
    assert binom.sf(surely - 1, 100, 0.68) < 0.03
