from datetime import datetime, timedelta, timezone

import pytest

from governance.hooks._lateness import GRACE, is_late, parsed_time, record_time

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00"])
def test_time_of_a_record(text: str) -> None:
    """A record's time is read with any offset, also with the letter for UTC."""
    assert record_time(f'{{"time":"{text}"}}'.encode()) == TIME


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\xff", b"[]", b"{}", b'{"time":1}', b'{"time":"yesterday"}', b"[" * 100_000),
        b'{"time":"2026-01-02T03:04:05"}',
    ],
)
def test_what_is_no_record(data: bytes) -> None:
    """A file without a time, or whose time has no zone, is no readable record."""
    assert record_time(data) is None


def test_late_is_long_before_the_seal() -> None:
    """A record is late if it is older than the newest digest by more than the grace."""
    assert not is_late(TIME, None)
    assert not is_late(TIME, TIME + GRACE)
    assert is_late(TIME, TIME + GRACE + timedelta(seconds=1))
    assert parsed_time("Z") is None
