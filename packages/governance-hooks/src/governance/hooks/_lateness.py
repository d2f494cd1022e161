"""When a record says that it was made, and when that is too long before it came."""

import json
from datetime import datetime, timedelta
from typing import Any

# Clocks differ, and a record may wait for a store that is down while others are sealed.
GRACE = timedelta(hours=1)


def parsed_time(text: str) -> datetime | None:
    """Read a point in time (RFC 3339).

    Args:
        text: What should be one.

    Returns:
        The time, with time zone; None if it is none.
    """
    try:
        # Python 3.10 does not know the letter for UTC.
        time = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def record_time(data: bytes) -> datetime | None:
    """Read the time that a record gives, and nothing else of it.

    Args:
        data: The bytes of a file.

    Returns:
        The time; None if the file is no readable record.
    """
    try:
        record: Any = json.loads(data)
    except (ValueError, RecursionError):
        return None
    text = record.get("time") if isinstance(record, dict) else None
    return parsed_time(text) if isinstance(text, str) else None


def is_late(time: datetime, sealed: datetime | None) -> bool:
    """Tell whether a record should have been there when the trail was last sealed.

    Args:
        time: The time that the record gives.
        sealed: When the newest digest was made; None if there is none.
    """
    return sealed is not None and time < sealed - GRACE
