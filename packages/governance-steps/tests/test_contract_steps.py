"""What semantic versioning protects: a change here is a change of the major version."""

import inspect
import json
from typing import Annotated, Any, get_args, get_origin

import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion
from zenml.steps import BaseStep

import governance.steps
from governance.steps import (
    DataQualityError,
    Failure,
    GateConfigurationError,
    ModelPerformanceError,
    validate_data_quality,
    validate_model_performance,
)

GATES = [validate_data_quality, validate_model_performance]


def bare(annotation: Any) -> str:
    """Return an annotation without its validators."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def test_public_names() -> None:
    """These names, no more and no fewer, are public."""
    assert sorted(governance.steps.__all__) == [
        "DataQualityError",
        "Failure",
        "GateConfigurationError",
        "ModelPerformanceError",
        "validate_data_quality",
        "validate_model_performance",
    ]
    assert all(hasattr(governance.steps, name) for name in governance.steps.__all__)


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_parameters_defaults_and_artifacts(gate: BaseStep, snapshot: SnapshotAssertion) -> None:
    """Parameters keep name, order, type and default; artifacts keep their name."""
    signature = inspect.signature(gate.entrypoint)
    assert {
        "step": gate.name,
        "parameters": [
            f"{name}: {bare(parameter.annotation)}"
            + ("" if parameter.default is parameter.empty else f" = {parameter.default!r}")
            for name, parameter in signature.parameters.items()
        ],
        "artifacts": {
            name: bare(output.resolved_annotation)
            for name, output in gate.entrypoint_definition.outputs.items()
        },
    } == snapshot


def test_errors_are_what_callers_catch() -> None:
    """The refusals are ValueErrors with `failures`; a wrong call is neither of them."""
    failure = Failure("min_rows", None, 100, 3)
    for error in (DataQualityError, ModelPerformanceError):
        raised = error([failure])
        assert isinstance(raised, ValueError)
        assert raised.failures == (failure,)
    assert GateConfigurationError.__bases__ == (Exception,)


def test_failure_keeps_its_fields() -> None:
    """A failure has four fields, cannot be changed, and is strict JSON."""
    failure = Failure(check="min_accuracy", subject="accuracy", required=0.7, found=float("nan"))
    with pytest.raises(AttributeError):
        failure.found = 1.0  # type: ignore[misc]
    assert json.dumps(failure.as_dict(), allow_nan=False) == (
        '{"check": "min_accuracy", "subject": "accuracy", "required": 0.7, "found": "nan"}'
    )


def test_names_of_the_data_checks() -> None:
    """The names under which the data gate's checks are reported are part of the contract."""
    frame = pd.DataFrame([[None, 1, []], [None, 1, []]], columns=["a", "a", "b"])
    found = set()
    for data in (frame, frame[[]]):
        with pytest.raises(DataQualityError) as caught:
            validate_data_quality.entrypoint(
                data,
                max_column_missing_fraction=0,
                required_columns=["c"],
                max_duplicate_fraction=0,
            )
        found |= {failure.check for failure in caught.value.failures}
    assert sorted(found) == [
        "has_columns",
        "max_column_missing_fraction",
        "max_duplicate_fraction",
        "max_missing_fraction",
        "min_rows",
        "required_columns",
        "unique_column_names",
    ]
