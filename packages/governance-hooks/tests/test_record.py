import dataclasses
import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from governance.hooks._record import Record

RECORD = Record(
    "step.failed",
    "0b5e",
    "my step/1",
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    ("my step/1", 1, "failed", None),
    {"causes": [{"error": "ValueError", "message": "ü"}]},
)


def test_record_is_a_cloud_event(snapshot: SnapshotAssertion) -> None:
    """A record is a CloudEvents 1.0 object, canonical, as the snapshot shows."""
    assert RECORD.to_bytes().decode() == snapshot
    assert json.loads(RECORD.to_bytes())["data"] == RECORD.data


def test_same_event_is_the_same_record() -> None:
    """An event recorded twice has one name and the same bytes."""
    again = dataclasses.replace(RECORD)
    assert again.path == RECORD.path
    assert again.to_bytes() == RECORD.to_bytes()


@pytest.mark.parametrize(
    "other",
    [("my step_1", 1, "failed", None), ("my step/1", 2, "failed", None), ("my step/1", 1, "x", "")],
)
def test_name_tells_events_apart(other: tuple[str | int | None, ...]) -> None:
    """Another identity is another record, though its subject looks the same."""
    assert dataclasses.replace(RECORD, identity=other).path != RECORD.path


@given(st.text(st.characters(codec=None)))
def test_name_is_one_safe_path(subject: str) -> None:
    """No subject can lead the record out of its run's folder, or beyond what a store can name."""
    folder, _, file = dataclasses.replace(RECORD, subject=subject).path.partition("/")
    assert folder == "0b5e"
    assert file.startswith("step-failed-")
    assert file.isascii()
    assert set("/\\.") & set(file.removesuffix(".json")) == set()
    assert len(file) < 200
