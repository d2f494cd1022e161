"""Writes audit records to the run's artifact store, once each and never half."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zenml.logger import get_logger

from governance.hooks._event import Event
from governance.hooks._record import record_bytes, record_name
from governance.hooks._redaction import redact
from governance.hooks._trail import trail_of
from governance.hooks._watcher import Task

if TYPE_CHECKING:
    from uuid import UUID

logger = get_logger(__name__)


def recording(
    known: Callable[[], Event], describe: Callable[[], Event], stack_id: Callable[[], "UUID"]
) -> Task:
    """Plan the audit record of an event.

    Args:
        known: Tells what is known without asking ZenML, for the log where all else fails.
        describe: Tells all that the record holds; it may take its time.
        stack_id: Tells the run's stack, likewise.

    Returns:
        A task that writes `governance/audit/<run id>/<record>.json` in the artifact store,
        or the record itself to the log where the store cannot be written.
    """
    described: list[Event] = []

    def write() -> None:
        described.append(event := describe())
        trail, name = trail_of(stack_id()), record_name(event)
        # It is there already if another hook or process recorded the same event.
        if trail.write(name, record_bytes(event)):
            logger.info("Audit record: %s/%s", trail.root, name)

    def abandon(reason: str) -> None:
        logger.error(
            "The audit record could not be written (%s), so it stays in this log:\n%s",
            redact(reason),
            record_bytes(described[0] if described else known()).decode(),
        )

    return Task(write, abandon)
