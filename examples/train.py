"""A governed training pipeline: the steps are plain Python, the governance is imported."""

import argparse
from typing import Annotated

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, precision_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from zenml import pipeline, step

import governance.materializers  # noqa: F401 data frames are stored as the platform stores them
from governance.docker import STANDARD_DOCKER_SETTINGS
from governance.hooks import monitoring_success_hook, pipeline_failure_hook, pipeline_success_hook
from governance.steps import validate_data_quality, validate_model_performance


@step
def load_data(*, broken: bool = False) -> Annotated[pd.DataFrame, "tumours"]:
    """Load 569 tumours with 30 measurements each and their diagnosis."""
    data: pd.DataFrame = load_breast_cancer(as_frame=True).frame
    if broken:  # as when a join goes wrong upstream
        data = data.mask(data.index.to_series() % 4 == 0)
    return data


@step(on_success=monitoring_success_hook)
def train_model(data: pd.DataFrame, max_iter: int = 1_000) -> Annotated[Pipeline, "classifier"]:
    """Train a logistic regression on three quarters of the data."""
    train, _ = train_test_split(data, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=max_iter))
    model.fit(train.drop(columns="target"), train["target"])
    return model


@step
def evaluate_model(
    model: Pipeline, data: pd.DataFrame, *, flipped: bool = False
) -> Annotated[dict[str, float], "metrics"]:
    """Measure the model on the quarter that it has not seen."""
    _, test = train_test_split(data, random_state=0)
    truth = test["target"]
    found = model.predict(test.drop(columns="target"))
    if flipped:  # as when labels mean the opposite of what they did last month
        found = 1 - found
    return {
        "accuracy": accuracy_score(truth, found),
        "precision": precision_score(truth, found),
        "recall": recall_score(truth, found),
    }


@pipeline(
    on_success=pipeline_success_hook,
    on_failure=pipeline_failure_hook,
    settings={"docker": STANDARD_DOCKER_SETTINGS},
    enable_cache=False,
)
def training_pipeline(fail: str = "") -> None:
    """Load, validate, train, evaluate, validate.

    Args:
        fail: What to break for show: "data", "model" or "step".
    """
    data = load_data(broken=fail == "data")
    data = validate_data_quality(data, min_rows=100)
    model = train_model(data, max_iter=-1 if fail == "step" else 1_000)
    metrics = evaluate_model(model, data, flipped=fail == "model")
    validate_model_performance(metrics, min_accuracy=0.7, min_precision=0.7, min_recall=0.7)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fail", choices=["data", "model", "step"], default="")
    training_pipeline(**vars(parser.parse_args()))
