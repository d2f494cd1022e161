"""An event as plain text, for every alerter."""

from governance.hooks._event import Cause, Event
from governance.hooks._foreign import tail
from governance.hooks._text import cut, defuse, legible
from governance.hooks._wording import (
    brief_facts,
    further,
    headline,
    link,
    notes,
    of_step,
    place,
    title,
)

# Slack's section block, the tightest of the usual channels but Discord.
_LIMIT = 3_000
_CAUSES = 3
_CAUSE_LIMIT = 800
_FRAME_LIMIT = 240
_LOG_LINES = 10


def render(event: Event) -> str:
    """Say in plain text what happened, why, and where to look.

    Args:
        event: The run or step that ended.

    Returns:
        At most 3,000 characters, the headline first, without secrets or chat commands. Of the
        room that headline and facts leave, causes have three quarters, log lines the rest.
    """
    causes = event.causes[:_CAUSES]
    top = [headline(event), *notes(event)]
    bottom = [further(event.causes[_CAUSES:])]
    bottom += [f"{name}: {value}" for name, value in brief_facts(event).items()]
    # The platform's own link is the one that may be a link.
    url = [f"Link: {own}"] if (own := link(event)) else []
    room = _LIMIT - _size(top) - _size(bottom) - _size(url)
    logs = [cause for cause in causes if cause.log]
    share = (room * 3 // 4 if logs else room) // max(1, len(causes))
    told = [_why(cause, event, share) for cause in causes]
    room -= _size(told)
    log = [line for cause in logs for line in _log(cause, event, room // len(logs))]
    foreign = [defuse("\n".join(filter(None, part))) for part in ([*top, *told, *bottom], log)]
    return "\n".join(filter(None, [foreign[0], *url, foreign[1]]))


def _why(cause: Cause, event: Event, room: int) -> str:
    """Tell a cause and its frames, in two thirds and one third of the room at most."""
    limit = min(_CAUSE_LIMIT, room * 2 // 3)
    lines = [cut(f"{title(cause, event)}: {defuse(legible(cause.message)).strip()}", limit)]
    for frame in cause.frames[:2]:
        code = f": {legible(frame.code).strip()}" if frame.code else ""
        at = defuse(f"  at {place(frame)}{code}").replace("\n", " ")
        lines.append(cut(at, min(_FRAME_LIMIT, room // 6 - 4)))
    return "\n".join(lines)


def _log(cause: Cause, event: Event, room: int) -> list[str]:
    name = f"Last log lines{of_step(cause, event)}:"
    lines = tail(cause.log, _LOG_LINES, room - len(name) - 1 - 2 * _LOG_LINES)
    return [name, *(f"  {line}" for line in lines)] if lines else []


def _size(lines: list[str]) -> int:
    return sum(len(line) + 1 for line in lines)
