"""Points in time, which ZenML keeps in UTC without saying so."""

from datetime import datetime, timezone


def now() -> datetime:
    """Tell the time, with time zone."""
    return datetime.now(timezone.utc)


def aware(time: datetime) -> datetime:
    """Say of a time from ZenML that it is UTC.

    Args:
        time: A time with or without time zone.

    Returns:
        The same time with its time zone.
    """
    return time.replace(tzinfo=time.tzinfo or timezone.utc)


def seconds_between(start: datetime | None, end: datetime) -> float | None:
    """Measure a duration.

    Args:
        start: A time from ZenML, or None where it knows none.
        end: A time, with time zone.

    Returns:
        Seconds, never negative; None without a start.
    """
    return None if start is None else max(0.0, (end - aware(start)).total_seconds())
