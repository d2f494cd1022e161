"""The metrics that evaluate_classifier and evaluate_regressor compute."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn import metrics as oracle
from sklearn.linear_model import LinearRegression, LogisticRegression
from syrupy.assertion import SnapshotAssertion

from governance.steps import (
    GateConfigurationError,
    evaluate_classifier,
    evaluate_regressor,
    validate_model_performance,
)
from governance.steps._probability import calibration_error
from governance.steps._proportion import wilson_bounds
from governance.steps._rank_mean import mean_auc, mean_auc_interval
from governance.steps._regression import median_interval
from governance.steps._roc import Ranking, ranked

pytestmark = pytest.mark.any_version

classify, regress = evaluate_classifier.entrypoint, evaluate_regressor.entrypoint


class Said:
    """A model that says what it was told to say of each row."""

    def __init__(self, prediction: Any) -> None:
        self.prediction = np.asarray(prediction)

    def predict(self, rows: pd.DataFrame) -> Any:
        return self.prediction[rows["row"].to_numpy()]


class Sure(Said):
    """One that says how probable each class is, too."""

    _estimator_type = "classifier"

    def __init__(self, prediction: Any, probability: Any, classes: Any) -> None:
        super().__init__(prediction)
        self.probability, self.classes_ = np.asarray(probability), classes

    def predict_proba(self, rows: pd.DataFrame) -> Any:
        return self.probability[rows["row"].to_numpy()]


def frame_of(target: Any, **more: Any) -> Any:
    return pd.DataFrame({"row": range(len(target)), "y": target, **more})


def flat(metrics: dict[str, Any]) -> dict[str, Any]:
    """Return metrics, of which those below a name are named with it."""
    told = {name: value for name, value in metrics.items() if not isinstance(value, dict)}
    for name in ("support", "intervals"):
        for key, value in metrics[name].items():
            told |= {f"{name} {key} {at}": end for at, end in enumerate(np.ravel(value))}
    return told


def case(seed: int, classes: int, rows: int = 120) -> tuple[Any, Any, Any]:
    """Return target, predictions and probabilities of a model that is somewhat right."""
    random = np.random.default_rng(seed)
    target = np.concatenate([np.repeat(range(classes), 2), random.integers(classes, size=rows)])
    scores = random.normal(size=(len(target), classes)) * 2
    scores[np.arange(len(target)), target] += random.uniform(0, 3)
    probability = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    probability = probability.round(1 + seed % 3)  # ties, zeros and ones
    probability /= np.maximum(probability.sum(axis=1, keepdims=True), 1e-9)
    bad = probability.sum(axis=1) < 0.5
    probability[bad] = 1 / classes
    return target, probability.argmax(axis=1), probability


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
def test_metrics_of_a_classifier_equal_scikit_learn_s(classes: int, average: str) -> None:
    """Every metric is what scikit-learn's function of that name returns."""
    for seed in range(15):
        target, prediction, probability = case(seed, classes)
        model = Sure(prediction, probability, np.arange(classes))
        found = classify(model, frame_of(target), "y", average=average, confidence=None)
        kind = {"average": "binary" if classes == 2 else average, "zero_division": 0}
        score: Any = probability[:, 1] if classes == 2 else probability
        one_hot = np.eye(classes)[target]
        squares = (probability - one_hot) ** 2
        support, calibration = found.pop("support"), found.pop("expected_calibration_error")
        assert 0 <= calibration <= 1
        assert found == pytest.approx(
            {
                "accuracy": oracle.accuracy_score(target, prediction),
                "precision": oracle.precision_score(target, prediction, **kind),
                "recall": oracle.recall_score(target, prediction, **kind),
                "f1": oracle.f1_score(target, prediction, **kind),
                "balanced_accuracy": oracle.balanced_accuracy_score(target, prediction),
                "roc_auc": oracle.roc_auc_score(target, score, multi_class="ovr"),
                "log_loss": oracle.log_loss(target, probability),
                "brier": squares[:, 1].mean() if classes == 2 else squares.sum(axis=1).mean(),
                "sample_size": len(target),
            },
            abs=1e-12,
        )
        if classes == 2:
            brier = oracle.brier_score_loss(target, probability[:, 1])
            assert found["brier"] == pytest.approx(brier)
            positives = {"precision": int(prediction.sum()), "recall": int(target.sum())}
            assert support == {"accuracy": len(target), **positives}


def test_calibration_error_equals_a_loop() -> None:
    """Bins hold as many rows each, and never part equal probabilities."""
    random = np.random.default_rng(8)
    for rows in (1, 7, 150, 1001):
        said = random.random(rows)
        came = random.random(rows) < said**2
        slow = 0.0
        for part in np.array_split(np.argsort(said), 15)[:: 1 if rows % 15 == 0 else 99]:
            slow += abs(said[part].sum() - came[part].sum()) / rows if len(part) else 0
        found = calibration_error(said, came)
        assert rows % 15 or found == pytest.approx(slow)
        again = random.permutation(rows)
        rounded = said.round(1)
        expected = sum(
            abs(value * (rounded == value).sum() - came[rounded == value].sum()) / rows
            for value in np.unique(rounded)
        )
        assert calibration_error(rounded, came, rows) == pytest.approx(expected)
        assert calibration_error(rounded[again], came[again]) == pytest.approx(
            calibration_error(rounded, came)
        )


def test_metrics_of_a_regression_equal_scikit_learn_s() -> None:
    """Every metric is what scikit-learn's function of that name returns."""
    random = np.random.default_rng(3)
    for rows in (2, 31, 400):
        target = random.normal(5, 3, rows)
        prediction = target + random.standard_t(3, rows)
        found = regress(Said(prediction), frame_of(target), "y", confidence=None)
        assert found == pytest.approx(
            {
                "mae": oracle.mean_absolute_error(target, prediction),
                "rmse": oracle.mean_squared_error(target, prediction) ** 0.5,
                "mape": oracle.mean_absolute_percentage_error(target, prediction),
                "r2": oracle.r2_score(target, prediction),
                "median_absolute_error": oracle.median_absolute_error(target, prediction),
                "max_error": oracle.max_error(target, prediction),
                "sample_size": rows,
            }
        )


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_interval_of_a_median_is_as_sure_as_it_says(confidence: float) -> None:
    """Each end's rank is so that the binomial distribution gives it the confidence."""
    for rows in (30, 31, 100, 1001):
        low, high = median_interval(np.arange(1.0, rows + 1), confidence)
        assert high == rows + 1 - low
        assert binom.sf(low - 1, rows, 0.5) >= confidence > binom.sf(low + 2, rows, 0.5)


def test_interval_of_several_classes_covers_the_area() -> None:
    """Each end of the interval of ROC AUC lies on its side of the truth in 93 to 97 % of trials."""
    random = np.random.default_rng(5)

    def drawn(rows: int) -> tuple[Any, Any]:
        target = random.choice(3, p=[0.5, 0.3, 0.2], size=rows)
        scores = random.normal(size=(rows, 3)) + 1.2 * np.eye(3)[target]
        return target, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)

    def rankings_of(target: Any, score: Any) -> dict[int, Ranking]:
        found = {number: ranked(target == number, score[:, number]) for number in range(3)}
        return {number: ranking for number, ranking in found.items() if ranking}

    truth = mean_auc(rankings_of(*drawn(300_000)))
    ends = []
    for _ in range(1_000):
        target, score = drawn(200)
        ends.append(mean_auc_interval(rankings_of(target, score), target, 0.95))
    low, high = np.array(ends).T
    assert 0.93 <= (low <= truth).mean() <= 0.97
    assert 0.93 <= (high >= truth).mean() <= 0.97


def test_interval_of_faultless_ranks_is_not_a_point() -> None:
    """Where every row is ranked right, the smallest class says what that is worth."""
    target = np.repeat([0, 1, 2], [20, 15, 10])
    found = classify(Sure(target, np.eye(3)[target], [0, 1, 2]), frame_of(target), "y")
    assert found["roc_auc"] == 1
    assert found["intervals"]["roc_auc"] == pytest.approx(wilson_bounds(1.0, 10, 0.95))


def test_gate_reads_what_the_steps_return() -> None:
    """All metrics but those without intervals pass the gate with a confidence."""
    target, prediction, probability = case(1, 2, rows=400)
    model = Sure(prediction, probability, [0, 1])
    metrics = classify(model, frame_of(target), "y", confidence=0.9)
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics
    sure = ("f1", "balanced_accuracy", "roc_auc")
    validate = validate_model_performance.entrypoint
    limits = {name: {"min": 0.5} for name in sure} | {
        name: {"max": 2.0} for name in ("log_loss", "brier")
    }
    assert validate(metrics, 0.5, 0.5, 0.5, thresholds=limits, confidence=0.9)
    for name in (*sure, "log_loss", "brier"):
        low, high = metrics["intervals"][name]
        assert low < metrics[name] < high
    several = case(1, 4, rows=400)
    metrics = classify(Sure(*several[1:], range(4)), frame_of(several[0]), "y")
    limits = {name: {"min": 0.05} for name in (*sure, "precision", "recall")}
    assert validate(metrics, None, None, None, thresholds=limits, confidence=0.95)
    numbers = 1 + target * 3.0 + probability[:, 0]
    metrics = regress(Said(prediction * 3.0), frame_of(numbers), "y")
    bounds = {name: {"max": 9e9} for name in ("mae", "rmse", "mape", "median_absolute_error")}
    assert validate(
        metrics, None, None, None, thresholds={**bounds, "r2": {"min": -9.0}}, confidence=0.95
    )


def test_positive_class_is_the_one_that_is_named() -> None:
    """Precision, recall and probabilities are those of `positive`, whatever its label."""
    target, prediction, probability = case(2, 2)
    words = np.array(["good", "bad"])
    model = Sure(words[prediction], probability[:, ::-1], ["bad", "good"])
    found = classify(model, frame_of(words[target]), "y", positive="bad")
    usual = classify(Sure(prediction, probability, [0, 1]), frame_of(target), "y")
    assert flat(found) == pytest.approx(flat(usual))
    bools = Sure(prediction == 1, probability, [False, True])
    assert flat(classify(bools, frame_of(pd.array(target == 1)), "y")) == pytest.approx(flat(usual))
    assert flat(classify(bools, frame_of(target == 1), "y")) == pytest.approx(flat(usual))
    with pytest.raises(GateConfigurationError, match="say which of the two"):
        classify(model, frame_of(words[target]), "y")
    with pytest.raises(GateConfigurationError, match="no such class, found 'ugly'"):
        classify(model, frame_of(words[target]), "y", positive="ugly")
    with pytest.raises(GateConfigurationError, match="for two classes, and there are 3"):
        classify(Sure([0, 1], np.eye(3)[:2], [0, 1, 2]), frame_of([0, 1]), "y", positive=1)


def test_batches_change_nothing() -> None:
    """The model is never given more rows than allowed, and metrics are the same."""
    target, prediction, probability = case(3, 3)
    whole = classify(Sure(prediction, probability, [0, 1, 2]), frame_of(target), "y")
    sizes = []

    class Counted(Sure):
        def predict(self, rows: pd.DataFrame) -> Any:
            sizes.append(len(rows))
            return super().predict(rows)[:, None]  # as some libraries have it

    counted = Counted(prediction, probability, [0, 1, 2])
    assert classify(counted, frame_of(target), "y", batch_rows=50) == whole
    assert sizes == [50, 50, 26]


def test_what_cannot_be_measured_is_left_out_with_a_reason() -> None:
    """A metric that is not defined is no number, and `undecided` says why."""
    rows = 40
    one_class = Sure(np.arange(rows) % 2, np.tile([0.5, 0.5], (rows, 1)), [0, 1])
    found = classify(one_class, frame_of([0] * rows), "y")
    positive = "the target has no positive rows"
    assert found["undecided"] == {
        "f1": positive,
        "recall": positive,
        "roc_auc": "the target has fewer than two rows of a class",
    }
    assert not {"f1", "recall", "roc_auc"} & (found.keys() | found["intervals"].keys())
    silent = classify(Said([0, 1] * 20), frame_of([0, 1] * 20), "y")
    assert set(silent["undecided"]) == {
        "roc_auc",
        "log_loss",
        "brier",
        "expected_calibration_error",
    }
    assert "intervals" not in classify(one_class, frame_of([0, 1]), "y", confidence=None)
    silent = classify(Said([1] * rows), frame_of([1] * rows), "y", confidence=None)
    assert (silent["precision"], silent["recall"]) == (1, 1)
    assert silent["support"] == {"accuracy": rows, "precision": rows, "recall": rows}
    zeros = regress(Said([1.0] * rows), frame_of([0.0] * rows), "y")
    assert set(zeros["undecided"]) == {"mape", "r2"}
    assert not {"mape", "r2"} & zeros.keys()
    few = regress(Said([1.0, 2.0]), frame_of([3.0, 4.0]), "y")
    assert few["intervals"] == {}
    few = classify(Sure([0, 1], np.eye(2), [0, 1]), frame_of([0, 1]), "y")
    assert few["intervals"] == {}


def test_slices_are_what_their_rows_alone_give() -> None:
    """Each group's metrics are those of a frame of its rows; small groups are undecided."""
    target, prediction, probability = case(4, 2, rows=57 * 6 - 4)
    random = np.random.default_rng(1)
    city = np.array(["Bern", "Bonn", None])[random.integers(3, size=len(target))]
    frame = frame_of(target, city=city, id=[f"{row % 57}" for row in range(len(target))])
    model = Sure(prediction, probability, [0, 1])
    step: Any
    for step, of in ((classify, model), (regress, Said(prediction * 1.0))):
        found = step(of, frame, "y", slices=["city", "id"], min_slice=40)["slices"]
        assert set(found["city"]) == {"Bern", "Bonn", "(missing)"}
        for name, group in found["city"].items():
            rows = frame["city"].isna() if name == "(missing)" else frame["city"] == name
            alone = step(of, frame[rows], "y")
            assert group == {key: alone[key] for key in group}
            assert len(group) > 4
        assert len(found["id"]) == 21
        small = found["id"].pop("0")
        assert small == {"undecided": "fewer than 40 rows", "sample_size": 6}
        enough = step(of, frame, "y", slices=["id"], min_slice=6)["slices"]["id"]
        assert not any("undecided" in group for group in enough.values())
        assert found["id"]["(other)"]["sample_size"] == len(frame) - 20 * 6
        assert "accuracy" in found["id"]["(other)"] or "mae" in found["id"]["(other)"]


CLASSIFIER = LogisticRegression().fit(
    pd.DataFrame({"age": range(8), "city": [0, 1] * 4}), [0, 1] * 4
)
REGRESSOR = LinearRegression().fit(np.arange(8.0).reshape(4, 2), range(4))
PEOPLE = pd.DataFrame({"age": [1, 2, 3], "city": [0, 1, 0], "label": [0, 1, 1]})


def _bad_input() -> dict[str, Any]:
    half = np.full((3, 2), 0.5)
    wide = pd.DataFrame(columns=[f"c{number}" for number in range(12)], data=[[1] * 12])
    labels = {"dataset": frame_of([0, 1, 1]), "target": "y"}
    return {
        "no frame": (classify, {"model": CLASSIFIER, "dataset": [1, 2], "target": "label"}),
        "all at once": (
            classify,
            {"model": REGRESSOR, "dataset": PEOPLE, "target": "Label", "slices": ["citty"]},
        ),
        "several wrong": (
            classify,
            {
                "model": Sure([0, 1], half, ["a", "b"]),
                "dataset": frame_of(["a", "c", "d"]),
                "target": "y",
                "slices": ["z"],
                "features": ["rows"],
            },
        ),
        "target of words": (
            regress,
            {"model": Said([1.0]), "dataset": frame_of(["a"]), "target": "y", "slices": ["z"]},
        ),
        "positive": (
            classify,
            {"model": CLASSIFIER, "dataset": PEOPLE, "target": "label", "positive": ["1"]},
        ),
        "regressor given": (classify, {"model": REGRESSOR, "dataset": PEOPLE, "target": "label"}),
        "classifier given": (regress, {"model": CLASSIFIER, "dataset": PEOPLE, "target": "label"}),
        "no model": (classify, {"model": 3, "dataset": PEOPLE, "target": "label"}),
        "clusters": (
            classify,
            {
                "model": type("K", (Said,), {"_estimator_type": "clusterer"})([1]),
                "dataset": PEOPLE,
                "target": "label",
            },
        ),
        "classifier by its methods": (
            regress,
            {"model": type("Duck", (Sure,), {"_estimator_type": None})([], [], []), **labels},
        ),
        "features absent": (
            classify,
            {"model": CLASSIFIER, "dataset": PEOPLE.drop(columns="age"), "target": "label"},
        ),
        "other order": (
            classify,
            {
                "model": CLASSIFIER,
                "dataset": PEOPLE,
                "target": "label",
                "features": ["city", "age"],
            },
        ),
        "target a feature": (
            regress,
            {"model": REGRESSOR, "dataset": PEOPLE, "target": "age", "features": ["age"]},
        ),
        "many absent": (
            regress,
            {"model": Said([1]), "dataset": PEOPLE, "target": "age", "features": list(wide)},
        ),
        "no rows": (classify, {"model": CLASSIFIER, "dataset": PEOPLE[:0], "target": "label"}),
        "missing": (
            classify,
            {
                "model": CLASSIFIER,
                "dataset": PEOPLE.assign(label=[0, None, 1]),
                "target": "label",
            },
        ),
        "repeated": (
            classify,
            {"model": CLASSIFIER, "dataset": PEOPLE[["age", "city", "city"]], "target": "label"},
        ),
        "no name": (classify, {"model": CLASSIFIER, "dataset": PEOPLE, "target": 3}),
        "never seen": (
            classify,
            {
                "model": CLASSIFIER,
                "dataset": PEOPLE.assign(label=["0", "1", "x"]),
                "target": "label",
            },
        ),
        "several targets": (
            classify,
            {"model": Sure([0], half, [np.array([0, 1])] * 2), **labels},
        ),
        "predicts others": (classify, {"model": Sure([0, 1, 5], half, [0, 1]), **labels}),
        "NaN": (regress, {"model": Said([0.0, np.nan, np.nan]), **labels}),
        "infinite": (regress, {"model": Said([0.0, np.inf, 1]), **labels}),
        "words": (regress, {"model": Said(["a", "b", "c"]), **labels}),
        "two columns": (regress, {"model": Said(half), **labels}),
        "shape": (classify, {"model": Sure([0, 1, 1], np.ones((3, 3)), [0, 1]), **labels}),
        "no floats": (classify, {"model": Sure([0, 1, 1], [["a", "b"]] * 3, [0, 1]), **labels}),
        "no probabilities": (
            classify,
            {"model": Sure([0, 1, 1], [[0.5, 0.5], [np.nan, 1], [3.0, -2.0]], [0, 1]), **labels},
        ),
        "average": (
            classify,
            {"model": CLASSIFIER, "dataset": PEOPLE, "target": "label", "average": "mean"},
        ),
    }


@pytest.mark.parametrize("name", _bad_input())
def test_bad_input_is_told(name: str, snapshot: SnapshotAssertion) -> None:
    """Whatever does not fit is refused before it becomes a number, with all that is wrong."""
    step, parameters = _bad_input()[name]
    with pytest.raises(GateConfigurationError) as refused:
        step(**parameters)
    assert str(refused.value) == snapshot


def test_words_are_classes_without_the_model_s_saying_so() -> None:
    """Where a model does not name its classes, those of target and predictions are."""
    words = ["a", "b", "c", "a"]
    found = classify(Said(["a", "b", "d", "a"]), frame_of(words), "y", confidence=None)
    assert found["accuracy"] == 0.75
    with pytest.raises(GateConfigurationError, match="say which of the two"):
        classify(Said(["a", "b"]), frame_of(["a", "a"]), "y")


@pytest.mark.parametrize(
    "dtype", ["float", "bool", "boolean", "Int64", "category", "int8[pyarrow]"]
)
def test_dtype_of_a_target_changes_nothing(dtype: str) -> None:
    """The same classes, stored in another way, give the same metrics."""
    random = np.random.default_rng(2)
    frame = frame_of(random.integers(2, size=90), x=random.normal(size=90))
    model = LogisticRegression().fit(frame[["x"]], frame["y"])
    other = frame.assign(y=frame["y"].astype(dtype))
    assert classify(model, other, "y") == classify(model, frame, "y")


def test_model_trained_without_names_is_given_none() -> None:
    """Such a model gets arrays, of the columns that are named or all but the target."""
    rows = np.random.default_rng(3).normal(size=(60, 3))
    frame = pd.DataFrame(rows, columns=["a", "b", "y"])
    model = LinearRegression().fit(rows[:, :2], rows[:, 2])
    found = regress(model, frame, "y")
    assert found["r2"] == pytest.approx(model.score(rows[:, :2], rows[:, 2]))
    wide = frame.assign(z=0)
    assert regress(model, wide, "y", features=["a", "b"]) == found
    with pytest.raises(GateConfigurationError, match="trained on 2 columns, found 3"):
        regress(model, wide, "y")
