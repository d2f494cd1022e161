import dataclasses
import json
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.hooks._event import Cause, Event, Frame
from governance.hooks._evidence import Gate, Origin, StepEnd
from governance.hooks._governed import (
    alert_record,
    check_record,
    decision_record,
    records_of_run,
    run_record,
    step_record,
)
from governance.hooks._letter import Letter

pytestmark = pytest.mark.any_version

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
EVENT = Event(
    "failed",
    pipeline="training",
    run="training-1",
    run_id="0b5e",
    time=TIME,
    duration=192.4,
    user="ada",
    causes=(
        Cause(
            "DataQualityError",
            "1 check failed",
            "gate",
            attempt=2,
            details=({"check": "min_rows", "required": 100, "found": 12},),
            frames=(Frame("train.py", 1, "f", "x = 'row 17 of the data'"),),
            log=("row 18 of the data",),
        ),
    ),
)
CHECK = {
    "check": "min_rows",
    "subject": None,
    "required": 100,
    "found": 12,
    "passed": False,
    "rows": [3, 7],
}
ENDS = (
    StepEnd("load", "completed", 1, TIME, 3.5, "sha256:aa"),
    StepEnd("gate", "retried", 1, TIME, 1.0, "sha256:bb", gates=(Gate("data_quality", "failed"),)),
    StepEnd(
        "gate",
        "failed",
        2,
        TIME,
        1.0,
        "sha256:bb",
        gates=(Gate("data_quality", "failed", (CHECK,)),),
    ),
    StepEnd("old", "cached", 1, TIME, 0.0, None, gates=(Gate("model_performance", "passed"),)),
)
ORIGIN = Origin(
    "hook",
    {"python": "3.11.7", "zenml": "0.98.0"},
    {"governance-hooks": "2.1.0"},
    "sha256:cc",
)
LETTER = Letter(
    id=UUID(int=1),
    subject=UUID(int=2),
    event=EVENT,
    run_id=UUID(int=3),
    project_id=UUID(int=4),
    alerter_id=UUID(int=5),
    alerter="slack",
)


def data(record: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record.to_bytes())["data"]
    return found


def test_run_leaves_these_records(snapshot: SnapshotAssertion) -> None:
    """A run's gates, its failed steps and last itself are recorded, as the snapshot shows."""
    records = records_of_run(EVENT, ENDS, ORIGIN)
    assert [record.type for record in records] == [
        "gate.failed",
        "gate.failed",
        "step.failed",
        "gate.passed",
        "run.failed",
    ]
    assert [(record.path, data(record)) for record in records] == snapshot


def test_records_of_people_and_messages(snapshot: SnapshotAssertion) -> None:
    """Messages, checks and decisions are recorded as the snapshot shows."""
    reason = "Known gap, api_key=abcdef123456 in the feed"
    records = [
        alert_record(LETTER, "sent", TIME),
        alert_record(LETTER, "undelivered", TIME, "it answered False"),
        check_record(EVENT, "require_audit_trail", 1, ORIGIN),
        decision_record(EVENT, "override.granted", "ada", reason, "data_quality"),
        decision_record(EVENT, "hold.released", "ada", "approved"),
    ]
    assert [(record.path, data(record)) for record in records] == snapshot
    assert len({record.id for record in records}) == len(records)


def test_no_record_holds_lines_of_data_or_secrets() -> None:
    """Lines of code and log, which may hold data, and secrets are in no record."""
    gate = Gate("g", "failed", ({"check": "x", "found": "token=abcdef123456"},))
    ends = (*ENDS, dataclasses.replace(ENDS[0], gates=(gate,)))
    written = b"".join(record.to_bytes() for record in records_of_run(EVENT, ends, ORIGIN))
    assert b"row 1" not in written
    assert b"abcdef" not in written


def test_static_run_has_one_end() -> None:
    """A run that ends once has one record, however often the server sets its end; others more."""
    later = dataclasses.replace(EVENT, time=TIME + timedelta(hours=1))
    assert run_record(EVENT, (), ORIGIN).path == run_record(later, (), ORIGIN).path
    assert run_record(EVENT, (), ORIGIN, "1").path != run_record(EVENT, (), ORIGIN, "2").path


def test_hook_and_reconciler_name_a_step_alike() -> None:
    """What a hook records at once is what the run's end would record again."""
    by_hook = dataclasses.replace(EVENT, step="gate", attempt=2, time=TIME + timedelta(seconds=1))
    (by_run,) = (r for r in records_of_run(EVENT, ENDS, ORIGIN) if r.type == "step.failed")
    assert step_record(by_hook, None, Origin("hook")).path == by_run.path


def test_long_lists_say_what_they_leave_out() -> None:
    """A record stays of a size that can be read, and says how much is missing."""
    gate = Gate("g", "failed", (CHECK,) * 150, omitted=7)
    ends = [dataclasses.replace(ENDS[0], gates=(gate,))] * 1_200
    *_, verdict, run = records_of_run(EVENT, ends, ORIGIN)
    assert (len(data(verdict)["checks"]), data(verdict)["checks_omitted"]) == (100, 57)
    assert (len(data(run)["steps"]), data(run)["steps_omitted"]) == (1_000, 200)


@given(...)
def test_any_event_can_be_recorded(event: Event) -> None:
    """Whatever an event holds, its record is written."""
    assert json.loads(run_record(event, ENDS, ORIGIN).to_bytes())["specversion"] == "1.0"


@pytest.mark.parametrize("changed", [{"python": "3.12.0", "zenml": "0.98.0"}, {}])
def test_another_runtime_has_another_fingerprint(changed: dict[str, str]) -> None:
    """Where code ran is named by its content."""
    other = dataclasses.replace(ORIGIN, runtime=changed)
    assert other.facts()["runtime"]["fingerprint"] != ORIGIN.facts()["runtime"]["fingerprint"]


@given(st.permutations(ENDS))
def test_code_is_named_whatever_the_order_of_steps(ends: list[StepEnd]) -> None:
    """The fingerprint of a run's code depends on its steps' code alone."""
    assert (
        data(run_record(EVENT, ends, ORIGIN))["code"]
        == (data(run_record(EVENT, ENDS, ORIGIN))["code"])
    )
