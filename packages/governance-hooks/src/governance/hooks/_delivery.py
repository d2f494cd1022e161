"""Brings a message to every alerter of the run's stack, or leaves it in the log and says so."""

import logging
from typing import TYPE_CHECKING

from zenml.logger import get_logger

from governance.hooks._event import Event
from governance.hooks._message import render
from governance.hooks._redaction import redact
from governance.hooks._stack import alerter_models, load_component
from governance.hooks._watcher import Task, watcher

if TYPE_CHECKING:
    from uuid import UUID

    from zenml.alerter import BaseAlerter
    from zenml.models import ComponentResponse

logger = get_logger(__name__)


def announcement(event: Event, stack_id: "UUID") -> Task:
    """Plan the delivery of an event to all alerters of a stack.

    Args:
        event: What happened.
        stack_id: The run's stack.

    Returns:
        A task that finds the alerters and submits one delivery for each.
    """
    message = render(event)

    def announce() -> None:
        alerters = alerter_models(stack_id)
        if not alerters:
            logger.log(
                logging.INFO if event.outcome == "completed" else logging.ERROR,
                "The stack '%s' has no alerter, so the message stays in this log:\n%s",
                event.stack,
                message,
            )
        for alerter in alerters:
            watcher.submit(_delivery(alerter, message))

    def abandon(reason: str) -> None:
        logger.error(
            "The alerters of the stack '%s' could not be read (%s), so the message stays in this "
            "log:\n%s",
            event.stack,
            redact(reason),
            message,
        )

    return Task(announce, abandon)


def _delivery(model: "ComponentResponse", message: str) -> Task:
    def abandon(reason: str) -> None:
        logger.error(
            "The alerter '%s' did not take the message (%s), so it stays in this log:\n%s",
            model.name,
            redact(reason),
            message,
        )

    def post() -> None:
        alerter: BaseAlerter = load_component(model)  # type: ignore[assignment]
        # A channel that refuses says so by anything but True.
        if (answer := alerter.post(message)) is True:
            logger.info("The alerter '%s' took: %s", model.name, message.partition("\n")[0])
        else:
            abandon(f"it answered {answer!r}")

    return Task(post, abandon)
