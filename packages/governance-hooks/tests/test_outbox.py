import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zenml import pipeline, step
from zenml.client import Client
from zenml.enums import StackComponentType

from governance.hooks import (
    _outbox,
    _returned,
    alerter_success_hook,
    pipeline_failure_hook,
    pipeline_success_hook,
)
from governance.hooks._stack import artifact_store
from governance.hooks._watcher import watcher
from governance.hooks.testing import messages

pytestmark = pytest.mark.any_version

Stack = Callable[..., list[Path]]
Run = Callable[[Any], None]


@step
def work(number: int = 0) -> int:
    return number + 1


@step
def fail() -> None:
    message = "cannot work, password=hunter2"
    raise ValueError(message)


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    """Leave the messages of other tests out of this one."""
    root = Path(Client().active_stack.artifact_store.path)
    for folder in (_outbox.OUTBOX_FOLDER, _outbox.UNDELIVERABLE_FOLDER):
        shutil.rmtree(root / folder, ignore_errors=True)


def named(name: str) -> Any:
    """Make a pipeline of one step that completes."""

    def entrypoint() -> None:
        work()

    entrypoint.__name__ = name
    return pipeline(on_success=pipeline_success_hook, enable_cache=False)(entrypoint)


@pipeline(on_failure=pipeline_failure_hook, enable_cache=False)
def fails() -> None:
    fail()


@pipeline(on_success=alerter_success_hook, enable_cache=False)
def three_steps() -> None:
    work(work(work()))


def waiting(folder: str = _outbox.OUTBOX_FOLDER) -> list[Path]:
    """List the files that wait for this test's alerters."""
    root = Path(Client().active_stack.artifact_store.path) / folder
    return sorted(root.glob("*/*/*.json"))


def drain() -> None:
    """Deliver what waits, as the next hook does."""
    stack = Client().active_stack_model
    for alerter in {path.parent.parent.name for path in waiting()}:
        watcher.submit(_returned.draining(stack.id, f"{alerter}/default"))
    assert watcher.wait(30)


def headlines(file: Path) -> list[str]:
    return [line["message"].splitlines()[0] for line in messages(file, taken=True)]


@pytest.mark.parametrize("behaviour", ["refuse", "none", "raise", "exit"])
def test_message_not_taken_waits_and_arrives_late(
    alerters: Stack, governed: Run, behaviour: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What a channel does not take waits in the artifact store, and the next hook delivers it."""
    (file,) = alerters({"behaviour": behaviour, "failures": 1})
    governed(fails)
    (kept,) = waiting()
    assert messages(file, taken=True) == []
    assert f"It waits in {kept}" in caplog.text
    governed(named("next_one"))
    assert waiting() == []
    first, second = (line["message"] for line in messages(file, taken=True))
    assert first.startswith("❌ Pipeline failed: fails")
    assert "Delayed by" in first
    assert second.startswith("✅ Pipeline completed: next_one")


def test_no_secret_waits(alerters: Stack, governed: Run, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the outbox nor the log holds a secret of the exception or of the alerter."""
    alerters("raise")
    governed(fails)
    (kept,) = waiting()
    for text in (kept.read_text("utf-8"), "\n".join(r.getMessage() for r in own(caplog))):
        assert "hunter2" not in text
        assert "xoxb-" not in text


def own(caplog: pytest.LogCaptureFixture) -> list[Any]:
    """Give the log records that are ours: ZenML logs the exception as it is."""
    return [record for record in caplog.records if record.name.startswith("governance")]


def test_messages_arrive_in_order(alerters: Stack, governed: Run) -> None:
    """While a channel is down messages queue up; once it is back they arrive in their order."""
    (file,) = alerters({"behaviour": "refuse", "failures": 3})
    for name in ("one", "two", "three"):
        governed(named(name))
    assert len(waiting()) == 3
    governed(named("four"))
    assert headlines(file) == [
        f"✅ Pipeline completed: {name}" for name in ("one", "two", "three", "four")
    ]


def test_step_messages_arrive_in_order(alerters: Stack, governed: Run) -> None:
    """The messages of a run's steps keep their order when the channel comes back in between."""
    (file,) = alerters({"behaviour": "raise", "failures": 1})
    governed(three_steps)
    assert [line.split(":")[1] for line in headlines(file)] == [
        " work in three_steps",
        " work_2 in three_steps",
        " work_3 in three_steps",
    ]


def test_each_alerter_has_its_own_queue(alerters: Stack, governed: Run) -> None:
    """A channel that is down holds up its own messages only."""
    down, up = alerters("refuse", "take")
    governed(named("one"))
    governed(named("two"))
    assert len(headlines(up)) == 2
    assert headlines(down) == []
    assert len(waiting()) == 2


def test_message_at_fault_is_set_aside(
    alerters: Stack,
    governed: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A message that its channel refuses again and again while it takes others is set aside."""
    from governance.hooks import _delivery
    from governance.hooks._post import post

    def picky(model: Any, event: Any, channel: str | None) -> str | None:
        return "invalid_blocks" if event.pipeline == "bad" else post(model, event, channel)

    monkeypatch.setattr(_returned, "post", picky)
    monkeypatch.setattr(_delivery, "post", picky)
    (file,) = alerters("take")
    governed(named("bad"))
    for _ in range(2):
        governed(named("good"))
    assert headlines(file) == []
    drain()
    drain()
    assert headlines(file) == ["✅ Pipeline completed: good"] * 2
    assert waiting() == []
    (aside,) = waiting(_outbox.UNDELIVERABLE_FOLDER)
    assert json.loads(aside.read_text("utf-8"))["event"]["pipeline"] == "bad"
    assert str(aside) in caplog.text


def test_file_that_is_no_letter_is_set_aside(alerters: Stack, governed: Run) -> None:
    """A file that cannot be read as a letter holds up no message, and is kept."""
    (file,) = alerters({"behaviour": "refuse", "failures": 1})
    governed(named("one"))
    (kept,) = waiting()
    kept.with_name(f"0-{kept.name}").write_text("{", "utf-8")
    drain()
    assert headlines(file) == ["✅ Pipeline completed: one"]
    assert [path.read_text("utf-8") for path in waiting(_outbox.UNDELIVERABLE_FOLDER)] == ["{"]


def test_letter_of_an_alerter_that_is_gone_is_set_aside(
    alerters: Stack, governed: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """A message whose alerter was deleted is kept where it can be found, and said."""
    alerters("refuse")
    stack = Client().active_stack_model
    governed(named("orphan"))
    (kept,) = waiting()
    (alerter,) = stack.components[StackComponentType.ALERTER]
    Client().update_stack(stack.id, component_updates={StackComponentType.ALERTER: []})
    Client().delete_stack_component(alerter.id, StackComponentType.ALERTER)
    drain()
    assert not kept.exists()
    assert "its alerter is no longer registered" in caplog.text


def test_letter_that_another_process_delivers_is_left_to_it(alerters: Stack, governed: Run) -> None:
    """A waiting letter that is claimed is left alone; one that is settled is cleared away."""
    from governance.hooks._ledger import claim, settle
    from governance.hooks._letter import from_bytes

    (file,) = alerters({"behaviour": "refuse", "failures": 1})
    governed(named("one"))
    (kept,) = waiting()
    letter = from_bytes(kept.read_bytes())
    assert claim(letter) is not None
    drain()
    assert waiting() == [kept]
    settle(letter)
    drain()
    assert waiting() == []
    assert messages(file, taken=True) == []


def test_letter_that_is_gone_is_no_error(alerters: Stack, governed: Run) -> None:
    """A letter that another process delivered between a list and a look is not missed."""
    alerters("refuse")
    governed(named("one"))
    store = artifact_store(Client().active_stack_model.id)
    (kept,) = waiting()
    kept.unlink()
    assert _outbox.read(store, str(kept)) is None
    _outbox.remove(store, str(kept))


def test_store_that_cannot_be_written_leaves_the_message_in_the_log(
    alerters: Stack,
    governed: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """When neither channel nor outbox takes a message, all of it is in the log."""

    def full(*_: object) -> str:
        message = "no space left"
        raise OSError(message)

    monkeypatch.setattr(_outbox, "put", full)
    alerters("refuse")
    governed(named("one"))
    assert "did not take the message (it answered False)" in caplog.text
    assert "could not be put in the outbox (OSError: no space left)" in caplog.text
    assert "✅ Pipeline completed: one" in caplog.text


def test_outbox_that_cannot_be_read_stops_no_message(
    alerters: Stack, governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message goes out although nobody can tell whether others wait."""

    def unreadable(*_: object) -> list[str]:
        message = "no such bucket"
        raise OSError(message)

    monkeypatch.setattr(_outbox, "waiting", unreadable)
    (file,) = alerters("take")
    governed(named("one"))
    assert headlines(file) == ["✅ Pipeline completed: one"]


def test_channel_that_hangs_gets_its_message_once(
    alerters: Stack, governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that hangs is given up and its message kept; should it be taken after all, it goes."""
    from governance.hooks.testing import RecordingAlerter

    monkeypatch.setenv("GOVERNANCE_HOOKS_DEADLINE", "1")
    post = RecordingAlerter.post

    def slow(self: Any, message: str, params: Any = None) -> bool:
        time.sleep(2.5)
        return post(self, message, params)

    monkeypatch.setattr(RecordingAlerter, "post", slow)
    (file,) = alerters("take")
    governed(named("one"))
    assert len(waiting()) == 1
    for _ in range(100):
        if not waiting():
            break
        time.sleep(0.1)
    assert waiting() == []
    drain()
    assert headlines(file) == ["✅ Pipeline completed: one"]


def test_store_that_hangs_leaves_the_message_in_the_log(
    alerters: Stack,
    governed: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An artifact store that does not answer costs the deadline, and the message is in the log."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_DEADLINE", "1")
    monkeypatch.setattr(_outbox, "put", lambda *_: time.sleep(5))
    alerters("refuse")
    governed(named("one"))
    assert "there was no answer within 1 s" in caplog.text
    assert "so the message stays in this log:\n✅ Pipeline completed: one" in caplog.text
