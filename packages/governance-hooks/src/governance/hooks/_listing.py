"""Records as a terminal shows them: a line each, or one in full."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from governance.hooks._entry import Entry, Unreadable, plain
from governance.hooks._text import cut, legible

_HEADS = ("time", "type", "pipeline", "run", "step, gate, alerter", "who")
_WIDEST = 44  # characters of a cell
_DEEPEST = 8  # what is nested deeper is shown as JSON


def cells(entry: Entry) -> tuple[str, ...]:
    """Say of a record what the list says of it.

    Args:
        entry: The record.

    Returns:
        One text for each column.
    """
    time = f"{entry.time:%Y-%m-%d %H:%M:%S}" if entry.time else "unknown"
    texts = (entry.kind, entry.text("pipeline"), entry.text("run"), entry.what, entry.who)
    return (time, *(cut(line(text), _WIDEST) for text in texts))


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Align rows below their columns' names.

    Args:
        rows: The cells of each.

    Returns:
        A line for each.
    """
    rows = [_HEADS, *rows]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in rows]


def json_line(entry: Entry) -> str:
    """List a record for a program.

    Args:
        entry: The record.

    Returns:
        A JSON object on one line, in ASCII.
    """
    fields = {
        "time": entry.time.isoformat() if entry.time else None,
        "type": entry.kind,
        "pipeline": entry.text("pipeline"),
        "run": entry.text("run"),
        "run_id": entry.run_id,
        "what": entry.what,
        "who": entry.who,
        "id": entry.id,
        "path": entry.path,
    }
    return json.dumps(fields)


def unreadable_line(unreadable: Unreadable) -> str:
    """Name a file that is no record.

    Args:
        unreadable: The file.
    """
    return f"unreadable: {line(unreadable.path)}: {line(unreadable.reason)}"


def in_full(entry: Entry) -> list[str]:
    """Show all that a record holds.

    Args:
        entry: The record.

    Returns:
        Lines, indented below the record's path.
    """
    event = {name: value for name, value in entry.event.items() if name != "data"}
    return [line(entry.path), *_lines(event, 1), "  data:", *_lines(entry.event.get("data"), 2)]


def line(text: str) -> str:
    """Bring a text of any origin on one line that does nothing to a terminal.

    Args:
        text: The text.
    """
    return " ".join(legible(text).split())


def _lines(value: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if isinstance(value, Mapping) and value and depth < _DEEPEST:
        return [
            found for key, item in value.items() for found in _item(f"{line(key)}:", item, depth)
        ]
    if isinstance(value, list) and value and depth < _DEEPEST:
        return [found for item in value for found in _item("-", item, depth)]
    return [f"{pad}{part}" for part in legible(plain(value)).split("\n")]


def _item(label: str, item: Any, depth: int) -> list[str]:
    pad = "  " * depth
    below = _lines(item, depth + 1)
    is_flat = not item or not isinstance(item, Mapping | list) or depth + 1 >= _DEEPEST
    if len(below) == 1 and is_flat:
        return [f"{pad}{label} {below[0].strip()}".rstrip()]
    if label == "-":  # the first of the object's facts stands beside the dash
        return [f"{pad}- {below[0].strip()}", *below[1:]]
    return [f"{pad}{label}", *below]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
