"""Which messages go where, as the settings say."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from governance.hooks._event import Event
from governance.hooks._settings import Destination, Route


def destinations(event: Event, routes: Iterable[Route]) -> tuple[Destination, ...] | None:
    """Find where the settings send a message.

    Args:
        event: What the message is about.
        routes: The routes, of which the first that matches decides.

    Returns:
        The destinations, or None where no route matches: then every alerter of the stack is told.
    """
    for route in routes:
        if (
            (not route.severity or event.severity in route.severity)
            and _any(route.environment, [event.environment or ""])
            and _any(route.pipeline, [event.pipeline])
            and _any(route.tag, event.tags)
        ):
            return route.to
    return None


def _any(patterns: tuple[str, ...], names: Iterable[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
