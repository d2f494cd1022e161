"""Records as rows of a spreadsheet: fixed columns, and no cell that is a formula."""

import csv
import io
from collections.abc import Iterable

from governance.hooks._check import failed_checks
from governance.hooks._entry import Entry, Unreadable, plain
from governance.hooks._text import legible

_FACTS = (
    "pipeline",
    "run",
    "run_id",
    "outcome",
    "step",
    "attempt",
    "gate",
    "verdict",
    "alerter",
    "channel",
    "user",
    "by",
    "reason",
    "duration",
    "stack",
    "environment",
    "owner",
    "model",
    "commit",
    "url",
)
COLUMNS = ("time", "type", *_FACTS, "error", "message", "failed_checks", "id", "path")

# What spreadsheets take for the beginning of a formula, in the wide forms of East Asia, too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 they are meant


def head() -> bytes:
    """Write the columns' names, as the first line."""
    return _line(COLUMNS)


def row(entry: Entry | Unreadable) -> bytes:
    """Write a record as a line.

    Args:
        entry: The record; a file that is none has its reason as its message.

    Returns:
        A line of comma-separated values, UTF-8. A cell that a spreadsheet would take for a
        formula begins with an apostrophe.
    """
    if isinstance(entry, Unreadable):
        values = {"type": "unreadable", "message": entry.reason, "path": entry.path}
    else:
        cause = next(iter(entry.rows("causes")), {})
        values = {name: entry.text(name) for name in _FACTS} | {
            "time": entry.time.isoformat() if entry.time else "",
            "type": entry.kind,
            "run_id": entry.run_id,
            "error": plain(cause.get("error", "")),
            "message": plain(cause.get("message", "")),
            "failed_checks": "; ".join(map(str, failed_checks(entry))),
            "id": entry.id,
            "path": entry.path,
        }
    return _line(_harmless(values.get(column, "")) for column in COLUMNS)


def _harmless(text: str) -> str:
    text = legible(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
