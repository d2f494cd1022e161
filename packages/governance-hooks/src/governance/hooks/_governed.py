"""What is recorded of each event that governance is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Literal

from governance.hooks._canonical import fingerprint
from governance.hooks._event import Cause, Event, Outcome
from governance.hooks._evidence import Gate, Origin, StepEnd
from governance.hooks._letter import Letter
from governance.hooks._record import Record
from governance.hooks._redaction import shorten
from governance.hooks._wording import headline

AlertResult = Literal["sent", "undelivered"]
Decision = Literal["override.granted", "hold.released"]

# What a message tells its readers about other runs and about itself.
_FOR_READERS = {"recovery", "repeats", "late"}
_MOST_CHECKS = 100
_MOST_STEPS = 1_000
_MOST_VALUES = 20
_VALUE_LIMIT = 200
_REASON_LIMIT = 1_000


def run_record(
    event: Event, steps: Iterable[StepEnd], origin: Origin, end: str | None = None
) -> Record:
    """Record how a run ended.

    Args:
        event: The run's end, with its causes.
        steps: All its steps' ends.
        origin: Where the record comes from.
        end: Which of its ends this is, where a run may end again.

    Returns:
        The record.
    """
    ends = list(steps)
    listed = [
        {"name": end.name, "outcome": end.outcome, "attempt": end.attempt, "duration": end.duration}
        for end in ends[:_MOST_STEPS]
    ]
    facts = _facts(event, _code_of(ends), origin)
    facts |= {"steps": listed, "steps_omitted": len(ends) - len(listed)}
    identity = (None, event.attempt, event.outcome, end)
    return _record(event, f"run.{event.outcome}", event.pipeline, identity, facts)


def records_of_run(
    event: Event, ends: Sequence[StepEnd], origin: Origin, end: str | None = None
) -> list[Record]:
    """Record all that a run did, the run itself last: where it is recorded, all is.

    Args:
        event: The run's end, with its causes.
        ends: All its steps' ends.
        origin: Where the records come from.
        end: Which of its ends this is, where a run may end again.

    Returns:
        The records: gates, failed steps, and the run.
    """
    return [*records_of_steps(event, ends, origin), run_record(event, ends, origin, end)]


def records_of_steps(event: Event, ends: Iterable[StepEnd], origin: Origin) -> list[Record]:
    """Record what the steps of a run did so far.

    Args:
        event: The run, with its causes.
        ends: Its steps' ends.
        origin: Where the records come from.

    Returns:
        The records: gates and failed steps.
    """
    records = []
    for end in ends:
        records += [gate_record(event, end, gate, origin) for gate in end.gates]
        if end.outcome == "failed":
            causes = tuple(
                cause
                for cause in event.causes
                if (cause.step, cause.attempt) == (end.name, end.attempt)
            )
            failed = _about_step(event, end, "failed", causes)
            records.append(step_record(failed, end.code, origin))
    return records


def step_record(event: Event, code: str | None, origin: Origin) -> Record:
    """Record how a step ended.

    Args:
        event: The step's end, with its cause.
        code: Fingerprint of its source code.
        origin: Where the record comes from.

    Returns:
        The record.
    """
    facts = _facts(event, code, origin)
    identity = (event.step, event.attempt, event.outcome, None)
    subject = f"{event.step}-{event.attempt}"
    return _record(event, f"step.{event.outcome}", subject, identity, facts)


def gate_record(event: Event, end: StepEnd, gate: Gate, origin: Origin) -> Record:
    """Record a gate's verdict with its figures.

    Args:
        event: The run that the gate belongs to.
        end: The step that the gate ran in.
        gate: Its verdict.
        origin: Where the record comes from.

    Returns:
        The record.
    """
    shown = gate.checks[:_MOST_CHECKS]
    about = _about_step(event, end, "completed")
    facts = _facts(about, end.code, origin) | {
        "outcome": gate.verdict,
        "gate": gate.name,
        "verdict": gate.verdict,
        "cached": end.outcome == "cached",
        "checks": [{str(key): _value(value) for key, value in row.items()} for row in shown],
        "checks_omitted": gate.omitted + len(gate.checks) - len(shown),
    }
    identity = ("gate", end.name, end.attempt, gate.name, gate.verdict)
    return _record(about, f"gate.{gate.verdict}", f"{end.name}-{gate.name}", identity, facts)


def check_record(event: Event, step: str, attempt: int, origin: Origin) -> Record:
    """Record that a run was held against its records.

    Args:
        event: The run so far.
        step: The step that checks.
        attempt: Which attempt of it this is, from 1.
        origin: Where the record comes from.

    Returns:
        The record.
    """
    facts = _facts(replace(event, causes=()), None, origin) | {"outcome": "checked", "step": step}
    identity = ("audit", step, attempt)
    return Record("audit.checked", event.run_id, step, event.time, identity, facts)


def alert_record(
    letter: Letter, result: AlertResult, time: datetime, reason: str | None = None
) -> Record:
    """Record what became of a message.

    Args:
        letter: The message.
        result: Whether its channel took it.
        time: When that was known, with time zone.
        reason: Why the channel did not, free of secrets.

    Returns:
        The record: the first time that a message was not taken, and when it was.
    """
    event = letter.event
    facts = {
        "run": event.run,
        "run_id": event.run_id,
        "pipeline": event.pipeline,
        "step": event.step,
        "stack": event.stack,
        "user": event.user,
        "environment": event.environment,
        "outcome": result,
        "tells": headline(event),
        "alerter": letter.alerter,
        "channel": letter.channel,
        "reason": reason,
    }
    identity = ("alert", str(letter.id), result)
    return Record(f"alert.{result}", event.run_id, letter.alerter, time, identity, _known(facts))


def decision_record(
    event: Event, decision: Decision, by: str, reason: str, gate: str | None = None
) -> Record:
    """Record what a person decided about a run.

    Args:
        event: The run, and when it was decided.
        decision: A gate's verdict was overridden, or a run that was held goes on.
        by: Who decided.
        reason: Why.
        gate: The gate whose verdict does not stand.

    Returns:
        The record.
    """
    facts = {
        "run": event.run,
        "run_id": event.run_id,
        "pipeline": event.pipeline,
        "stack": event.stack,
        "user": event.user,
        "model": event.model,
        "environment": event.environment,
        "outcome": decision.rpartition(".")[2],
        "gate": gate,
        "by": by,
        "reason": shorten(reason, _REASON_LIMIT),
    }
    identity = ("decision", decision, gate, by, event.time.isoformat())
    return Record(
        decision, event.run_id, gate or event.pipeline, event.time, identity, _known(facts)
    )


def _about_step(
    event: Event, end: StepEnd, outcome: Outcome, causes: tuple[Cause, ...] = ()
) -> Event:
    return replace(
        event,
        outcome=outcome,
        step=end.name,
        attempt=end.attempt,
        time=end.ended,
        duration=end.duration,
        causes=causes,
    )


def _record(
    event: Event, kind: str, subject: str, identity: tuple[Any, ...], facts: dict[str, Any]
) -> Record:
    return Record(kind, event.run_id, subject, event.time, identity, facts)


def _facts(event: Event, code: str | None, origin: Origin) -> dict[str, Any]:
    facts = {key: value for key, value in asdict(event).items() if key not in _FOR_READERS}
    del facts["time"]
    for cause in facts["causes"]:
        # Lines of a log or of the code may hold data, which no record does.
        del cause["frames"], cause["log"]
    if event.step is None:
        del facts["step"], facts["attempt"]
    return _known(facts) | {"code": _known({"fingerprint": code})} | origin.facts()


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what nobody knows."""
    return {key: value for key, value in facts.items() if value is not None}


def _code_of(ends: Iterable[StepEnd]) -> str | None:
    codes = sorted({(end.name, end.code) for end in ends if end.code is not None})
    return fingerprint([list(code) for code in codes]) if codes else None


def _value(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_value(item) for item in value[:_MOST_VALUES]]
    return shorten(str(value), _VALUE_LIMIT)
