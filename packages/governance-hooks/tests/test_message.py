from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.hooks._event import Cause, Event, cause_of, exception_name
from governance.hooks._message import duration_text, render

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
FACTS: dict[str, Any] = {
    "pipeline": "training_pipeline",
    "run": "training_pipeline-2026_01_02",
    "run_id": "0b5e",
    "time": TIME,
    "duration": 192.4,
    "stack": "production",
    "user": "ada",
    "model": "churn 7 (staging)",
    "commit": "4f2a9c1",
    "url": "https://zenml.example/runs/0b5e",
}
TABLE = """2 of 5 data-quality checks failed:
check         required  found
rows          >= 100    12
missing       <= 10 %   31 %"""


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(Event("completed", **FACTS), id="run completed"),
        pytest.param(
            Event("failed", **FACTS, causes=(Cause("DataQualityError", TABLE, "validate"),)),
            id="run failed",
        ),
        pytest.param(
            Event("failed", **FACTS, causes=tuple(cause_of("E", "no", f"s{i}") for i in range(5))),
            id="many steps failed",
        ),
        pytest.param(Event("stopped", **FACTS), id="run stopped"),
        pytest.param(Event("completed", **FACTS, step="train"), id="step completed"),
        pytest.param(
            Event(
                "failed",
                **FACTS,
                step="train",
                attempt=3,
                causes=(cause_of("ValueError", "bad <!channel> token=abcdef"),),
            ),
            id="step failed at its third attempt",
        ),
        pytest.param(
            Event("completed", pipeline="p", run="r", run_id="1", time=TIME), id="nothing known"
        ),
    ],
)
def test_message_reads_well(event: Event, snapshot: SnapshotAssertion) -> None:
    """Each kind of event reads as the snapshot shows it."""
    assert render(event) == snapshot


@given(error=st.text(), message=st.text(max_size=5000), step=st.none() | st.text(min_size=1))
def test_any_event_fits(error: str, message: str, step: str | None) -> None:
    """No event, however strange, makes a message too long or raises."""
    event = Event("failed", **FACTS, step=step, causes=(cause_of(error, message, step),))
    assert len(render(event)) <= 3_000


def test_hundred_thousand_characters_are_cut() -> None:
    """A huge exception keeps its first and last words, and the run's name is still there."""
    event = Event("failed", **FACTS, causes=(cause_of("E", "first " + "x" * 100_000 + " last"),))
    message = render(event)
    assert "first xxx" in message
    assert "xxx last" in message
    assert "training_pipeline-2026_01_02" in message


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (9.994, "9.99 s"),
        (10, "10.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (3599.4, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (18_120, "5 h 2 min"),
    ],
)
def test_duration_reads_as_people_say_it(seconds: float, text: str) -> None:
    """A duration has the units that its size asks for."""
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("source", "traceback", "name"),
    [
        ("builtins.ValueError", "OtherError: no", "ValueError"),
        (None, "Traceback (most recent call last):\n  File x\nValueError: no\n", "ValueError"),
        (None, "  File x\npackage.module.GateError: two lines\n  second line\n", "GateError"),
        (None, "  File x\nKeyboardInterrupt\n", "KeyboardInterrupt"),
        (None, "", "Error"),
        (None, None, "Error"),
        (None, "not a traceback at all", "Error"),
    ],
)
def test_exception_s_name_is_read(source: str | None, traceback: str | None, name: str) -> None:
    """The class name is its source's, or found at the end of a traceback of any shape."""
    assert exception_name(source, traceback) == name


class Row:
    def as_dict(self) -> dict[str, object]:
        return {"check": "rows", "found": 3, "note": "password=abcdef", "shape": (1, 2)}


def test_cause_keeps_structured_details_without_secrets() -> None:
    """Details that a gate gives are kept as plain values; what is no detail is left out."""
    cause = cause_of("E", "m", failures=[Row(), "no row", object()])
    assert cause.details == (
        {"check": "rows", "found": 3, "note": "password=[redacted]", "shape": "(1, 2)"},
    )
