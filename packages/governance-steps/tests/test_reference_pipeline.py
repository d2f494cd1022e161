"""The data gate beside a reference, inside real ZenML pipelines."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.steps import DataContract, GateConfigurationError, validate_data_quality

pytestmark = pytest.mark.filterwarnings("ignore:Could not infer format:UserWarning")
CONTRACT = DataContract.of(
    {
        "reference": {"row_change": 1, "drift": "psi", "overlap": {"max": 0, "columns": ["id"]}},
        "columns": {"id": {"drift": False}},
    }
)


@step
def load_people(first: int = 0, age: float = 40.0) -> pd.DataFrame:
    rng = np.random.default_rng(first)
    frame: pd.DataFrame = pd.DataFrame(
        {"id": range(first, first + 500), "age": rng.normal(age, 10, 500)}
    )
    return frame


def compare(
    first: int = 500, age: float = 40.0, contract: Any = CONTRACT, *, given: bool = True
) -> None:
    known = load_people(id="known")
    known = validate_data_quality(known, id="first_gate")
    data = load_people(first=first, age=age, id="data")
    if given:
        validate_data_quality(data, contract=contract, reference=known, id="second_gate")
    else:
        validate_data_quality(data, contract=contract, id="second_gate")


static = pipeline(enable_cache=False, name="static_reference")(compare)
dynamic = pipeline(enable_cache=False, name="dynamic_reference", dynamic=True)(compare)
PIPELINES = pytest.mark.parametrize("of", [static, dynamic], ids=["static", "dynamic"])


def gate_of(of: Any, name: str = "second_gate") -> Any:
    runs = Client().list_pipeline_runs(pipeline=of.name, sort_by="desc:created")
    return runs[0].steps[name]


def missed(gate: Any) -> dict[str, Any]:
    verdict: Any = gate.run_metadata["governance.data_quality"]
    return {row["check"]: row["subject"] for row in verdict["checks"] if not row["passed"]}


@PIPELINES
def test_data_like_its_reference_goes_on(of: Any) -> None:
    """Data like the artifact that an earlier step made passes, and comes out as it was."""
    of()
    gate = gate_of(of)
    assert (gate.status, missed(gate)) == ("completed", {})
    assert {"dataset", "reference"} <= set(gate.inputs)
    (validated,) = gate.outputs["validated_data"]
    pd.testing.assert_frame_equal(validated.load(), load_people.entrypoint(first=500))


@PIPELINES
def test_drifted_data_stops_the_run(of: Any) -> None:
    """Data that has moved away from the artifact, or repeats its rows, ends at the gate."""
    with pytest.raises(Exception, match="fail"):
        of(first=499, age=60)
    gate = gate_of(of)
    assert gate.status == "failed"
    assert missed(gate) == {"max_drift": "age", "max_overlap": "id"}
    assert "DataQualityError" in gate.exception_info.source


@PIPELINES
def test_forgotten_reference_is_named(of: Any) -> None:
    """A gate whose contract needs a reference says what to pass, and does not judge."""
    with pytest.raises((GateConfigurationError, RuntimeError)):
        of(given=False)
    gate = gate_of(of)
    assert "reference=training_data" in gate.exception_info.message
    assert "governance.data_quality" not in gate.run_metadata


def test_rules_come_from_a_run_configuration(tmp_path: Path) -> None:
    """A run configuration file asks for drift, in its short form too."""

    @pipeline(enable_cache=False, name="configured_reference")
    def configured() -> None:
        known = load_people(id="known")
        validate_data_quality(load_people(age=60.0, id="data"), reference=known)

    file = tmp_path / "run.yaml"
    text = "steps: {validate_data_quality: {parameters: {contract: {reference: {drift: %s}}}}}"
    file.write_text(text % "{method: ks, max: 0.3}", "utf-8")
    with pytest.raises(Exception, match="fail"):
        configured.with_options(config_path=str(file))()
    assert missed(gate_of(configured, "validate_data_quality")) == {"max_drift": "age"}
    file.write_text(text % "kolmogorov", "utf-8")
    with pytest.raises(Exception, match=r"reference\.drift: found 'kolmogorov'"):
        configured.with_options(config_path=str(file))()
