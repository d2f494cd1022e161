"""Hands an event to an alerter in the form that its channel shows best."""

from typing import TYPE_CHECKING

from zenml.logger import get_logger

from governance.hooks._event import Event
from governance.hooks._message import render
from governance.hooks._redaction import redact
from governance.hooks._stack import load_component
from governance.hooks._wording import headline

if TYPE_CHECKING:
    from zenml.alerter import BaseAlerter
    from zenml.alerter.base_alerter import BaseAlerterStepParameters
    from zenml.models import ComponentResponse

logger = get_logger(__name__)

# Of the time that is left at the end of a process a post may take half: what hangs must leave
# time for the outbox, and for the next alerter.
POSTING_SHARE = 0.5


def post(model: "ComponentResponse", event: Event, channel: str | None) -> str | None:
    """Post a message about an event.

    Args:
        model: The alerter as ZenML keeps it.
        event: What happened.
        channel: Slack or Discord channel id, or None for the alerter's own default.

    Returns:
        None if the channel took the message, or else why not, free of secrets.
    """
    try:
        text, parameters = _message(model, event, channel)
        alerter: BaseAlerter = load_component(model)  # type: ignore[assignment]
        answer = alerter.post(text, parameters)
    except BaseException as error:  # noqa: BLE001 a channel in trouble may raise anything, SystemExit too
        return redact(f"{type(error).__name__}: {error}")
    # A channel that refuses says so by anything but True.
    if answer is True:
        logger.info("The alerter '%s' took: %s", model.name, headline(event))
        return None
    return redact(f"it answered {answer!r}")


def _message(
    model: "ComponentResponse", event: Event, channel: str | None
) -> "tuple[str, BaseAlerterStepParameters | None]":
    if model.flavor_name == "slack":
        from zenml.integrations.slack.alerters.slack_alerter import (  # noqa: PLC0415 needs slack_sdk
            SlackAlerterParameters,
        )

        from governance.hooks._slack import blocks, notification  # noqa: PLC0415 as above

        return notification(event), SlackAlerterParameters(
            slack_channel_id=channel, blocks=blocks(event)
        )
    if model.flavor_name == "discord":
        from zenml.integrations.discord.alerters.discord_alerter import (  # noqa: PLC0415 needs discord
            DiscordAlerterParameters,
        )

        from governance.hooks._discord import render_discord  # noqa: PLC0415 as above

        return render_discord(event), DiscordAlerterParameters(discord_channel_id=channel)
    if channel is not None:
        logger.warning(
            "The settings name channel '%s' for the alerter '%s', but its flavor '%s' has no "
            "channels: its own default gets the message.",
            channel,
            model.name,
            model.flavor_name,
        )
    return render(event), None
