"""Foreign text on its way into a message: legible, harmless, and no longer than its place."""

import re
from collections.abc import Callable, Iterable

from governance.hooks._redaction import cut, defuse

# Colours, cursor movements and window titles of a terminal.
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
# Control characters, and those that turn the direction of what follows.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_NEW_LINE = re.compile("\r\n|[\x85\u2028\u2029]")
# Half a pair is no character: UTF-8, and with it every chat service, refuses it.
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_LIMIT = 200
_SMALLEST = 40


def legible(text: str) -> str:
    """Leave of a text what a person reads, on the lines it has.

    Args:
        text: Text of any length, such as a log line with colours.

    Returns:
        The text without control characters, valid in UTF-8. Of a line that overwrites itself,
        as progress bars do, its last state.
    """
    text = _NEW_LINE.sub("\n", _TERMINAL.sub("", text))
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


def one_line(text: str, limit: int) -> str:
    """Bring a name on one line.

    Args:
        text: Text of any length.
        limit: Characters the result may have, at least 40.

    Returns:
        The text with single spaces, cut in its middle, that mentions nobody.
    """
    return cut(defuse(" ".join(legible(text).split())), limit)


def tail(lines: Iterable[str], count: int, limit: int) -> list[str]:
    """Take the newest lines of a log that there is room for.

    Args:
        lines: Lines of a log, oldest first.
        count: Lines the result may have.
        limit: Characters the result may have, line ends included.

    Returns:
        Lines without empty ones, oldest first.
    """
    legible_lines = [part for line in lines for part in legible(line).split("\n") if part.strip()]
    kept: list[str] = []
    for line in reversed(legible_lines[-count:]):
        short = cut(defuse(line.rstrip()), _LINE_LIMIT)
        limit -= len(short) + 1
        if limit < 0:
            break
        kept.append(short)
    return kept[::-1]


def fitted(text: str, limit: int, write: Callable[[str], str]) -> str:
    """Write a text in a channel's markup, cut before it is escaped, so that no escape is cut.

    Args:
        text: Text of any length.
        limit: UTF-16 code units the result may have. The least is what `write` may make of
            40 characters.
        write: Escapes text.

    Returns:
        The written text.
    """
    room = limit
    while units(written := write(cut(text, room))) > limit:
        room = max(_SMALLEST, room * 3 // 4)
    return written


def units(text: str) -> int:
    """Count UTF-16 code units, which no service counts less of than its own characters."""
    return len(text) + sum(letter > "\uffff" for letter in text)
