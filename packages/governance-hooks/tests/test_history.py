from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.hooks import _history, pipeline_failure_hook, pipeline_success_hook
from governance.hooks.testing import messages

pytestmark = pytest.mark.any_version

Stack = Callable[..., list[Path]]
Run = Callable[[Any], None]
Once = Callable[..., None]


@step
def work(row: int) -> None:
    if row:
        message = f"row {row} is broken"
        raise ValueError(message)


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def sometimes(row: int) -> None:
    work(row)


@pytest.fixture
def once(governed: Run) -> Once:
    """Run the pipeline once; it fails at a row, or completes where there is none."""
    for earlier in Client().list_pipeline_runs(size=500).items:
        Client().delete_pipeline_run(earlier.id)
    return lambda row=0: governed(lambda: sometimes(row))


def sent(file: Path) -> list[str]:
    return [line["message"] for line in messages(file, taken=True)]


def test_first_success_after_failures_is_a_recovery(alerters: Stack, once: Once) -> None:
    """The first run that completes after failures says how many there were; the next does not."""
    (file,) = alerters("take")
    for row in (1, 2, 0, 0):
        once(row)
    *_, recovered, normal = sent(file)
    assert "2 failed runs" in recovered
    assert "failed run" not in normal


def test_recovery_looks_back_a_bounded_way(
    alerters: Stack, once: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a pipeline that always failed only the last runs are counted."""
    monkeypatch.setattr(_history, "_LOOK_BACK", 1)
    (file,) = alerters("take")
    for row in (1, 2, 0):
        once(row)
    assert "After a failed run" in sent(file)[-1]


def test_every_failure_is_told_by_default(alerters: Stack, once: Once) -> None:
    """Without a window each failed run sends its message."""
    (file,) = alerters("take")
    once(1)
    once(1)
    assert len(sent(file)) == 2


def test_repeats_inside_the_window_are_counted(
    alerters: Stack, once: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same failure is told once in a window, and told with its count after it."""
    from governance.hooks._settings import settings

    monkeypatch.setenv("GOVERNANCE_HOOKS_REPEAT_WINDOW", "1h")
    (file,) = alerters("take")
    for row in (1, 2, 3):  # the same failure: its numbers are no part of what it is
        once(row)
    assert len(sent(file)) == 1
    monkeypatch.setenv("GOVERNANCE_HOOKS_REPEAT_WINDOW", "0.001s")
    settings.cache_clear()
    once(4)
    assert len(sent(file)) == 2
    assert "2 more in between were counted" in sent(file)[1]


def test_window_opens_only_after_a_delivery(
    alerters: Stack, once: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that no channel took silences none after it."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_REPEAT_WINDOW", "1h")
    (file,) = alerters({"behaviour": "refuse", "failures": 1})
    once(1)
    once(2)
    assert len(sent(file)) == 2
    once(3)
    assert len(sent(file)) == 2


def test_other_failures_are_told_inside_the_window(
    alerters: Stack, once: Once, governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure of another kind is told at once, whatever the window of the first one."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_REPEAT_WINDOW", "1h")
    (file,) = alerters("take")
    once(1)

    @pipeline(on_failure=pipeline_failure_hook, enable_cache=False)
    def another() -> None:
        work(1)

    governed(another)
    assert len(sent(file)) == 2
