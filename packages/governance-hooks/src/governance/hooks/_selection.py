"""Which records are asked for: by time, pipeline, run, type and user, or by name."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from governance.hooks._entry import Entry, moment
from governance.hooks._settings import seconds

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# What a record's name ends with.
_ID = re.compile(r"-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$")
_CANDIDATES = 10


@dataclass(frozen=True)
class Selection:
    """Which records are asked for; what is left out matches all.

    Attributes:
        since: From this time on.
        until: Before this time.
        pipeline: Pattern for the pipeline's name.
        run: The run's id or name.
        kind: Pattern for the type without its prefix, such as "gate.*".
        user: Who ran the pipeline, or who decided.
    """

    since: datetime | None = None
    until: datetime | None = None
    pipeline: str | None = None
    run: str | None = None
    kind: str | None = None
    user: str | None = None

    def takes(self, entry: Entry) -> bool:
        """Tell whether a record is asked for.

        Args:
            entry: The record. One that does not say when it happened matches every time: nothing
                is left out for want of a date.
        """
        time = entry.time
        return (
            (self.since is None or time is None or time >= self.since)
            and (self.until is None or time is None or time < self.until)
            and _like(entry.text("pipeline"), self.pipeline)
            and self.run in {None, entry.run_id, entry.text("run")}
            and _like(entry.kind, self.kind)
            and self.user in {None, entry.text("user"), entry.text("by")}
        )

    @property
    def words(self) -> dict[str, str]:
        """What is asked for besides the time, by its name; empty if it is everything."""
        asked = {
            "pipeline": self.pipeline,
            "run": self.run,
            "type": self.kind,
            "user": self.user,
        }
        return {name: value for name, value in asked.items() if value is not None}


def bound(text: str, now: datetime, *, end: bool = False) -> datetime:
    """Read where a period begins or ends.

    Args:
        text: A duration before now, such as "7d", or a date or time as in RFC 3339.
        now: The time.
        end: Whether the period ends there: a date then counts to its end.

    Returns:
        The time, in UTC.

    Raises:
        ValueError: If it is none of these.
    """
    try:
        if (time := moment(text)) is not None:
            return time + timedelta(days=end and _DATE.fullmatch(text) is not None)
        return now - timedelta(seconds=seconds(text))
    except (ValueError, OverflowError):
        raise ValueError(
            f'expected a duration such as "7d", a date such as "2026-01-31" or a time such as '
            f'"2026-01-31T12:00:00Z", found {text!r}'
        ) from None


def named(name: str, paths: Iterable[str]) -> dict[str, list[str]]:
    """Find what a name may mean, by the paths alone.

    Args:
        name: A record's path or id, or a run's id; of an id, its first characters will do.
        paths: The paths of all records.

    Returns:
        What it may mean, a record's path or a run's id, each with the paths of its records.
    """
    single: dict[str, list[str]] = {}
    runs: dict[str, list[str]] = {}
    for path in paths:
        folder, _, file = path.rpartition("/")
        found = _ID.search(file)
        if path == name or (found and found[1] == name):
            return {path: [path]}
        if found and found[1].startswith(name):
            single[path] = [path]
        if folder.startswith(name):
            runs.setdefault(folder, []).append(path)
    return {name: runs[name]} if name in runs else runs | single


def similar(name: str, known: Iterable[str]) -> list[str]:
    """Find what may have been meant instead.

    Args:
        name: What is not there.
        known: What is.

    Returns:
        The most similar ones, ten at most.
    """
    return difflib.get_close_matches(name, sorted(set(known)), n=_CANDIDATES, cutoff=0.5)


def _like(text: str, pattern: str | None) -> bool:
    return pattern is None or fnmatchcase(text, pattern)
