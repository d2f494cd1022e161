"""What Prometheus' Pushgateway keeps of a pipeline: its last run, as gauges."""

from collections.abc import Iterator

from governance.hooks._measurement import Measurement, Metric, RunFacts, StepFacts

JOB = "governance-hooks"

# The names are those that OpenTelemetry's are given in Prometheus, where it has one.
DURATION = Metric(
    "cicd_pipeline_run_duration_seconds", "gauge", "s", "Duration of the pipeline's last run"
)
FAILED = Metric("cicd_pipeline_run_failed", "gauge", "1", "Whether the last run failed")
LAST_COMPLETION = Metric(
    "cicd_pipeline_run_last_completion_timestamp_seconds", "gauge", "s", "End of the last run"
)
LAST_SUCCESS = Metric(
    "cicd_pipeline_run_last_success_timestamp_seconds", "gauge", "s", "End of the last success"
)
STEP_DURATION = Metric(
    "zenml_step_duration_seconds", "gauge", "s", "Duration of the step's last attempt"
)
STEP_RETRIES = Metric(
    "zenml_step_retries", "gauge", "{retry}", "The step's attempts after its first one"
)
GATE_PASSED = Metric("governance_gate_passed", "gauge", "1", "Whether the gate passed last")
GAUGES = (
    DURATION,
    FAILED,
    LAST_COMPLETION,
    LAST_SUCCESS,
    STEP_DURATION,
    STEP_RETRIES,
    GATE_PASSED,
)


def group(run: RunFacts) -> dict[str, str]:
    """Name the group that a pipeline's values are kept in: a later run replaces them.

    Args:
        run: The run.

    Returns:
        Labels, beside the job's.
    """
    named = {"pipeline": run.pipeline}
    return named | {"environment": run.environment} if run.environment else named


def last_run(run: RunFacts, *, identity: bool = False) -> tuple[Measurement, ...]:
    """Measure a run as the last one of its pipeline.

    A gateway keeps what a push does not name: so the last success survives failures.

    Args:
        run: The run.
        identity: Whether the run's own values name it.

    Returns:
        Gauges, with durations and times in seconds.
    """
    own = {"run_id": run.run_id, "run": run.run} if identity else {}
    return tuple(_of_run(run, own)) + tuple(g for step in run.steps for g in _of_step(step))


def _of_run(run: RunFacts, own: dict[str, str]) -> Iterator[Measurement]:
    if run.duration is not None:
        yield Measurement(DURATION, run.duration, own)
    yield Measurement(FAILED, float(run.result == "failure"), own)
    yield Measurement(LAST_COMPLETION, run.end.timestamp(), own)
    if run.result == "success":
        yield Measurement(LAST_SUCCESS, run.end.timestamp(), own)


def _of_step(step: StepFacts) -> Iterator[Measurement]:
    of = {"step": step.name}
    if step.result is not None and step.duration is not None:
        yield Measurement(STEP_DURATION, step.duration, of)
    yield Measurement(STEP_RETRIES, step.attempts - 1, of)
    for gate in step.gates:
        yield Measurement(GATE_PASSED, float(gate.passed), {"gate": gate.name, **of})
