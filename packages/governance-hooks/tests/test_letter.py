from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.hooks._event import Cause, Event
from governance.hooks._letter import Letter, from_bytes, letter_id, subject_id, to_bytes

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
ALERTER = UUID(int=7)


def letter(message: str = "no", **facts: Any) -> Letter:
    event = Event(
        "failed",
        pipeline="train",
        run="train-1",
        run_id="1",
        time=TIME,
        causes=(Cause("ValueError", message, "fit"),),
    )
    subject = subject_id("1")
    return Letter(
        **{
            "id": letter_id(subject, ALERTER, None),
            "subject": subject,
            "event": event,
            "run_id": UUID(int=1),
            "project_id": UUID(int=2),
            "alerter_id": ALERTER,
            "alerter": "slack",
            **facts,
        }
    )


def test_same_event_and_destination_is_the_same_letter() -> None:
    """All processes give a letter one id, and each destination another."""
    ids = {
        letter_id(subject_id(key), alerter, channel)
        for key in ("1", "1", "2")
        for alerter in (ALERTER, UUID(int=8))
        for channel in (None, "C1", "C2")
    }
    assert len(ids) == 2 * 2 * 3


def test_names_sort_by_the_events_time() -> None:
    """Letters lie in their folder in the order of the events, whatever their time zones."""
    later = replace(letter().event, time=TIME + timedelta(microseconds=1))
    east = timezone(timedelta(hours=5))
    earlier = replace(letter().event, time=(TIME - timedelta(seconds=1)).astimezone(east))
    names = [letter(event=event).name for event in (earlier, letter().event, later)]
    assert names == sorted(names)
    assert names[1] == f"20260102T030405.000000Z-{letter().id}.json"


@pytest.mark.parametrize("channel", ["../../etc", "C1/C2", "a" * 500, "ü ß", "."])
def test_channel_makes_no_path_of_its_own(channel: str) -> None:
    """Whatever a channel is called, its letters lie in one folder below its alerter's."""
    alerter, _, folder = letter(channel=channel).folder.partition("/")
    assert alerter == str(ALERTER)
    assert "/" not in folder
    assert folder.strip(".")
    assert len(folder) <= 80


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("row 17 is broken", "row 18 is broken"),
        ("object at 0x7f3f342d66d0", "object at 0x7f3f342d66d8"),
        ("run 0b5e1c3e6d0e5b52 failed", "run 9d1c6f1f2a3e8b47 failed"),
    ],
)
def test_failures_that_differ_in_numbers_are_the_same(one: str, other: str) -> None:
    """Numbers and addresses in a message are no part of what failed."""
    assert letter(one).fingerprint == letter(other).fingerprint


def test_other_failures_are_not_the_same() -> None:
    """Another text, error, step, pipeline or destination is another failure."""
    one = letter("no such column")
    cause = one.event.causes[0]
    others = [
        letter("no such row"),
        replace(one, event=replace(one.event, causes=(replace(cause, error="KeyError"),))),
        replace(one, event=replace(one.event, causes=(replace(cause, step="load"),))),
        replace(one, event=replace(one.event, pipeline="score")),
        replace(one, channel="C1"),
        replace(one, alerter_id=uuid4()),
    ]
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 7


@given(message=st.text(st.characters(exclude_categories=["Cs"])), refused=st.integers(0, 1000))
def test_letter_comes_back_from_its_file_as_it_was(message: str, refused: int) -> None:
    """Whatever a letter says, its file gives the same letter back."""
    kept = letter(message, refused=refused, reason=message)
    assert from_bytes(to_bytes(kept)) == kept


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"id": 1}'])
def test_file_that_is_no_letter_is_an_error(data: bytes) -> None:
    """What is no letter is refused as a whole."""
    with pytest.raises(ValueError, match=r"Letter|JSON"):
        from_bytes(data)


def test_letter_knows_how_late_it_is() -> None:
    """A letter that goes out late says by how much, and forgets it when it comes back."""
    late = letter().late(TIME + timedelta(seconds=90))
    assert late.event.late == 90
    assert letter().late(TIME - timedelta(seconds=1)).event.late == 0
    returned = late.returned("it answered False")
    assert (returned.event.late, returned.refused, returned.reason) == (
        None,
        1,
        "it answered False",
    )
