"""The gates inside real ZenML pipelines."""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pytest
from zenml import pipeline, step
from zenml.client import Client
from zenml.models import PipelineRunResponse, StepRunResponse

from governance.steps import (
    GateConfigurationError,
    validate_data_quality,
    validate_model_performance,
)

# Without PyArrow, ZenML stores frames as CSV and guesses at the index when it reads them.
pytestmark = pytest.mark.filterwarnings("ignore:Could not infer format:UserWarning")


@step
def load_data(rows: int = 200, missing: int = 0) -> pd.DataFrame:
    x = [None] * missing + [1.5] * (rows - missing)
    frame: pd.DataFrame = pd.DataFrame({"x": x, "y": range(rows)})
    return frame


@step
def train_model(data: pd.DataFrame) -> Annotated[int, "model"]:
    return len(data)


@step
def evaluate_model(model: int, accuracy: str = "0.9") -> dict[str, float]:
    assert model
    return {"accuracy": float(accuracy), "precision": 0.8, "recall": 0.75}


@step
def load_wide_data() -> pd.DataFrame:
    full = {f"x{n}": [1.0, 2.0] for n in range(700)}
    frame: pd.DataFrame = pd.DataFrame({**full, "gap": [None, 1.0]})
    return frame


def training(
    rows: int = 200, missing: int = 0, accuracy: str = "0.9", min_accuracy: Any = 0.7
) -> None:
    data = load_data(rows=rows, missing=missing)
    data = validate_data_quality(data, min_rows=100)
    model = train_model(data)
    metrics = evaluate_model(model, accuracy=accuracy)
    validate_model_performance(
        metrics, min_accuracy=min_accuracy, min_precision=0.7, min_recall=0.7
    )


static_training = pipeline(enable_cache=False, name="static_training")(training)
dynamic_training = pipeline(enable_cache=False, name="dynamic_training", dynamic=True)(training)
cached_training = pipeline(enable_cache=True, name="cached_training")(training)

PIPELINES = [
    pytest.param(static_training, id="static"),
    pytest.param(dynamic_training, id="dynamic"),
]


def runs(of: Any) -> list[PipelineRunResponse]:
    return list(Client().list_pipeline_runs(pipeline=of.name, sort_by="desc:created").items)


def verdict_of(gate: StepRunResponse, key: str) -> dict[str, Any]:
    verdict = gate.run_metadata[f"governance.{key}"]
    assert isinstance(verdict, dict)
    return verdict


def error_of(gate: StepRunResponse) -> str:
    assert gate.exception_info is not None
    return f"{gate.exception_info.source}: {gate.exception_info.message}"


def failed_run(of: Any, **parameters: Any) -> PipelineRunResponse:
    with pytest.raises(Exception, match="fail"):
        of(**parameters)
    return runs(of)[0]


@pytest.mark.parametrize("training_pipeline", PIPELINES)
def test_good_run_passes_both_gates(training_pipeline: Any) -> None:
    """Good data and a good model pass, under the documented artifact and metadata names."""
    run = training_pipeline()
    run = Client().get_pipeline_run(run.id)
    data_gate = run.steps["validate_data_quality"]
    model_gate = run.steps["validate_model_performance"]
    assert run.status == "completed"

    (given,) = run.steps["load_data"].outputs["output"]
    (validated,) = data_gate.outputs["validated_data"]
    assert (validated.type, validated.data_type, validated.materializer) == (
        given.type,
        given.data_type,
        given.materializer,
    )
    assert validated.materializer.attribute == "PandasMaterializer"
    assert validated.data_type.import_path.endswith("DataFrame")
    pd.testing.assert_frame_equal(validated.load(), given.load())

    (passed,) = model_gate.outputs["validation_passed"]
    assert passed.load() is True

    assert verdict_of(data_gate, "data_quality")["verdict"] == "passed"
    assert verdict_of(model_gate, "model_performance") == {
        "verdict": "passed",
        "checks": [
            {
                "check": f"min_{metric}",
                "subject": metric,
                "required": 0.7,
                "found": found,
                "passed": True,
                "severity": "error",
            }
            for metric, found in [("accuracy", 0.9), ("precision", 0.8), ("recall", 0.75)]
        ],
        "checks_omitted": 0,
        "metrics": {"accuracy": 0.9, "precision": 0.8, "recall": 0.75},
        "thresholds": {name: {"min": 0.7} for name in ("accuracy", "precision", "recall")},
        "sample_size": None,
    }


@pytest.mark.parametrize("training_pipeline", PIPELINES)
def test_bad_data_stops_the_run_and_leaves_its_verdict(training_pipeline: Any) -> None:
    """A run with bad data ends at the data gate, whose metadata says why."""
    run = failed_run(training_pipeline, rows=50, missing=40)
    gate = run.steps["validate_data_quality"]
    assert (run.status, gate.status) == ("failed", "failed")
    assert "train_model" not in run.steps
    verdict = verdict_of(gate, "data_quality")
    assert verdict["verdict"] == "failed"
    assert [(row["check"], row["required"], row["found"]) for row in verdict["checks"][:2]] == [
        ("min_rows", 100, 50),
        ("max_missing_fraction", 0.1, 0.4),
    ]
    assert ".DataQualityError: The data did not pass" in error_of(gate)


@pytest.mark.parametrize("training_pipeline", PIPELINES)
def test_nan_metric_stops_the_run(training_pipeline: Any) -> None:
    """A NaN accuracy fails the run, and its verdict is stored although JSON has no NaN."""
    run = failed_run(training_pipeline, accuracy="nan")
    gate = run.steps["validate_model_performance"]
    assert (run.status, gate.status) == ("failed", "failed")
    verdict = verdict_of(gate, "model_performance")
    assert verdict["checks"][0]["found"] == "NaN"


@pytest.mark.parametrize("bad", [70, -0.1, float("nan"), "0.7", True])
def test_bad_threshold_is_refused_before_any_step_runs(bad: Any) -> None:
    """A threshold that is no fraction stops a static pipeline while it is composed."""
    before = len(runs(static_training))
    with pytest.raises(GateConfigurationError, match=r"^min_accuracy must be a number from 0 to 1"):
        static_training(min_accuracy=bad)
    assert len(runs(static_training)) == before


@pytest.mark.parametrize(
    "parameters",
    [
        {"min_rows": 0},
        {"min_rows": True},
        {"min_rows": 99.5},
        {"max_missing_fraction": 10},
        {"max_missing_fraction": None},
        {"max_column_missing_fraction": "0.1"},
        {"required_columns": "age"},
        {"required_columns": [1]},
        {"max_duplicate_fraction": -1},
    ],
    ids=str,
)
def test_every_data_parameter_is_checked_at_composition(parameters: dict[str, Any]) -> None:
    """Each parameter of the data gate is refused by name while the pipeline is composed."""

    @pipeline
    def composed() -> None:
        validate_data_quality(load_data(), **parameters)

    with pytest.raises(GateConfigurationError, match=f"^{next(iter(parameters))} must "):
        composed.prepare()


@pytest.mark.parametrize("name", ["min_accuracy", "min_precision", "min_recall"])
def test_every_model_parameter_is_checked_at_composition(name: str) -> None:
    """Each threshold of the model gate is refused by name while the pipeline is composed."""
    minimum: dict[str, Any] = {name: 1.01}

    @pipeline
    def composed() -> None:
        validate_model_performance({"accuracy": 1.0}, **minimum)

    with pytest.raises(GateConfigurationError, match=f"^{name} must be a number from 0 to 1"):
        composed.prepare()


def test_bad_threshold_in_a_run_configuration_is_refused(tmp_path: Path) -> None:
    """A threshold from a YAML file is checked like one from code."""
    file = tmp_path / "run.yaml"
    file.write_text("steps: {validate_data_quality: {parameters: {max_missing_fraction: 5}}}\n")
    before = len(runs(static_training))
    with pytest.raises(GateConfigurationError, match=r"max_missing_fraction .* write 0\.05"):
        static_training.with_options(config_path=str(file))()
    assert len(runs(static_training)) == before


def test_bad_threshold_in_a_dynamic_pipeline_is_refused() -> None:
    """A dynamic pipeline, composed as it runs, refuses a threshold when the gate starts."""
    with pytest.raises(GateConfigurationError, match="min_accuracy must be"):
        dynamic_training(min_accuracy=70)
    gate = runs(dynamic_training)[0].steps["validate_model_performance"]
    assert ".GateConfigurationError: min_accuracy must be" in error_of(gate)
    assert "governance.model_performance" not in gate.run_metadata


def test_direct_call_is_a_single_step_run() -> None:
    """Outside a pipeline a gate runs alone on the stack and returns its artifact's value."""
    frame = pd.DataFrame({"x": [1.0, 2.0, None]})
    returned = validate_data_quality(frame, min_rows=1, max_missing_fraction=0.5)
    pd.testing.assert_frame_equal(returned, frame)


def test_direct_call_refuses_a_bad_threshold() -> None:
    """Also where ZenML does not check parameters first, the gate refuses and does not judge."""
    with pytest.raises(RuntimeError):
        validate_model_performance({"accuracy": 1.0, "precision": 1.0, "recall": 1.0}, min_recall=7)
    (gate,) = runs(validate_model_performance)[0].steps.values()
    assert ".GateConfigurationError: min_recall must be" in error_of(gate)
    assert "governance.model_performance" not in gate.run_metadata


def test_metrics_given_as_a_constant_are_judged() -> None:
    """Metrics that are written into the pipeline are judged like an artifact's."""

    @pipeline(enable_cache=False, name="constant_metrics")
    def constant() -> None:
        validate_model_performance({"accuracy": "0.9", "precision": 1, "recall": 0.7})

    (gate,) = failed_run(constant).steps.values()
    checks = verdict_of(gate, "model_performance")["checks"]
    assert {row["subject"]: row["found"] for row in checks if not row["passed"]} == {
        "accuracy": "'0.9' (str), not a float"
    }


def test_cached_verdict_is_reused_only_by_the_same_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unchanged data is not judged twice, unless the rules are of another version.

    A model is judged in every run, for the model registry may have changed.
    """

    def statuses(rules_version: str) -> list[str]:
        monkeypatch.setattr("governance.steps._cache.version", lambda _: rules_version)
        cached_training(rows=201)
        run = runs(cached_training)[0]
        names = ("load_data", "validate_data_quality", "validate_model_performance")
        return [str(run.steps[name].status) for name in names]

    assert statuses("1.0.1") == ["completed", "completed", "completed"]
    assert statuses("1.0.1") == ["cached", "cached", "completed"]
    assert statuses("1.0.2") == ["cached", "completed", "completed"]


def test_wide_frame_keeps_its_verdict_in_the_metadata() -> None:
    """With more checks than ZenML stores, the failed ones are kept and the rest counted."""

    @pipeline(enable_cache=False, name="wide")
    def wide() -> None:
        validate_data_quality(load_wide_data(), min_rows=2, max_column_missing_fraction=0.1)

    verdict = verdict_of(failed_run(wide).steps["validate_data_quality"], "data_quality")
    assert verdict["verdict"] == "failed"
    assert verdict["checks"][0] == {
        "check": "max_column_missing_fraction",
        "subject": "gap",
        "required": 0.1,
        "found": 0.5,
        "count": 1,
        "rows": [],
        "passed": False,
        "severity": "error",
    }
    assert verdict["checks_omitted"] > 0
    assert verdict["checks_omitted"] + len(verdict["checks"]) == 4 + 701
