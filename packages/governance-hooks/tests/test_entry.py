import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.hooks._check import failed_checks
from governance.hooks._entry import Entry, Unreadable, entry_of, moment, plain

pytestmark = pytest.mark.any_version

Recorded = Callable[..., tuple[str, bytes]]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("pipeline", "run", "run_id", "user", "by", "gate", "checks", "causes", "steps")
DATA = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON))


def entry(data: Any, **attributes: Any) -> Entry:
    event = {"specversion": "1.0", "id": "1", "source": "/s", "type": "governance.run.failed"}
    read = entry_of("0b5e/a.json", json.dumps(event | {"data": data} | attributes).encode())
    assert isinstance(read, Entry)
    return read


def test_record_is_read(record: Recorded) -> None:
    """What a record says is what its entry says."""
    read = entry_of(*record("gate.failed", gate="data_quality", step="validate", by="grace"))
    assert isinstance(read, Entry)
    assert read.kind == "gate.failed"
    assert read.time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert (read.run_id, read.who, read.what) == ("0b5e", "grace", "data_quality")
    assert read.text("pipeline") == "training"


def test_older_and_foreign_records_are_read() -> None:
    """A record without data, time or a kind of ours is a record that says little."""
    read = entry(None, type="com.example.deployed")
    assert (read.kind, read.time, read.run_id, read.who) == (
        "com.example.deployed",
        None,
        "0b5e",
        "",
    )
    assert read.order[0].year == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "no JSON"),
        (b"\xff\xfe\xfd", "no JSON"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b"[" * 100_000, "no JSON"),
        (b"9" * 5_000, "no JSON"),
        (b"[]", "no JSON object"),
        (b'{"specversion": "0.3"}', "specversion"),
        (b'{"specversion": "1.0", "id": "1", "source": "s"}', "type is missing"),
        (b'{"specversion": "1.0", "id": 1, "source": "s", "type": "t"}', "id is missing"),
    ],
)
def test_what_is_no_record_is_unreadable(data: bytes, reason: str) -> None:
    """A file that is no JSON or no CloudEvent says why, and raises nothing."""
    read = entry_of("x.json", data)
    assert isinstance(read, Unreadable)
    assert reason in read.reason


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_record_or_unreadable(data: bytes) -> None:
    """No file's content raises."""
    assert isinstance(entry_of("x.json", data), Entry | Unreadable)


@given(DATA)
def test_any_data_can_be_asked(data: dict[str, Any]) -> None:
    """Facts of the wrong kind read as text or as nothing."""
    try:
        text = json.dumps(data, allow_nan=False)
    except ValueError:
        return
    read = entry(json.loads(text))
    for name in ("pipeline", "run", "user"):
        assert isinstance(read.text(name), str)
    assert all(isinstance(row, dict) for row in read.rows("steps"))
    assert all(isinstance(str(check), str) for check in failed_checks(read))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02", "2026-01-02T00:00:00+00:00"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02t03:04:05.123456789z", "2026-01-02T03:04:05.123456+00:00"),
        ("2026-01-02 03:04:05.5+02:00", "2026-01-02T01:04:05.500000+00:00"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05+00:00"),
        ("2026-06-31", None),
        ("0001-01-01T00:00:00+02:00", None),
        ("yesterday", None),
        (7, None),
    ],
)
def test_times_are_read(text: object, expected: str | None) -> None:
    """RFC 3339 times and dates are read as UTC; what is none is no time."""
    time = moment(text)
    assert (time and time.isoformat()) == expected


def test_deep_nesting_is_named() -> None:
    """A value that is nested too deeply to be written is said to be so."""
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert plain(value) == "(nested too deeply)"
    while value:  # which Python would take apart recursively
        value = value[0]


def test_failed_checks_are_the_gate_s_or_the_error_s() -> None:
    """Failed checks come from a gate's record, but for warnings, or from the error's details."""
    told = {"check": "rows", "subject": None, "required": 1000, "found": 12}
    warned = {"check": "y", "passed": False, "severity": "warn"}
    passed = {"check": "x", "passed": True}
    gate = entry({"checks": [told | {"passed": False}, passed, warned, 7]})
    assert list(map(str, failed_checks(gate))) == ["rows: required 1000, found 12"]
    error = entry({"causes": [{"details": [told | {"subject": "age"}, {"other": 1}]}, {}]})
    assert list(map(str, failed_checks(error))) == ["rows of age: required 1000, found 12"]
