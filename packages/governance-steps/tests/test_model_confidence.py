"""How sure the model gate is: bounds from intervals, rows and numbers of rows; comparisons."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion

from governance.steps import (
    Failure,
    GateConfigurationError,
    ModelPerformanceError,
    validate_model_performance,
)
from governance.steps._comparison import Champion, compared
from governance.steps._evidence import evidence_of
from governance.steps._metric_rules import judge_metrics
from governance.steps._model_record import as_metadata, recorded_metrics
from governance.steps._model_rules import ModelRules
from governance.steps._proportion import wilson_bounds

pytestmark = pytest.mark.any_version

check = validate_model_performance.entrypoint
ALONE: dict[str, Any] = dict.fromkeys(("min_accuracy", "min_precision", "min_recall"))
ACCURACY: dict[str, Any] = {"min_precision": None, "min_recall": None}


def failures(metrics: Any, **parameters: Any) -> tuple[Failure, ...]:
    try:
        assert check(metrics, **parameters) is True
    except ModelPerformanceError as error:
        return error.failures
    return ()


def sure(metrics: dict[str, Any], **parameters: Any) -> tuple[Failure, ...]:
    return failures(metrics, confidence=0.95, **parameters)


def rows_of(count: int = 400, seed: int = 0, **errors: float) -> pd.DataFrame:
    """Make rows of two classes, and columns that are wrong so often."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 2, count)
    columns = {
        name: np.where(rng.random(count) < share, 1 - target, target)
        for name, share in errors.items()
    }
    frame: pd.DataFrame = pd.DataFrame({"target": target, **columns})
    return frame


def test_too_few_rows_are_told_with_the_number_that_would_do(snapshot: SnapshotAssertion) -> None:
    """An accuracy that luck may explain is refused, with the number of rows to measure it on."""
    with pytest.raises(ModelPerformanceError) as caught:
        check({"accuracy": 0.75, "sample_size": 100}, confidence=0.95, **ACCURACY)
    assert str(caught.value) == snapshot
    assert sure({"accuracy": 0.75}, sample_size=228, **ACCURACY) == ()
    assert sure({"accuracy": 0.75}, sample_size=227, **ACCURACY) != ()
    (failure,) = sure({"accuracy": 0.7}, sample_size=10**6, **ACCURACY)
    assert "no number of rows would do" in str(failure.found)


def test_parameter_wins_over_the_metrics_sample_size() -> None:
    """A number of rows that the pipeline gives is the one that counts."""
    metrics = {"accuracy": 0.75, "sample_size": 10}
    assert sure(metrics, sample_size=1_000, **ACCURACY) == ()
    assert sure({"accuracy": 0.75, "sample_size": 1_000}, **ACCURACY) == ()


def test_share_of_a_part_needs_the_size_of_that_part() -> None:
    """Precision and recall are not as sure as all rows, but as the rows that they are of."""
    metrics = {"accuracy": 0.9, "precision": 0.9, "recall": 0.9, "sample_size": 1_000}
    assert [(one.check, one.subject) for one in sure(metrics)] == [
        ("confidence", "precision"),
        ("confidence", "recall"),
    ]
    assert "how many rows are predicted positive" in str(sure(metrics)[0].found)
    assert sure({**metrics, "support": {"precision": 15, "recall": 15}}) == ()
    alias: dict[str, Any] = {"thresholds": {"recall_score": {"min": 0.7}}, **ALONE}
    assert [one.check for one in sure({**metrics, "recall_score": 0.9}, **alias)] == ["confidence"]
    few = sure({**metrics, "support": {"precision": 14, "recall": 15}})
    assert [one.subject for one in few] == ["precision"]
    (failure,) = sure({**metrics, "support": {"precision": 1_001, "recall": 15}})
    assert "is 1001, of 1000 rows in all" in str(failure.found)


def test_interval_counts_before_anything_else() -> None:
    """An interval in the metrics is held against the threshold at the end that is worse."""
    metrics = {
        "roc_auc": 0.9,
        "rmse": 3.0,
        "intervals": {"roc_auc": [0.86, 0.93], "rmse": (2.8, 3.3)},
        "confidence": 0.95,
    }
    asked = {"roc_auc": {"min": 0.86}, "rmse": {"max": 3.3}}
    assert sure(metrics, thresholds=asked, **ALONE) == ()
    asked = {"roc_auc": {"min": 0.87}, "rmse": {"max": 3.2}}
    assert [failure.found for failure in sure(metrics, thresholds=asked, **ALONE)] == [
        "0.86 (interval at 0.95): too uncertain, measure it on more rows",
        "3.3 (interval at 0.95): too uncertain, measure it on more rows",
    ]
    assert failures(metrics, confidence=0.9, thresholds={"rmse": {"max": 3.3}}, **ALONE) == ()
    (failure,) = failures(metrics, confidence=0.99, thresholds={"rmse": {"max": 3.5}}, **ALONE)
    assert "is 0.95, below the 0.99 asked for" in str(failure.found)


@pytest.mark.parametrize(
    ("evidence", "found"),
    [
        ({}, "give sample_size, predictions, or metrics"),
        ({"sample_size": 0}, 'metrics["sample_size"] is 0, not a number of rows'),
        ({"sample_size": "100"}, "is '100' (str), not a number of rows"),
        ({"support": [1]}, 'metrics["support"] is list, not a dictionary by metric'),
        ({"support": {"accuracy": 9.5}}, 'metrics["support"]["accuracy"] is 9.5, not a number'),
        ({"intervals": 0.9}, 'metrics["intervals"] is 0.9, not a dictionary by metric'),
        ({"intervals": {"accuracy": 0.8}}, "is 0.8, not [low, high]"),
        ({"intervals": {"accuracy": "09"}}, "is '09' (str), not [low, high]"),
        ({"intervals": {"accuracy": [0.8]}}, "is list, not [low, high]"),
        ({"intervals": {"accuracy": [0.8, float("nan")]}}, "holds NaN"),
        ({"intervals": {"accuracy": [80, 90]}}, "holds 80, looks like a percentage"),
        ({"intervals": {"accuracy": [0.9, 0.8]}}, "has low 0.9 above high 0.8"),
        ({"intervals": {"accuracy": [0.8, 0.9]}}, 'metrics["confidence"] has to say'),
        ({"intervals": {"accuracy": [0.8, 0.9]}, "confidence": 95}, "it is 95"),
    ],
    ids=str,
)
def test_undecided_is_not_passed(evidence: dict[str, Any], found: str) -> None:
    """Without a bound, or with one that cannot be read, the check fails and says what to give."""
    (failure,) = sure({"accuracy": 0.85, **evidence}, **ACCURACY)
    assert (failure.check, failure.subject) == ("confidence", "accuracy")
    assert found in str(failure.found)


def test_metric_without_known_error_needs_rows_or_an_interval() -> None:
    """A number of rows says nothing of how sure an F1 is."""
    (failure,) = sure({"f1": 0.9}, sample_size=10**6, thresholds={"f1": {"min": 0.5}}, **ALONE)
    assert 'give predictions, or metrics["intervals"]' in str(failure.found)


def test_metric_that_fails_by_itself_is_told_once() -> None:
    """A bound of a metric that misses its threshold anyway is not told on top."""
    assert [one.check for one in sure({"accuracy": 0.6}, **ACCURACY)] == ["min_accuracy"]


@pytest.mark.parametrize("value", [0.5, 1, 95, 0, -1, float("nan"), "0.95", True])
def test_impossible_confidence_is_refused(value: Any) -> None:
    """A confidence that no bound can have is an error of the call."""
    with pytest.raises(GateConfigurationError, match=r"confidence must be a number over 0\.5"):
        check({}, confidence=value)


@pytest.mark.parametrize("value", [0, 1.5, "100", True, -1])
def test_impossible_sample_size_is_refused(value: Any) -> None:
    """A number of rows is a whole number."""
    with pytest.raises(GateConfigurationError, match="sample_size must be a whole number"):
        check({}, sample_size=value)


def test_bounds_from_predictions() -> None:
    """With the rows, every metric that follows from them has a bound, by the right method."""
    frame = rows_of(prediction=0.1)
    asked = {name: {"min": 0.5} for name in ("f1", "precision", "recall", "f1_macro")}
    metrics = {"accuracy": 0.9, "f1": 0.9, "precision": 0.9, "recall": 0.9, "f1_macro": 0.9}
    assert sure(metrics, thresholds=asked, predictions=frame) == ()
    right = float((frame.target == frame.prediction).mean())
    low = wilson_bounds(right, len(frame), 0.95)[0]
    (failure,) = sure(
        metrics, thresholds={"accuracy": {"min": low + 1e-9}}, predictions=frame, **ALONE
    )
    assert str(failure.found).startswith(f"{low:.6g} (from the rows of predictions)")
    few = sure({"f1": 0.9}, thresholds={"f1": {"min": 0.1}}, predictions=frame.head(29), **ALONE)
    assert "cannot be told" in str(few[0].found)


def test_bounds_of_a_model_without_errors_are_not_certain() -> None:
    """Forty rows without an error are no proof of an F1 of 1."""
    frame = rows_of(40, prediction=0.0)
    found = sure({"f1": 1.0}, thresholds={"f1": {"min": 0.97}}, predictions=frame, **ALONE)
    assert [failure.check for failure in found] == ["confidence"]


def test_bounds_of_regression_and_ranking() -> None:
    """RMSE has its bound from the differences, ROC AUC from scores, and text has none."""
    rng = np.random.default_rng(0)
    target = rng.normal(10, 5, 500)
    frame = pd.DataFrame({"target": target, "prediction": target + rng.normal(0, 1, 500)})
    asked = {"rmse": {"max": 1.2}, "r2": {"min": 0.9}, "rmsle": {"max": 9}}
    metrics = {"rmse": 1.0, "r2": 0.96, "rmsle": 0.5}
    found = sure(metrics, thresholds=asked, predictions=frame, **ALONE)
    assert [failure.subject for failure in found] == ["rmsle"]  # of negative values
    ranks = pd.DataFrame({"target": target > 10, "score": target + rng.normal(0, 3, 500)})
    auc = {"roc_auc": {"min": 0.8}}
    assert sure({"roc_auc": 0.9}, thresholds=auc, predictions=ranks, **ALONE) == ()
    for other in (ranks.assign(target="a"), ranks.assign(target=True), frame):
        assert sure({"roc_auc": 0.9}, thresholds=auc, predictions=other, **ALONE) != ()
    text = pd.DataFrame({"target": ["a", "b"] * 20, "prediction": ["a", "b"] * 20})
    assert len(sure(metrics, thresholds=asked, predictions=text, **ALONE)) == 3
    assert len(sure({"f1": 1}, thresholds={"f1": {"min": 0}}, predictions=text, **ALONE)) == 1


def test_very_many_classes_are_not_resampled() -> None:
    """What would take minutes is undecided: F1 of over 256 classes, and accuracy of over 1,024."""
    asked: dict[str, Any] = {"thresholds": {"f1_macro": {"min": 0}}, **ACCURACY}
    undecided = {
        classes: [
            failure.subject
            for failure in sure(
                {"accuracy": 1, "f1_macro": 1},
                predictions={"target": range(classes), "prediction": range(classes)},
                **asked,
            )
        ]
        for classes in (250, 300, 1_100)
    }
    assert undecided == {250: [], 300: ["f1_macro"], 1_100: ["accuracy", "f1_macro"]}


def test_champion_of_many_classes_needs_its_figures() -> None:
    """Over 40 classes are not compared row by row: the champion's metrics have to be given."""
    names = ("target", "prediction", "champion")
    for classes, count in ((40, 0), (41, 1)):
        columns = {name: list(range(classes)) for name in names}
        found = failures({"accuracy": 1}, predictions=columns, **ACCURACY)
        assert len(found) == count


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([1, 2], "predictions must be a pandas DataFrame or a dictionary"),
        ({}, "target: the column is absent"),
        ({"target": [1]}, "prediction: the column is absent, and so is score"),
        ({"target": [], "prediction": []}, "target: it holds no rows"),
        ({"target": [[1]], "prediction": [1]}, "target: it holds no rows of single values"),
        ({"target": [1], "prediction": [1, 0]}, "prediction: 2 rows, and target has 1"),
        ({"target": [1, None], "prediction": [1, 0]}, "target: 1 missing value"),
        ({"target": [1, 0], "score": ["a", "b"]}, "score: it has to hold finite numbers"),
        ({"target": [1, 0], "score": [0.1, np.inf]}, "score: it has to hold finite numbers"),
    ],
    ids=str,
)
def test_predictions_that_cannot_be_used_are_refused(given: Any, problem: str) -> None:
    """Rows that are no pairs of target and prediction are an error of the call."""
    with pytest.raises(GateConfigurationError, match=problem):
        check({"accuracy": 0.9}, predictions=given)


def test_champion_given_by_its_metrics(snapshot: SnapshotAssertion) -> None:
    """No judged metric may be worse than the champion's, in its own direction."""
    champion = {"accuracy": 0.9, "rmse": 3.0, "lift": 2.0, "extra": 0}
    asked = {"rmse": {"max": 9}, "lift": {"min": 1}, "cost": {"max": 5}, "ph": {"min": 6, "max": 8}}
    metrics = {"accuracy": 0.89, "rmse": 3.1, "lift": 2.5, "cost": 4, "ph": 7}
    with pytest.raises(ModelPerformanceError) as caught:
        check(metrics, thresholds=asked, champion=champion, **ACCURACY)
    assert str(caught.value) == snapshot
    allowed = {"accuracy": 0.01, "rmse": 0.1}
    found = failures(
        metrics, thresholds=asked, champion=champion, max_regression=allowed, **ACCURACY
    )
    assert [failure.subject for failure in found] == ["cost", "ph"]
    del asked["cost"], asked["ph"]
    assert (
        failures(metrics, thresholds=asked, champion=champion, max_regression=0.1, **ACCURACY) == ()
    )


@pytest.mark.parametrize(
    ("champion", "problem"),
    [
        ("Production", "champion must be a dictionary of metrics, or one of the stages"),
        ("latest", "'production' and 'staging', found 'latest'"),
        (0.9, "champion must be a dictionary"),
        ({1: 0.9}, "champion must have strings as names"),
    ],
)
def test_impossible_champion_is_refused(champion: Any, problem: str) -> None:
    """What is neither metrics nor a stage is an error of the call."""
    with pytest.raises(GateConfigurationError, match=problem):
        check({}, champion=champion)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0", None, True, 10**400])
def test_impossible_regression_is_refused(value: Any) -> None:
    """By how much a metric may be worse is a finite number, alone and by metric."""
    for given in (value, {"accuracy": value}):
        with pytest.raises(GateConfigurationError, match="max_regression must be a number"):
            check({}, max_regression=given)


def test_comparison_on_the_same_rows_says_how_sure_it_is() -> None:
    """With both models' predictions, a small loss has to be surely small, told in words."""
    frame = rows_of(4_000, prediction=0.1, champion=0.1)
    right = [float((frame.target == frame[name]).mean()) for name in ("prediction", "champion")]
    metrics = {"accuracy": right[0]}
    rules: dict[str, Any] = {"predictions": frame, **ACCURACY}
    assert failures(metrics, max_regression=0.05, **rules) == ()
    (failure,) = failures(metrics, max_regression=0.0001, **rules)
    assert (failure.check, failure.subject) == ("max_regression", "accuracy")
    assert "95 % sure that it is not worse by more than 0.0" in str(failure.found)
    assert "McNemar's p" in str(failure.found)
    identical = {**rules, "predictions": frame.assign(champion=frame.prediction)}
    assert failures(metrics, **identical) == ()


def test_comparison_of_every_kind_of_metric() -> None:
    """F1, RMSE and ROC AUC of a better, of an equal and of a worse model are told apart."""
    rng = np.random.default_rng(1)
    target = rng.integers(0, 2, 2_000)
    good, bad = target + rng.normal(0, 0.3, 2_000), target + rng.normal(0, 1.0, 2_000)
    names = ("prediction", "champion", "score", "champion_score")
    asked = {"f1": {"min": 0}, "roc_auc": {"min": 0}, "zero_one_loss": {"max": 1}}
    metrics = {"f1": 0.5, "roc_auc": 0.5, "zero_one_loss": 0.5}

    def worse(one: Any, other: Any) -> list[str | None]:
        columns = (one > 0.5, other > 0.5, one, other)
        frame = {"target": target, **dict(zip(names, columns, strict=True))}
        return [f.subject for f in failures(metrics, thresholds=asked, predictions=frame, **ALONE)]

    assert worse(good, bad) == worse(good, good) == []
    assert worse(bad, good) == ["f1", "roc_auc", "zero_one_loss"]
    frame = {"target": target, "prediction": good, "champion": bad}
    rmse: dict[str, Any] = {"thresholds": {"rmse": {"max": 9}}, **ALONE}
    assert failures({"rmse": 0.3}, predictions=frame, **rmse) == ()
    frame = {"target": target, "prediction": bad, "champion": good}
    (failure,) = failures({"rmse": 1.0}, predictions=frame, **rmse)
    assert str(failure.found).startswith("worse by 0.7")


def test_surely_better_is_told_as_such() -> None:
    """A challenger that is surely better is said to be, by how much at least."""
    frame = rows_of(2_000, prediction=0.05, champion=0.2)
    rules = ModelRules(None, None, None, {"accuracy": {"min": 0.5}})
    evidence = evidence_of(None, frame, rules.planned(), rules)
    judgement = judge_metrics({"accuracy": 0.95}, rules, evidence=evidence)
    words = str(judgement.verdict.outcomes[-1].found)
    assert words.startswith("better by 0.1")
    assert "95 % sure that it is better by at least 0.1" in words
    assert judgement.sample_size == 2_000
    assert as_metadata(judgement, None, evidence.champion)["champion"]["metrics"].keys() == {
        "accuracy"
    }


def test_metric_that_rows_do_not_say_needs_the_champion_s_figure() -> None:
    """With the champion's predictions only, a metric that needs more is undecided."""
    frame = rows_of(prediction=0.1, champion=0.1)
    asked = {"log_loss": {"max": 1}}
    (failure,) = failures({"log_loss": 0.3}, thresholds=asked, predictions=frame, **ALONE)
    assert failure.found == "missing in the champion's predictions"
    given = {"log_loss": 0.3}
    assert failures(given, thresholds=asked, predictions=frame, champion=given, **ALONE) == ()
    few = rows_of(29, prediction=0.1, champion=0.1)
    assert [one.found for one in failures({"accuracy": 0.9}, predictions=few, **ACCURACY)] == [
        "missing in the champion's predictions"
    ]


def test_no_champion_yet_passes_and_says_so() -> None:
    """Where the stage is empty there is nothing to be worse than."""
    rules = ModelRules()
    (outcome,) = compared({"accuracy": 0.9}, rules.planned(), rules, Champion(exists=False), {})
    assert (outcome.passed, outcome.found) == (True, "no champion yet")


def test_metadata_has_room_for_what_was_judged() -> None:
    """Of very many metrics, those that are judged are kept, and all fits into ZenML's 64 kB."""
    metrics: dict[str, Any] = {f"m{n:03}{'x' * 90}": n for n in range(2_000)}
    asked = {name: {"min": 0} for name in metrics}
    rules = ModelRules(thresholds=asked, confidence=0.95, sample_size=10, **ALONE)
    champion = Champion(metrics)
    told = as_metadata(judge_metrics({**metrics, "m" * 101: 1}, rules), 0.95, champion)
    assert len(str(told).encode()) < 65_000
    assert told["verdict"] == "failed"
    assert (told["confidence"], told["bounds"], told["sample_size"]) == (0.95, {}, 10)
    assert len(told["metrics"]) == len(told["thresholds"]) == len(told["champion"]["metrics"]) == 50
    one = as_metadata(
        judge_metrics(
            {"accuracy": 0.9, "z": np.float32(1)}, ModelRules(0.7, None, None, None, 0.9, 99)
        ),
        0.9,
        None,
    )
    assert one["bounds"] == {"accuracy": wilson_bounds(0.9, 99, 0.9)[0]}
    assert {type(value) for value in one["metrics"].values()} == {float}
    assert recorded_metrics(one) == {"accuracy": 0.9, "z": 1.0}
    assert recorded_metrics(None) is None
    assert recorded_metrics({"verdict": "passed"}) is None
    odd = judge_metrics({"accuracy": 0.9, "sample_size": "?"}, ModelRules(0.7, None, None))
    assert odd.sample_size is None
