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
    DataContract,
    DataQualityError,
    Failure,
    GateConfigurationError,
    ModelPerformanceError,
    validate_data_quality,
    validate_model_performance,
)
from governance.steps._contract import Comparison
from governance.steps._contract_column import ColumnContract, Interval
from governance.steps._contract_drift import DriftRule
from governance.steps._contract_reference import OverlapRule, ReferenceContract

GATES = [validate_data_quality, validate_model_performance]


def bare(annotation: Any) -> str:
    """Return an annotation without its validators."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def test_public_names() -> None:
    """These names, no more and no fewer, are public."""
    assert sorted(governance.steps.__all__) == [
        "DataContract",
        "DataQualityError",
        "Failure",
        "GateConfigurationError",
        "ModelPerformanceError",
        "evaluate_classifier",
        "evaluate_regressor",
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


def test_failure_may_count_and_name_rows() -> None:
    """Where rows are counted, count and positions come on top, and change no comparison."""
    counted = Failure("range", "age", "at most 120", "not in 2 of 9 rows", count=2, rows=(3, 7))
    assert counted == Failure("range", "age", "at most 120", "not in 2 of 9 rows")
    assert json.dumps(counted.as_dict()) == (
        '{"check": "range", "subject": "age", "required": "at most 120", '
        '"found": "not in 2 of 9 rows", "count": 2, "rows": [3, 7]}'
    )


def test_keys_of_a_contract(snapshot: SnapshotAssertion) -> None:
    """The keys of a contract and their defaults are part of the contract."""
    assert {
        part.__name__: {
            name: repr(field.get_default(call_default_factory=True))
            for name, field in part.model_fields.items()
        }
        for part in (
            DataContract,
            ColumnContract,
            Interval,
            Comparison,
            ReferenceContract,
            OverlapRule,
            DriftRule,
        )
    } == snapshot


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
