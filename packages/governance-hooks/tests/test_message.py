from datetime import datetime, timezone

import pytest
from hypothesis import given
from syrupy.assertion import SnapshotAssertion

from governance.hooks._duration import duration_text
from governance.hooks._event import Event, cause_of
from governance.hooks._message import render
from governance.hooks._wording import link

pytestmark = pytest.mark.any_version

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def test_message_reads_well(event: Event, snapshot: SnapshotAssertion) -> None:
    """Each kind of event reads as the snapshot shows it."""
    assert render(event) == snapshot


@given(event=...)
def test_any_event_is_a_message(event: Event) -> None:
    """No event, however long or strange, makes a message too long, not UTF-8, or raises."""
    message = render(event)
    assert len(message) <= 3_000
    assert message.encode()


def test_hundred_thousand_characters_are_cut(long_failure: Event) -> None:
    """Of a huge exception the first and last words are told, its frame, its log and the run."""
    message = render(long_failure)
    assert len(message) <= 3_000
    for part in ("first xxx", "xxx last", "train.py:1", "Last log lines", long_failure.run):
        assert part in message


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://x.example/a b", "https://x.example/" + "a" * 300, "<!here>"],
)
def test_only_a_link_that_can_be_followed_is_one(url: str) -> None:
    """What is no address of a dashboard, or too long to be told whole, is no link."""
    assert link(Event("failed", "p", "r", "1", TIME, url=url)) is None


def test_link_keeps_no_secret_and_mentions_nobody() -> None:
    """A link's password is replaced, and what would be a mention in it is encoded."""
    event = Event(
        "failed", "p", "r", "1", TIME, url="https://u:pass@zen.example/@everyone?token=abcdef"
    )
    assert "pass@" not in (told := link(event) or "")
    assert "abcdef" not in told
    assert "@" not in told


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (9.994, "9.99 s"),
        (10, "10.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h"),
        (3600, "1 h"),
        (18_120, "5 h 2 min"),
        (90_000, "25 h"),
        (180_000, "2 d 2 h"),
        (-1.0, "0.00 s"),
        (float("inf"), "an unknown time"),
        (float("nan"), "an unknown time"),
    ],
)
def test_duration_reads_as_people_say_it(seconds: float, text: str) -> None:
    """A duration has the units that its size asks for."""
    assert duration_text(seconds) == text


class Row:
    def as_dict(self) -> dict[str, object]:
        return {"check": "rows", "found": 3, "note": "password=abcdef", "shape": (1, 2)}


def test_cause_keeps_structured_details_without_secrets() -> None:
    """Details that a gate gives are kept as plain values; what is no detail is left out."""
    cause = cause_of("E", "m", failures=[Row(), "no row", object()])
    assert cause.details == (
        {"check": "rows", "found": 3, "note": "password=[redacted]", "shape": "(1, 2)"},
    )
