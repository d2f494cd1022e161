from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.semconv._incubating.attributes import cicd_attributes, deployment_attributes
from opentelemetry.semconv._incubating.metrics import cicd_metrics
from opentelemetry.semconv.attributes import error_attributes

from governance.hooks._evidence import Gate
from governance.hooks._last_run import GAUGES, group, last_run
from governance.hooks._measurement import (
    METRICS,
    Measurement,
    RunFacts,
    StepFacts,
    measurements,
    summary,
)

END = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
RUN = RunFacts(
    "train",
    "train-1",
    "0b5e",
    "success",
    END,
    duration=12.5,
    environment="prod",
    stack="k8s",
    steps=(
        StepFacts("load", "cached", 0.0),
        StepFacts("check", "success", 0.5, gates=(Gate("data_quality", "passed"),)),
        StepFacts("fit", "success", 9.0, attempts=3),
    ),
)
FAILED = replace(
    RUN,
    result="failure",
    error="ValueError",
    steps=(
        StepFacts("check", "failure", 0.5, error="ValueError", gates=(Gate("data", "failed"),)),
        StepFacts("fit", "failure", 9.0, attempts=2),
        StepFacts("left", None),
    ),
)
_RESULTS = st.sampled_from(["success", "failure", "cancellation", "skip", "cached"])
_SECONDS = st.none() | st.floats(0, 1e9)
_NAMES = st.text(max_size=20)
_STEPS = st.builds(
    StepFacts,
    _NAMES,
    st.none() | _RESULTS,
    _SECONDS,
    st.integers(1, 99),
    st.none() | _NAMES,
    st.lists(st.builds(Gate, _NAMES, st.booleans()), max_size=3).map(tuple),
)
RUNS = st.builds(
    RunFacts,
    _NAMES,
    _NAMES,
    _NAMES,
    _RESULTS,
    st.just(END),
    _SECONDS,
    st.none() | _NAMES,
    st.none() | _NAMES,
    st.none() | _NAMES,
    st.lists(_STEPS, max_size=5, unique_by=lambda step: step.name).map(tuple),
)


def values(measured: tuple[Measurement, ...], name: str) -> list[tuple[float, Mapping[str, str]]]:
    return [(one.value, one.attributes) for one in measured if one.metric.name == name]


def test_run_is_measured_by_the_conventions() -> None:
    """A run's duration has the name, the unit and the attributes of the conventions."""
    (measured,) = values(measurements(RUN), cicd_metrics.CICD_PIPELINE_RUN_DURATION)
    assert measured == (
        12.5,
        {
            cicd_attributes.CICD_PIPELINE_NAME: "train",
            cicd_attributes.CICD_PIPELINE_RUN_STATE: "executing",
            cicd_attributes.CICD_PIPELINE_RESULT: "success",
            deployment_attributes.DEPLOYMENT_ENVIRONMENT_NAME: "prod",
            "zenml.stack.name": "k8s",
        },
    )


def test_units_are_those_of_the_conventions() -> None:
    """What the conventions name has the kind and the unit that they give it."""
    known = {metric.name: (metric.kind, metric.unit) for metric in METRICS}
    assert known[cicd_metrics.CICD_PIPELINE_RUN_DURATION] == ("histogram", "s")
    assert known[cicd_metrics.CICD_PIPELINE_RUN_ERRORS] == ("counter", "{error}")


def test_results_are_those_of_the_conventions() -> None:
    """A run's result is one of the conventions' values."""
    known = {value.value for value in cicd_attributes.CicdPipelineResultValues}
    assert {"success", "failure", "cancellation"} <= known


def test_each_failed_step_is_an_error() -> None:
    """Each failed step counts as one error of its own class, and an unknown class is said so."""
    measured = values(measurements(FAILED), cicd_metrics.CICD_PIPELINE_RUN_ERRORS)
    kinds = [attributes[error_attributes.ERROR_TYPE] for _, attributes in measured]
    assert [value for value, _ in measured] == [1, 1]
    assert kinds == ["ValueError", "_OTHER"]


def test_pipeline_function_s_failure_is_an_error() -> None:
    """A run that failed without a failed step counts as one error, of the run's class."""
    run = replace(FAILED, error="LookupError", steps=())
    (measured,) = values(measurements(run), cicd_metrics.CICD_PIPELINE_RUN_ERRORS)
    assert measured[1][error_attributes.ERROR_TYPE] == "LookupError"


def test_steps_are_measured_by_result() -> None:
    """A step's duration says how it ended; one that did not end has none."""
    measured = values(measurements(FAILED), "zenml.step.duration")
    told = [(a["zenml.step.name"], a["zenml.step.result"], a["error.type"]) for _, a in measured]
    assert told == [("check", "failure", "ValueError"), ("fit", "failure", "_OTHER")]
    cached, *_ = values(measurements(RUN), "zenml.step.duration")
    assert cached[1]["zenml.step.result"] == "cached"
    assert "error.type" not in cached[1]


def test_retries_are_counted_from_zero() -> None:
    """Attempts after the first one count as retries, and a step without any counts as zero."""
    retries = [value for value, _ in values(measurements(RUN), "zenml.step.retries")]
    assert retries == [0, 0, 2]


def test_verdicts_of_gates_are_counted() -> None:
    """Each gate's verdict is counted, with the gate's name."""
    name = "governance.gate.verdicts"
    ((_, passed),) = values(measurements(RUN), name)
    ((_, failed),) = values(measurements(FAILED), name)
    assert (passed["governance.gate.name"], passed["governance.gate.verdict"]) == (
        "data_quality",
        "passed",
    )
    assert failed["governance.gate.verdict"] == "failed"


@given(RUNS, st.booleans())
def test_runs_are_named_where_that_is_asked_for(run: RunFacts, identity: bool) -> None:  # noqa: FBT001
    """No value names the run unless the setting says so, and no value or attribute is empty."""
    for one in measurements(run, identity=identity):
        assert ("cicd.pipeline.run.id" in one.attributes) == (identity and run.run_id != "")
        assert ("zenml.run.name" in one.attributes) == (identity and run.run != "")
        assert one.metric in METRICS
        assert one.value >= 0
    for one in last_run(run, identity=identity):
        assert ("run_id" in one.attributes) == (
            identity and one.metric.name.startswith("cicd_pipeline_run_")
        )
        assert one.metric in GAUGES


@given(RUNS)
def test_series_of_a_run_are_distinct(run: RunFacts) -> None:
    """No two gauges of a run have the same name and labels, as long as its gates' names differ."""
    steps = tuple(
        replace(step, gates=tuple({gate.name: gate for gate in step.gates}.values()))
        for step in run.steps
    )
    series = [
        (one.metric.name, tuple(sorted(one.attributes.items())))
        for one in last_run(replace(run, steps=steps))
    ]
    assert len(set(series)) == len(series)


@given(RUNS)
def test_gauges_of_a_name_have_the_same_labels(run: RunFacts) -> None:
    """All gauges of one name have the same labels, without which Prometheus takes none."""
    labels: dict[str, set[str]] = {}
    for one in last_run(run):
        assert labels.setdefault(one.metric.name, set(one.attributes)) == set(one.attributes)


@pytest.mark.parametrize(("run", "failed"), [(RUN, 0), (FAILED, 1)])
def test_last_run_says_whether_it_failed(run: RunFacts, failed: int) -> None:
    """The last run's gauges say its duration, its end and whether it failed."""
    measured = last_run(run)
    assert values(measured, "cicd_pipeline_run_duration_seconds") == [(12.5, {})]
    assert values(measured, "cicd_pipeline_run_failed") == [(failed, {})]
    end = values(measured, "cicd_pipeline_run_last_completion_timestamp_seconds")
    assert end == [(END.timestamp(), {})]
    success = values(measured, "cicd_pipeline_run_last_success_timestamp_seconds")
    assert success == ([] if failed else [(END.timestamp(), {})])


def test_last_run_s_gates_are_zero_or_one() -> None:
    """A gate's gauge names gate and step, and is 1 where it passed."""
    name = "governance_gate_passed"
    assert values(last_run(RUN), name) == [(1, {"gate": "data_quality", "step": "check"})]
    assert values(last_run(FAILED), name) == [(0, {"gate": "data", "step": "check"})]


def test_pipelines_are_grouped_by_environment() -> None:
    """A pipeline's runs share a group, one for each environment."""
    assert group(RUN) == {"pipeline": "train", "environment": "prod"}
    assert group(replace(RUN, environment=None)) == {"pipeline": "train"}


def test_summary_tells_what_is_known() -> None:
    """The summary has result, duration, retries and gates, and leaves out what is not known."""
    assert summary(RUN) == {
        "cicd.pipeline.result": "success",
        "cicd.pipeline.run.duration": 12.5,
        "zenml.step.retries": 2,
        "governance.gate.passed": 1,
        "governance.gate.failed": 0,
    }
    assert summary(replace(RUN, duration=None, steps=())) == {"cicd.pipeline.result": "success"}
