"""Foreign text on its way into a message: legible, harmless, and no longer than its place."""

from collections.abc import Callable, Iterable

from governance.hooks._text import cut, defuse, legible

_LINE_LIMIT = 200
_SMALLEST = 40


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
