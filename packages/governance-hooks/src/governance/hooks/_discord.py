"""An event in Discord's Markdown, within the 2,000 characters of a message."""

import re

from governance.hooks._event import Cause, Event
from governance.hooks._foreign import fitted, tail, units
from governance.hooks._text import defuse, legible
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

# Discord counts code points; UTF-16 code units are never fewer.
_LIMIT = 2_000
_HEADLINE_LIMIT = 200
_RUN_LIMIT = 150
_SMALLEST = 80  # what 40 characters may become, each of them escaped
_CAUSES = 2
_FENCE_SIZE = 10
_LOG_LINES = 8
_SMALLEST_LOG = 150
_ROOMY = 800  # where logs have a share of their own, not only what the causes leave
# Underscores inside of words format nothing. A colon before slashes would make a link.
_FORMATTING = re.compile(r"[\\`*~|<\[]|(?<![^\W_])_|_(?![^\W_])|:(?=//)")


def render_discord(event: Event) -> str:
    """Say in Discord's Markdown what happened, why, and where to look.

    Args:
        event: The run or step that ended.

    Returns:
        At most 2,000 characters; foreign text in them mentions, links and formats nothing.
    """
    causes = event.causes[:_CAUSES]
    top = [f"**{fitted(headline(event), _HEADLINE_LIMIT, _escape)}**", *notes(event)]
    bottom = []
    if more := further(event.causes[_CAUSES:]):
        bottom.append(fitted(more, _SMALLEST, _escape))
    for name, value in brief_facts(event).items():
        limit = _RUN_LIMIT if name == "Run" else _SMALLEST
        bottom.append(f"**{name}:** {fitted(value, limit, _escape)}")
    if url := link(event):
        bottom.append(f"**Link:** <{url}>")  # in angle brackets, so that it has no preview
    room = _LIMIT - _size(top) - _size(bottom)
    kept = room // 4 if room > _ROOMY and any(cause.log for cause in causes) else 0
    told = [_why(cause, event, (room - kept) // len(causes)) for cause in causes]
    room -= _size(told)
    log = []
    for cause in causes:
        if cause.log and room > _SMALLEST_LOG:
            log += (lines := _log(cause, event, room))
            room -= _size(lines)
    return "\n".join([*top, *told, *bottom, *log])


def _why(cause: Cause, event: Event, room: int) -> str:
    """Tell a cause: its title, and in one block of code its message and frames as they fit."""
    name = f"**{fitted(title(cause, event), max(_SMALLEST, room // 4), _escape)}**"
    room -= units(name) + _FENCE_SIZE
    share = room * 3 // 5 if cause.frames else room
    told = [fitted(legible(cause.message).strip("\n"), max(_SMALLEST, share), defuse)]
    for frame in cause.frames[:2]:
        code = f": {legible(frame.code).strip()}" if frame.code else ""
        left = room - _size(told) - _SMALLEST * (frame is cause.frames[0])
        if left >= _SMALLEST:
            told.append(fitted(f"at {place(frame)}{code}".replace("\n", " "), left, defuse))
    return f"{name}\n{_fenced(told)}"


def _log(cause: Cause, event: Event, room: int) -> list[str]:
    name = _escape(f"Last log lines{of_step(cause, event)}:")
    left = room - units(name) - _FENCE_SIZE
    lines = tail(cause.log, _LOG_LINES, left)
    return [name, _fenced([fitted("\n".join(lines), left, defuse)])] if lines else []


def _fenced(lines: list[str]) -> str:
    text = "\n".join(filter(None, lines))
    return f"```\n{text}\n```"


def _escape(text: str) -> str:
    return _FORMATTING.sub(r"\\\g<0>", defuse(text))


def _size(lines: list[str]) -> int:
    return sum(units(line) + 1 for line in lines)
