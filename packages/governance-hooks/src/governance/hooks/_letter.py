"""A message on its way to one destination: who gets it, and how it is kept when it cannot go."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from uuid import UUID, uuid5

from pydantic import TypeAdapter

from governance.hooks._event import Event

_NAMESPACE = UUID("8f4a0c52-52a5-5f0c-9a52-0f1bd2a8b3a1")
_VARIABLE = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8,}|\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Letter:
    """An event for one destination.

    Attributes:
        id: The same for the same event and destination, whoever makes the letter.
        subject: The same for the same event, wherever it goes.
        event: What happened, free of secrets.
        run_id: The run, which keeps the marks of who may speak.
        project_id: The run's project.
        alerter_id: The alerter.
        alerter: Its name.
        channel: The channel, or None for the alerter's own default.
        refused: How often it was not taken.
        reason: Why it was not taken the last time.
    """

    id: UUID
    subject: UUID
    event: Event
    run_id: UUID
    project_id: UUID
    alerter_id: UUID
    alerter: str
    channel: str | None = None
    refused: int = 0
    reason: str | None = None

    @property
    def folder(self) -> str:
        """Where letters for the same destination wait, as a relative path."""
        channel = re.sub(r"[^A-Za-z0-9_\-]", "_", self.channel or "default")[:80]
        return f"{self.alerter_id}/{channel}"

    @property
    def name(self) -> str:
        """Its file's name: in the order of the events, and the same for the same letter."""
        return f"{self.event.time.astimezone(timezone.utc):%Y%m%dT%H%M%S.%fZ}-{self.id}.json"

    @property
    def fingerprint(self) -> str:
        """What failed where, for this destination: the same for the same failure."""
        causes = [
            f"{cause.step}:{cause.error}:{_VARIABLE.sub('#', cause.message)[:500]}"
            for cause in self.event.causes
        ]
        told = [self.event.pipeline, str(self.event.step), self.event.outcome, *sorted(causes)]
        return uuid5(_NAMESPACE, "\n".join([self.folder, *told])).hex

    def late(self, now: datetime) -> "Letter":
        """Mark it as late.

        Args:
            now: When it goes out, with time zone.

        Returns:
            The letter, whose event says by how much it is late.
        """
        late = max(0.0, (now - self.event.time).total_seconds())
        return replace(self, event=replace(self.event, late=late))

    def returned(self, reason: str) -> "Letter":
        """Note that it was not taken.

        Args:
            reason: Why, free of secrets.

        Returns:
            The letter as it waits for its next delivery.
        """
        event = replace(self.event, late=None)
        return replace(self, event=event, refused=self.refused + 1, reason=reason)


_FORMAT = TypeAdapter(Letter)


def subject_id(key: str) -> UUID:
    """Name what a letter is about.

    Args:
        key: The same text for the same event, in all processes.

    Returns:
        An id that all processes agree on.
    """
    return uuid5(_NAMESPACE, key)


def letter_id(subject: UUID, alerter_id: UUID, channel: str | None) -> UUID:
    """Name a letter.

    Args:
        subject: What it is about, as `subject_id` names it.
        alerter_id: The alerter.
        channel: The channel, or None for the alerter's own default.

    Returns:
        An id that all processes agree on.
    """
    return uuid5(_NAMESPACE, f"{subject}\n{alerter_id}\n{channel or ''}")


def to_bytes(letter: Letter) -> bytes:
    """Write a letter as JSON.

    Args:
        letter: The letter.

    Returns:
        UTF-8, one object.
    """
    return _FORMAT.dump_json(letter)


def from_bytes(data: bytes) -> Letter:
    """Read what `to_bytes` wrote.

    Args:
        data: The file's bytes.

    Returns:
        The letter.

    Raises:
        ValueError: If it is no letter; the message says what is wrong with which field.
    """
    return _FORMAT.validate_json(data)
