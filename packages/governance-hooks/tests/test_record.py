import dataclasses
import json
from datetime import datetime, timedelta, timezone

from syrupy.assertion import SnapshotAssertion

from governance.hooks._event import Cause, Event
from governance.hooks._record import record_bytes, record_name

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
EVENT = Event(
    "failed",
    pipeline="training",
    run="training-1",
    run_id="0b5e",
    time=TIME,
    step="my step/1",
    causes=(Cause("ValueError", "ü", "my step/1", details=({"check": "rows", "found": 3},)),),
)


def test_record_is_a_cloud_event(snapshot: SnapshotAssertion) -> None:
    """A record is a CloudEvents 1.0 object with the fields that the snapshot shows."""
    assert json.loads(record_bytes(EVENT)) == snapshot


def test_same_event_is_the_same_record() -> None:
    """An event recorded twice has one name and the same bytes."""
    again = dataclasses.replace(EVENT)
    assert record_name(again) == record_name(EVENT)
    assert record_bytes(again) == record_bytes(EVENT)


def test_name_tells_events_apart() -> None:
    """Another step, attempt, outcome or end of the run is another record."""
    run = dataclasses.replace(EVENT, step=None)
    events = [
        EVENT,
        dataclasses.replace(EVENT, step="my step_1"),
        dataclasses.replace(EVENT, attempt=2),
        dataclasses.replace(EVENT, outcome="stopped"),
        run,
        dataclasses.replace(run, time=TIME + timedelta(hours=1)),
    ]
    assert len({record_name(event) for event in events}) == len(events)


def test_name_is_one_safe_path() -> None:
    """A step's name cannot lead the record out of its run's folder."""
    name = record_name(dataclasses.replace(EVENT, step="../../etc/passwd"))
    folder, _, file = name.partition("/")
    assert folder == "0b5e"
    assert "/" not in file
    assert ".." not in file
