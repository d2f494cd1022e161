from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from governance.hooks._entry import Entry, entry_of
from governance.hooks._selection import Selection, bound, named, similar

Recorded = Callable[..., tuple[str, bytes]]

NOW = datetime(2026, 2, 1, 12, tzinfo=timezone.utc)
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
ID = "5b9e3c1e-6d0e-5b52-9d1c-6f1f2a3e8b4"


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ({}, 1),
        ({"since": TIME}, 1),
        ({"since": TIME + timedelta(seconds=1)}, 0),
        ({"until": TIME}, 0),
        ({"until": TIME + timedelta(seconds=1)}, 1),
        ({"pipeline": "train*"}, 1),
        ({"pipeline": "train"}, 0),
        ({"run": "0b5e"}, 1),
        ({"run": "training-1"}, 1),
        ({"run": "training"}, 0),
        ({"kind": "gate.*"}, 1),
        ({"kind": "run.*"}, 0),
        ({"user": "ada"}, 1),
        ({"user": "grace"}, 1),
        ({"user": "linus"}, 0),
    ],
)
def test_selection_takes_what_is_asked_for(
    record: Recorded, asked: dict[str, Any], taken: int
) -> None:
    """A record is taken if it matches all that is asked: times, patterns, names and people."""
    entry = entry_of(*record("gate.failed", by="grace"))
    assert isinstance(entry, Entry)
    assert Selection(**asked).takes(entry) == taken


def test_record_without_a_time_is_never_left_out(record: Recorded) -> None:
    """A record that does not say when it happened is in every period."""
    entry = entry_of(*record("run.failed", "some day"))
    assert isinstance(entry, Entry)
    assert Selection(since=NOW, until=NOW).takes(entry)


def test_selection_says_what_it_is() -> None:
    """A selection names what it asks for besides the time."""
    assert Selection(since=NOW).words == {}
    assert Selection(kind="gate.*", user="ada").words == {"type": "gate.*", "user": "ada"}


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("7d", 0, NOW - timedelta(days=7)),
        ("90", 1, NOW - timedelta(seconds=90)),
        ("2026-01-31", 0, datetime(2026, 1, 31, tzinfo=timezone.utc)),
        ("2026-01-31", 1, datetime(2026, 2, 1, tzinfo=timezone.utc)),
        ("2026-01-31T12:00:00Z", 1, datetime(2026, 1, 31, 12, tzinfo=timezone.utc)),
    ],
)
def test_bounds_are_read(text: str, end: int, expected: datetime) -> None:
    """A period's bound is a duration before now or a time; a last date counts whole."""
    assert bound(text, NOW, end=bool(end)) == expected


@pytest.mark.parametrize("text", ["yesterday", "99999999999d", "2026-02-30", "9999-12-31"])
def test_wrong_bounds_say_what_is_expected(text: str) -> None:
    """What is neither, or beyond all calendars, is refused with examples of what is expected."""
    with pytest.raises(ValueError, match='expected a duration such as "7d"'):
        bound(text, NOW, end=True)


PATHS = [f"0b5e/run-failed-{ID}0.json", f"0b5e/step-a-{ID}1.json", f"0c00/run-{ID}2.json", "x.json"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        (PATHS[0], {PATHS[0]: PATHS[:1]}),
        ("x.json", {"x.json": ["x.json"]}),
        (f"{ID}1", {PATHS[1]: PATHS[1:2]}),
        ("0b5e", {"0b5e": PATHS[:2]}),
        ("0b", {"0b5e": PATHS[:2]}),
        ("0", {"0b5e": PATHS[:2], "0c00": PATHS[2:3]}),
        ("5b9e", {path: [path] for path in PATHS[:3]}),
        ("failed", {}),
    ],
)
def test_names_are_paths_ids_or_their_beginnings(name: str, meant: dict[str, list[str]]) -> None:
    """A name means a path, a record's or run's id, or all ids that begin with it."""
    assert named(name, PATHS) == meant


def test_run_s_whole_id_is_no_beginning_of_another() -> None:
    """A run whose id begins another's is still found by its id."""
    assert named("0b", ["0b/a.json", "0b5e/b.json"]) == {"0b": ["0b/a.json"]}


def test_similar_names_are_offered() -> None:
    """What is not there brings up what looks like it."""
    assert similar("trainng-1", ["training-1", "scoring-1", "training-1"])[0] == "training-1"
