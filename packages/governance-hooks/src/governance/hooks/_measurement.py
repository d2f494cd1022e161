"""What of a finished run is measured, under the names of OpenTelemetry's conventions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from governance.hooks._evidence import Gate

Kind = Literal["histogram", "counter", "gauge"]
Result = Literal["success", "failure", "cancellation", "skip", "cached"]

# What conventions say where the class of an error is not known.
OTHER_ERROR = "_OTHER"


@dataclass(frozen=True)
class StepFacts:
    """A step of a finished run, by its last attempt.

    Attributes:
        name: Name of the step.
        result: How it ended; None where it did not.
        duration: Seconds of its last attempt, or None where ZenML does not know.
        attempts: How often it was tried.
        error: Class name of the exception, where it failed.
        gates: What gates found in it.
    """

    name: str
    result: Result | None
    duration: float | None = None
    attempts: int = 1
    error: str | None = None
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True)
class RunFacts:
    """A finished run.

    Attributes:
        pipeline: Name of the pipeline.
        run: Name of the run.
        run_id: ZenML's id of the run.
        result: How it ended.
        end: When it ended, with time zone.
        duration: Seconds from start to end, or None where ZenML does not know.
        environment: Where it ran, such as "production".
        stack: Name of the stack.
        error: Class name of the exception, where it failed.
        steps: Its steps.
    """

    pipeline: str
    run: str
    run_id: str
    result: Result
    end: datetime
    duration: float | None = None
    environment: str | None = None
    stack: str | None = None
    error: str | None = None
    steps: tuple[StepFacts, ...] = ()


@dataclass(frozen=True)
class Metric:
    """What can be measured.

    Attributes:
        name: Its name.
        kind: How values of different runs are put together.
        unit: Its unit, in the notation of UCUM.
        description: What it says.
    """

    name: str
    kind: Kind
    unit: str
    description: str


@dataclass(frozen=True)
class Measurement:
    """One measured value.

    Attributes:
        metric: What was measured.
        value: The value, in the metric's unit.
        attributes: What it was measured of.
    """

    metric: Metric
    value: float
    attributes: Mapping[str, str]


# The first two and the attributes cicd.*, error.* and deployment.* are OpenTelemetry's
# conventions for CI/CD; what has no name there has one of ZenML's or ours.
RUN_DURATION = Metric("cicd.pipeline.run.duration", "histogram", "s", "Duration of runs")
RUN_ERRORS = Metric("cicd.pipeline.run.errors", "counter", "{error}", "Errors that failed runs")
STEP_DURATION = Metric(
    "zenml.step.duration", "histogram", "s", "Duration of steps, by their last attempt"
)
STEP_RETRIES = Metric("zenml.step.retries", "counter", "{retry}", "Attempts after the first one")
GATE_VERDICTS = Metric("governance.gate.verdicts", "counter", "{verdict}", "Verdicts of gates")
METRICS = (RUN_DURATION, RUN_ERRORS, STEP_DURATION, STEP_RETRIES, GATE_VERDICTS)

RESULT = "cicd.pipeline.result"


def measurements(run: RunFacts, *, identity: bool = False) -> tuple[Measurement, ...]:
    """Measure a finished run.

    Args:
        run: The run.
        identity: Whether each value names the run it is of. That makes one time series of each
            run, which most stores of metrics are not made for.

    Returns:
        Durations in seconds and counts, of the run and its steps.
    """
    common = _common(run, identity=identity)
    measured = list(_of_run(run, common))
    for step in run.steps:
        measured += _of_step(step, {**common, "zenml.step.name": step.name})
    return tuple(measured)


def summary(run: RunFacts) -> dict[str, str | float]:
    """Say in a few values what was measured of a run, for its metadata and the log.

    Args:
        run: The run.

    Returns:
        Values by name, durations in seconds.
    """
    gates = [gate.passed for step in run.steps for gate in step.gates]
    told: dict[str, str | float] = {RESULT: run.result}
    if run.duration is not None:
        told[RUN_DURATION.name] = round(run.duration, 6)
    if run.steps:
        told[STEP_RETRIES.name] = sum(step.attempts - 1 for step in run.steps)
    if gates:
        told["governance.gate.passed"] = sum(gates)
        told["governance.gate.failed"] = len(gates) - sum(gates)
    return told


def _common(run: RunFacts, *, identity: bool) -> dict[str, str]:
    known = {
        "cicd.pipeline.name": run.pipeline,
        "deployment.environment.name": run.environment,
        "zenml.stack.name": run.stack,
    }
    if identity:
        known |= {"cicd.pipeline.run.id": run.run_id, "zenml.run.name": run.run}
    return {name: value for name, value in known.items() if value}


def _of_run(run: RunFacts, common: Mapping[str, str]) -> Iterator[Measurement]:
    error = {"error.type": run.error or OTHER_ERROR} if run.result == "failure" else {}
    if run.duration is not None:
        # Conventions ask for the state that took so long: this is from start to end.
        state = {"cicd.pipeline.run.state": "executing", RESULT: run.result}
        attributes = {**common, **state, **error}
        yield Measurement(RUN_DURATION, run.duration, attributes)
    if run.result == "failure":
        # Of steps that ran beside each other several may have failed.
        errors = [step.error or OTHER_ERROR for step in run.steps if step.result == "failure"]
        for kind in errors or error.values():
            attributes = {**common, "error.type": kind}
            yield Measurement(RUN_ERRORS, 1, attributes)


def _of_step(step: StepFacts, common: Mapping[str, str]) -> Iterator[Measurement]:
    if step.result is not None and step.duration is not None:
        attributes = {**common, "zenml.step.result": step.result}
        if step.result == "failure":
            attributes["error.type"] = step.error or OTHER_ERROR
        yield Measurement(STEP_DURATION, step.duration, attributes)
    # A count that begins at zero shows its first increase, too.
    yield Measurement(STEP_RETRIES, step.attempts - 1, common)
    for gate in step.gates:
        attributes = {
            **common,
            "governance.gate.name": gate.name,
            "governance.gate.verdict": gate.verdict,
        }
        yield Measurement(GATE_VERDICTS, 1, attributes)
