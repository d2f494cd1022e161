"""An audit record: CloudEvents 1.0, one name and the same bytes for the same event."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from governance.hooks._canonical import canonical

_NAMESPACE = UUID("5b9e3c1e-6d0e-5b52-9d1c-6f1f2a3e8b47")
_LONGEST = 80


@dataclass(frozen=True)
class Record:
    """Something that happened under governance.

    Attributes:
        type: What happened, such as "run.failed".
        run_id: ZenML's id of the run.
        subject: The pipeline, step, gate or alerter it is about.
        time: When it happened, with time zone.
        identity: What makes it this event and no other: the same in all processes.
        data: What is known of it, free of secrets.
    """

    type: str
    run_id: str
    subject: str
    time: datetime
    identity: tuple[str | int | None, ...]
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The same for the same event, whoever records it."""
        return str(uuid5(_NAMESPACE, json.dumps([self.run_id, *self.identity])))

    @property
    def path(self) -> str:
        """Where it lies in the trail: `<run id>/<type>-<subject>-<id>.json`."""
        parts = [self.type.replace(".", "-"), _slug(self.subject), self.id]
        return f"{self.run_id}/{'-'.join(parts)}.json"

    def to_bytes(self) -> bytes:
        """Write it as a CloudEvents 1.0 object in structured mode, canonical by RFC 8785."""
        return canonical(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": f"/zenml/runs/{self.run_id}",
                "type": f"governance.{self.type}",
                "subject": self.subject,
                "time": self.time.isoformat(),
                "datacontenttype": "application/json",
                "data": self.data,
            }
        )


def _slug(name: str) -> str:
    safe = (letter if letter.isalnum() or letter in "-_" else "_" for letter in name)
    # Stores count bytes, and not every one of them letters beyond ASCII.
    return "".join(letter if letter.isascii() else "_" for letter in safe)[:_LONGEST]
