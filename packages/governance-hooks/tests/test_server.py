from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from zenml import pipeline, step
from zenml.dispatcher import EventDispatcher

from governance.hooks import pipeline_failure_hook, pipeline_success_hook
from governance.hooks.server import RunEventHandler
from governance.hooks.testing import messages

Stack = Callable[..., list[Path]]
Run = Callable[[Any], None]


@step
def work() -> int:
    return 1


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=True)
def cached() -> None:
    work()


@pipeline(enable_cache=False)
def ungoverned() -> None:
    work()


@pytest.fixture
def _handler() -> Iterator[None]:
    """Register the handler where the store is: in this process, as in a server's."""
    import asyncio

    handler = asyncio.run(RunEventHandler.create())
    EventDispatcher().register_event_handler(handler)
    yield
    EventDispatcher().unregister_event_handler(handler)


@pytest.mark.usefixtures("_handler")
def test_server_tells_what_no_hook_can(alerters: Stack, governed: Run) -> None:
    """With the handler an all-cached run is told at once, and one with hooks is told once."""
    (file,) = alerters("take")
    governed(cached)
    governed(cached)
    assert [line["message"].splitlines()[0] for line in messages(file)] == [
        "✅ Pipeline completed: cached"
    ] * 2


@pytest.mark.usefixtures("_handler")
def test_server_leaves_ungoverned_runs_alone(alerters: Stack, governed: Run) -> None:
    """A run whose pipeline names no pipeline hook is nobody's to tell."""
    (file,) = alerters("take")
    governed(ungoverned)
    assert messages(file) == []


def test_other_events_are_ignored() -> None:
    """An event that is about no run is none of the handler's business."""
    RunEventHandler().handle_event(object())
