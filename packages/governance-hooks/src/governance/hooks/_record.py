"""An event as an audit record: CloudEvents 1.0, the same bytes for the same event."""

import json
from dataclasses import asdict
from uuid import UUID, uuid5

from governance.hooks._event import Event

# What a message tells its readers about other runs and about itself.
_FOR_READERS = {"recovery", "repeats", "late"}
_NAMESPACE = UUID("5b9e3c1e-6d0e-5b52-9d1c-6f1f2a3e8b47")


def record_name(event: Event) -> str:
    """Name the record's file; the same event always has the same name.

    Args:
        event: The run or step that ended.

    Returns:
        A relative path, unique per run, subject, attempt and outcome.
    """
    subject = "run" if event.step is None else f"step-{_slug(event.step)}-{event.attempt}"
    return f"{event.run_id}/{subject}-{event.outcome}-{_record_id(event)}.json"


def record_bytes(event: Event) -> bytes:
    """Write the record as canonical JSON.

    Args:
        event: The run or step that ended; its causes are already free of secrets.

    Returns:
        A CloudEvents 1.0 object in structured mode, UTF-8, keys sorted, no white space.
    """
    facts = {key: value for key, value in asdict(event).items() if key not in _FOR_READERS}
    time = facts.pop("time").isoformat()
    for cause in facts["causes"]:
        # Lines of a log or of the code may hold data, which no record does.
        del cause["frames"], cause["log"]
    record = {
        "specversion": "1.0",
        "id": _record_id(event),
        "source": f"/zenml/runs/{event.run_id}",
        "type": f"governance.{event.subject}.{event.outcome}",
        "subject": event.step or event.pipeline,
        "time": time,
        "datacontenttype": "application/json",
        "data": facts,
    }
    return json.dumps(
        record, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    ).encode()


def _record_id(event: Event) -> str:
    # A run that is resumed may end again: its end is part of its identity.
    ended = event.time.isoformat() if event.step is None else None
    key = [event.run_id, event.step, event.attempt, event.outcome, ended]
    return str(uuid5(_NAMESPACE, json.dumps(key)))


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)[:80]
