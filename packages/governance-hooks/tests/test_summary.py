import random
from collections.abc import Callable
from datetime import datetime, timezone

from governance.hooks._entry import Unreadable, entry_of
from governance.hooks._summary import NO_END, Summary

Recorded = Callable[..., tuple[str, bytes]]


def summary(records: list[tuple[str, bytes]]) -> Summary:
    made = Summary()
    for path, data in records:
        made.add(entry_of(path, data))
    return made


def test_figures_are_counted(records: list[tuple[str, bytes]]) -> None:
    """Runs are counted by how they ended, gates by verdict, and alerts by their fate."""
    made = summary(records)
    assert made.records == 12
    assert made.outcomes() == {
        "failed": 1,
        "completed": 1,
        "stopped": 1,
        "stale": 1,
        NO_END: 1,
    }
    gate = made.gates["data_quality", "training"]
    assert (gate.passed, gate.failed, gate.overridden) == (1, 1, 1)
    assert (made.sent, len(made.undelivered), len(made.decisions)) == (1, 1, 2)
    assert made.others == {"model.promoted": 1}
    assert made.components() == {("governance-hooks", "2.1.0"): 1}
    assert made.runtimes() == {("production", "3.11.7", "0.98.0", "Linux"): 1}
    assert made.first == datetime(2026, 1, 2, 3, 2, tzinfo=timezone.utc)
    assert made.last == datetime(2026, 1, 6, 3, 4, 5, tzinfo=timezone.utc)


def test_order_does_not_matter(records: list[tuple[str, bytes]]) -> None:
    """The same records say the same in any order."""
    first = summary(records)
    for seed in range(20):
        shuffled = records[:]
        random.Random(seed).shuffle(shuffled)  # noqa: S311 no secret
        other = summary(shuffled)
        assert other.runs == first.runs
        assert other.users() == first.users()
        assert other.gates == first.gates


def test_same_cause_is_told_once(records: list[tuple[str, bytes]]) -> None:
    """What a step's record and its run's record both say is one cause of the run."""
    run = summary(records).runs["0b5e"]
    assert run.has_failed
    (cause,) = run.causes
    assert (cause.step, cause.error, len(cause.checks)) == ("validate", "DataQualityError", 1)
    assert (run.outcome, run.duration) == ("failed", 192.4)


def test_last_end_decides(record: Recorded) -> None:
    """A run that ended twice is counted once, as it ended last, whichever is read first."""
    ends = [
        record("run.failed", "2026-01-02T00:00:00Z"),
        record("run.completed", "2026-01-03T00:00:00Z"),
        record("alert.sent", "2026-01-04T00:00:00Z"),
    ]
    for order in (ends, ends[::-1]):
        (run,) = summary(order).runs.values()
        assert (run.outcome, run.ends) == ("completed", 2)
        assert run.time == datetime(2026, 1, 3, tzinfo=timezone.utc)


def test_users_are_those_who_ran(records: list[tuple[str, bytes]]) -> None:
    """Each run counts for its user, and for nobody where none is known."""
    users = summary(records).users()
    assert {name: (user.runs, user.failed) for name, user in users.items()} == {
        "": (1, 0),
        "ada": (4, 1),
    }


def test_records_of_any_age_and_damage_are_taken(record: Recorded) -> None:
    """Facts that are missing or of another kind leave a gap and stop nothing."""
    made = summary(
        [
            record("run.failed", "some day", duration="long", causes="x", components=[], runtime=1),
            record("override.granted", gate=None),
            record("gate.failed", pipeline=None, run_id=None),
            record("run.failed", "some day", run_id="2", causes=[{"error": None}, "y"], user=None),
            ("stray.json", b'{"specversion":"1.0","id":"1","source":"s","type":"t"}'),
            ("broken.json", b"{"),
        ]
    )
    assert made.unreadable == [Unreadable("broken.json", made.unreadable[0].reason)]
    assert made.runs["0b5e"].duration is None
    assert made.runs["2"].has_failed
    assert ("", "training") not in made.gates
    assert made.users()["ada"].last is not None
