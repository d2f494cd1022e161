"""An event as Slack Block Kit: plain dictionaries, within Slack's documented limits."""

import re
from typing import Any

from governance.hooks._event import Cause, Event
from governance.hooks._foreign import fitted, tail
from governance.hooks._text import defuse, legible
from governance.hooks._wording import (
    facts,
    further,
    headline,
    link,
    notes,
    of_step,
    place,
    title,
)

Block = dict[str, Any]

_HEADER_LIMIT = 150
# What Slack takes over all blocks is about 13,200 characters; these are 12,000 at most.
_LINE_LIMIT = 600
_WHY_LIMIT = 2_900
_FRAMES_LIMIT = 700
_LOGS_LIMIT = 2_400
_CAUSES = 3
_FOOTER = ("Environment", "Stack", "User", "Commit")
_LOG_LINES = 15
# Slack formats what stands between two of these, and knows no escape; underscores inside of
# words format nothing.
# A lookalike can do nothing, where an invisible character may or may not help.
_LOOKALIKES = {
    "*": "\N{ASTERISK OPERATOR}",
    "_": "\N{MODIFIER LETTER LOW MACRON}",
    "~": "\N{TILDE OPERATOR}",
    "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
}
_FORMATTING = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)|^>")


def blocks(event: Event) -> list[Block]:
    """Say in Slack's Block Kit what happened, why, and where to look.

    Args:
        event: The run or step that ended.

    Returns:
        At most 50 blocks with at most 12,000 characters, for the `blocks` of ZenML's
        `SlackAlerterParameters`; foreign text in them mentions, links and formats nothing.
    """
    causes = event.causes[:_CAUSES]
    built = [_header(headline(event))]
    if remarks := notes(event):
        built.append(_section(_escape("\n".join(remarks))))
    for cause in causes:
        built += _why(cause, event, _WHY_LIMIT // len(causes))
    if more := further(event.causes[_CAUSES:]):
        built.append(_context(_fit(more)))
    known = facts(event)
    footer = [f"{name.lower()} {_fit(known.pop(name))}" for name in _FOOTER if name in known]
    fields = [_mrkdwn(f"*{name}*\n{_fit(value)}") for name, value in known.items()]
    if fields:
        built.append({"type": "section", "fields": fields})
    if url := link(event):
        footer.insert(0, f"<{_entities(url)}|Open the run>")
    if footer:
        built.append(_context("  ·  ".join(footer)))
    logs = [cause for cause in causes if cause.log]
    for cause in logs:
        built += _log(cause, event, _LOGS_LIMIT // len(logs))
    return built


def notification(event: Event) -> str:
    """Say in one line what Slack shows where it shows no blocks: on a phone, to a screen reader.

    Args:
        event: The run or step that ended.

    Returns:
        The headline and the first cause, escaped, for the `text` beside the blocks.
    """
    first = f" ({title(event.causes[0], event)})" if event.causes else ""
    return _fit(headline(event) + first)


def _why(cause: Cause, event: Event, room: int) -> list[Block]:
    told = f"*{_fit(title(cause, event))}*"
    if message := legible(cause.message).strip("\n"):
        told += f"\n{_fence(message, room - _LINE_LIMIT)}"
    lines = []
    for frame in cause.frames[:2]:
        lines.append(place(frame))
        if frame.code:
            lines.append(f"    {legible(frame.code).strip()}")
    return [
        _section(told),
        *([_section(_fence("\n".join(lines), _FRAMES_LIMIT))] if lines else []),
    ]


def _log(cause: Cause, event: Event, room: int) -> list[Block]:
    lines = tail(cause.log, _LOG_LINES, room)
    if not lines:
        return []
    return [
        {"type": "divider"},
        _context(_fit(f"Last log lines{of_step(cause, event)}")),
        _section(_fence("\n".join(lines), room)),
    ]


def _header(text: str) -> Block:
    told = fitted(text, _HEADER_LIMIT, str)
    return {"type": "header", "text": {"type": "plain_text", "text": told, "emoji": True}}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    # Verbatim: Slack makes no links and mentions of its own out of plain words.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fence(text: str, limit: int) -> str:
    return f"```\n{fitted(text, limit, _code)}\n```"


def _fit(text: str) -> str:
    return fitted(text, _LINE_LIMIT, _escape)


def _escape(text: str) -> str:
    return _entities(defuse(_FORMATTING.sub(lambda found: _LOOKALIKES[found[0]], text)))


def _code(text: str) -> str:
    return _entities(defuse(text))


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
