"""An entry of the audit trail as it is read: tolerant of age, damage and unknown kinds."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, NoReturn

from governance.hooks._time import aware

_PREFIX = "governance."
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?)?"
)


@dataclass(frozen=True)
class Entry:
    """One record, as much of it as is known.

    Attributes:
        path: Its file, below the trail's root.
        event: All that the file holds: a CloudEvent.
        time: When it happened; None where the record does not say so.
        kind: The event's type, ours without its prefix: "run.failed".
        data: The event's data; empty where it is no object.
    """

    path: str
    event: Mapping[str, Any] = field(repr=False)
    time: datetime | None
    kind: str
    data: Mapping[str, Any] = field(repr=False)

    def text(self, *names: str) -> str:
        """Give a fact as text.

        Args:
            names: Its name in the data, and others to try where there is none.

        Returns:
            The first of them that is there; empty without any.
        """
        return next((plain(self.data[name]) for name in names if known(self.data.get(name))), "")

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        """Give a fact that is a list of objects.

        Args:
            name: Its name in the data.

        Returns:
            The objects; what else is in the list, or instead of it, is left out.
        """
        return objects(self.data.get(name))

    @property
    def id(self) -> str:
        """The record's own id."""
        return plain(self.event["id"])

    @property
    def run_id(self) -> str:
        """The run's id; the record's folder where the record does not say it."""
        return self.text("run_id") or self.path.rpartition("/")[0]

    @property
    def who(self) -> str:
        """Who did it: who decided, where it is a decision, or else who ran the pipeline."""
        return self.text("by", "user")

    @property
    def what(self) -> str:
        """What it is about within the run: a gate, an alerter or a step."""
        return self.text("gate", "alerter", "step")

    @property
    def order(self) -> tuple[datetime, str]:
        """Its place among others: by time, then by path; those without a time come first."""
        return self.time or datetime.min.replace(tzinfo=timezone.utc), self.path


@dataclass(frozen=True)
class Unreadable:
    """A file of the trail that is no record.

    Attributes:
        path: The file, below the trail's root.
        reason: Why it cannot be read as one.
    """

    path: str
    reason: str


def entry_of(path: str, data: bytes) -> Entry | Unreadable:
    """Read a file of the trail.

    Args:
        path: The file, below the trail's root.
        data: What it holds.

    Returns:
        The record, or why it is none.
    """
    try:
        event = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return Unreadable(path, f"no JSON: {error}")
    if not isinstance(event, dict):
        return Unreadable(path, "no CloudEvent: it is no JSON object")
    if event.get("specversion") != "1.0":
        return Unreadable(path, "no CloudEvent: specversion is not 1.0")
    for name in ("id", "source", "type"):
        if not isinstance(event.get(name), str):
            return Unreadable(path, f"no CloudEvent: {name} is missing or no text")
    facts = event.get("data")
    return Entry(
        path,
        event,
        moment(event.get("time")),
        event["type"].removeprefix(_PREFIX),
        facts if isinstance(facts, dict) else {},
    )


def moment(text: object) -> datetime | None:
    """Read a time.

    Args:
        text: A date, or a date and time as in RFC 3339; UTC where no offset is given.

    Returns:
        The time in UTC; None if it is none.
    """
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    day, clock, fraction, offset = found.groups()
    written = f"{day}T{clock or '00:00:00'}.{(fraction or '').ljust(6, '0')[:6]}"
    if offset and offset not in "Zz":
        written += offset
    try:
        return aware(datetime.fromisoformat(written)).astimezone(timezone.utc)
    except (ValueError, OverflowError):  # the 31st of June; an offset beyond the first year
        return None


def known(value: object) -> bool:
    """Tell whether a value says something.

    Args:
        value: A value of JSON.
    """
    return value is not None and value != ""


def plain(value: object) -> str:
    """Write a value of JSON as text.

    Args:
        value: Any value.

    Returns:
        A text as it is, else its JSON.
    """
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:  # it could be read, but from a frame that was less deep
        return "(nested too deeply)"


def objects(value: object) -> list[Mapping[str, Any]]:
    """Take the objects of a list.

    Args:
        value: A value of JSON.

    Returns:
        The objects in it; none if it is no list.
    """
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
