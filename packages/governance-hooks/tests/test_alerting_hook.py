import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zenml import Model, get_step_context, pipeline, step
from zenml.client import Client
from zenml.config.retry_config import StepRetryConfig
from zenml.enums import ExecutionMode, ExecutionStatus
from zenml.models import PipelineRunUpdate

from governance.hooks import (
    alerter_failure_hook,
    alerter_success_hook,
    pipeline_failure_hook,
    pipeline_success_hook,
)
from governance.hooks._watcher import watcher
from governance.hooks.testing import messages

Stack = Callable[..., list[Path]]
static = pipeline(
    on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False
)
dynamic = pipeline(
    dynamic=True,
    on_success=pipeline_success_hook,
    on_failure=pipeline_failure_hook,
    enable_cache=False,
)


@step
def work(number: int = 0) -> int:
    return number + 1


@step
def fail(number: int) -> int:
    message = f"cannot work on {number}, password=hunter2"
    raise ValueError(message)


class Unstorable:
    def __reduce__(self) -> str:
        message = "no bytes for this object"
        raise TypeError(message)


@step
def give_unstorable(number: int) -> Any:
    return Unstorable() if number else None


_attempts: list[int] = []


@step(retry=StepRetryConfig(max_retries=2, delay=0))
def fail_once(number: int) -> int:
    _attempts.append(number)
    if len(_attempts) == 1:
        message = "the first attempt fails"
        raise ValueError(message)
    return number


@step(retry=StepRetryConfig(max_retries=1, delay=0))
def fail_always(number: int) -> int:
    message = f"attempt with {number} fails"
    raise ValueError(message)


@static
def five_steps() -> None:
    work(work(work(work(work(0)))))


@step
def stop() -> None:
    run_id = get_step_context().pipeline_run.id
    Client().zen_store.update_run(run_id, PipelineRunUpdate(status=ExecutionStatus.STOPPED))


@dynamic
def stops() -> None:
    stop()


@static
def third_fails() -> None:
    work(work(fail(work(work(0)))))


@static
def leaf_fails() -> None:
    first = work(0)
    fail(first)
    work(first)
    work(first)


@static
def three_leaves() -> None:
    first = work(0)
    for _ in range(3):
        work(first)


@static
def all_attempts_fail() -> None:
    fail_always(work(0))


stop_on_failure = leaf_fails.with_options(execution_mode=ExecutionMode.STOP_ON_FAILURE)
fail_fast = leaf_fails.with_options(execution_mode=ExecutionMode.FAIL_FAST)


@static
def output_unstorable() -> None:
    give_unstorable(work(0))


@static
def retried() -> None:
    _attempts.clear()
    fail_once(work(0))


@dynamic
def dynamic_five_steps() -> None:
    number = 0
    for _ in range(5):
        number = work(number)


@dynamic
def dynamic_third_fails() -> None:
    fail(work(work(0)))
    work(0)


@dynamic
def dynamic_three_leaves() -> None:
    first = work(0)
    for future in [work.submit(first) for _ in range(3)]:
        future.result()


@dynamic
def dynamic_leaf_fails() -> None:
    first = work(0)
    futures = [fail.submit(first), work.submit(first), work.submit(first)]
    for future in futures:
        future.result()


@dynamic
def dynamic_output_unstorable() -> None:
    give_unstorable(work(0))


@dynamic
def dynamic_retried() -> None:
    _attempts.clear()
    fail_once(work(0))


@dynamic
def dynamic_all_attempts_fail() -> None:
    fail_always(work(0))


@dynamic
def dynamic_submitted_fails() -> None:
    fail.submit(work(0)).result()


@dynamic
def dynamic_body_fails() -> None:
    work(0)
    message = "the pipeline function itself"
    raise LookupError(message)


@pipeline(on_success=alerter_success_hook, on_failure=alerter_failure_hook, enable_cache=False)
def steps_speak() -> None:
    fail(work(0))


@pipeline(
    dynamic=True,
    on_success=alerter_success_hook,
    on_failure=alerter_failure_hook,
    enable_cache=False,
)
def dynamic_speaks() -> None:
    work(0)


@pipeline(
    dynamic=True,
    on_success=alerter_success_hook,
    on_failure=alerter_failure_hook,
    enable_cache=False,
)
def dynamic_speaks_of_failure() -> None:
    fail(work(0))


@pipeline(enable_cache=False)
def steps_ask() -> None:
    first = work(0)
    fail.with_options(on_failure=pipeline_failure_hook)(first)
    work.with_options(on_success=pipeline_success_hook)(first)


@pipeline(on_success=pipeline_success_hook, enable_cache=False)
def only_success() -> None:
    fail(work(0))


@pipeline(model=Model(name="churn"), on_success=pipeline_success_hook, enable_cache=False)
def trains_a_model() -> None:
    work(0)


def run(governed: Any) -> None:
    with contextlib.suppress(Exception):  # what a failed run raises is ZenML's matter
        governed()
    assert watcher.wait(15)


@pytest.mark.parametrize(
    ("governed", "headline", "cause"),
    [
        (five_steps, "✅ Pipeline completed: five_steps", ""),
        (third_fails, "❌ Pipeline failed: third_fails", "fail: ValueError: cannot work on 2"),
        (leaf_fails, "❌ Pipeline failed: leaf_fails", "fail: ValueError: cannot work on 1"),
        (three_leaves, "✅ Pipeline completed: three_leaves", ""),
        (
            all_attempts_fail,
            "❌ Pipeline failed: all_attempts_fail",
            "fail_always (attempt 2): ValueError: attempt with 1 fails",
        ),
        (stop_on_failure, "❌ Pipeline failed: leaf_fails", "fail: ValueError: cannot work on 1"),
        (fail_fast, "❌ Pipeline failed: leaf_fails", "fail: ValueError: cannot work on 1"),
        (output_unstorable, "❌ Pipeline failed: output_unstorable", "output could not be"),
        (retried, "✅ Pipeline completed: retried", ""),
        (dynamic_five_steps, "✅ Pipeline completed: dynamic_five_steps", ""),
        (
            dynamic_third_fails,
            "❌ Pipeline failed: dynamic_third_fails",
            "fail: ValueError: cannot work on 2",
        ),
        (dynamic_three_leaves, "✅ Pipeline completed: dynamic_three_leaves", ""),
        (
            dynamic_leaf_fails,
            "❌ Pipeline failed: dynamic_leaf_fails",
            "fail: ValueError: cannot work on 1",
        ),
        (
            dynamic_output_unstorable,
            "❌ Pipeline failed: dynamic_output_unstorable",
            "no bytes for this object",
        ),
        (dynamic_retried, "✅ Pipeline completed: dynamic_retried", ""),
        (
            dynamic_all_attempts_fail,
            "❌ Pipeline failed: dynamic_all_attempts_fail",
            "fail_always (attempt 2): ValueError: attempt with 1 fails",
        ),
        (
            dynamic_submitted_fails,
            "❌ Pipeline failed: dynamic_submitted_fails",
            "fail: ValueError: cannot work on 1",
        ),
        (
            dynamic_body_fails,
            "❌ Pipeline failed: dynamic_body_fails",
            "LookupError: the pipeline function itself",
        ),
    ],
    ids=lambda value: getattr(value, "name", "-"),
)
def test_run_sends_one_message(alerters: Stack, governed: Any, headline: str, cause: str) -> None:
    """A run sends exactly one message, and it tells how the run ended and why."""
    (file,) = alerters("take")
    run(governed)
    (sent,) = [line["message"] for line in messages(file)]
    assert sent.splitlines()[0] == headline
    assert cause in sent
    assert "hunter2" not in sent
    assert "Duration: 0.00 s" not in sent


def test_message_names_model_and_commit(alerters: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which model version the run made, and from which commit."""
    monkeypatch.setenv("GITHUB_SHA", "4f2a9c1")
    (file,) = alerters("take")
    run(trains_a_model)
    (sent,) = [line["message"] for line in messages(file)]
    assert "Model: churn 1" in sent
    assert "Commit: 4f2a9c1" in sent


def test_alerters_that_cannot_be_read_leave_the_message_in_the_log(
    alerters: Stack, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the store does not say which alerters there are, the message is in the log."""

    def unreachable(_: object) -> None:
        message = "no store, password=hunter2"
        raise ConnectionError(message)

    monkeypatch.setattr("governance.hooks._delivery.alerter_models", unreachable)
    alerters("take")
    run(five_steps)
    assert "could not be read (ConnectionError: no store, password=[redacted])" in caplog.text
    assert "✅ Pipeline completed: five_steps" in caplog.text


def test_step_whose_facts_cannot_be_read_is_in_the_log(
    alerters: Stack, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When ZenML does not say what a step's message needs, what the hook was told is in the log."""

    def unreachable(*_: object) -> None:
        message = "no store"
        raise ConnectionError(message)

    monkeypatch.setattr("governance.hooks._step.step_event", unreachable)
    (file,) = alerters("take")
    run(steps_speak)
    assert messages(file) == []
    assert "could not be read (ConnectionError: no store), so the message stays" in caplog.text
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("governance"))
    assert "fail: ValueError" in ours or "ValueError: cannot work on 1" in ours
    assert "hunter2" not in ours


def test_stopped_run_is_told_as_stopped(alerters: Stack) -> None:
    """A run that somebody stops is told, and neither as failed nor as completed."""
    (file,) = alerters("take")
    run(stops)
    (sent,) = [line["message"] for line in messages(file)]
    assert sent.splitlines()[0] == "⏹️ Pipeline was stopped: stops"


def test_every_alerter_of_the_stack_is_told(alerters: Stack) -> None:
    """Each alerter of the stack gets the message, whatever the others do."""
    files = alerters("exit", "raise", "take", "refuse")
    run(five_steps)
    assert [len(messages(file)) for file in files] == [1, 1, 1, 1]


def test_stack_without_alerter_says_so(alerters: Stack, caplog: pytest.LogCaptureFixture) -> None:
    """Without an alerter the message is in the log, and the log says why it is there."""
    alerters()
    run(five_steps)
    log = caplog.text
    assert "has no alerter, so the message stays in this log" in log
    assert "✅ Pipeline completed: five_steps" in log


def test_step_hooks_speak_of_each_step(alerters: Stack) -> None:
    """The alerter hooks send a message for each step: what happened, and why it failed."""
    (file,) = alerters("take")
    run(steps_speak)
    sent = [line["message"] for line in messages(file)]
    assert [text.splitlines()[0] for text in sent] == [
        "✅ Step completed: work in steps_speak",
        "❌ Step failed: fail in steps_speak",
    ]
    assert "ValueError: cannot work on 1, password=[redacted]" in sent[1]


def test_hooks_of_one_run_add_to_each_other(alerters: Stack) -> None:
    """A later step's hook takes nothing back of what an earlier one's asked for."""
    (file,) = alerters("take")
    run(steps_ask)
    (sent,) = messages(file)
    assert sent["message"].startswith("❌ Pipeline failed: steps_ask")


@pytest.mark.parametrize(
    ("governed", "headline"),
    [
        (dynamic_speaks, "✅ Pipeline completed: dynamic_speaks"),
        (dynamic_speaks_of_failure, "❌ Pipeline failed: dynamic_speaks_of_failure"),
    ],
)
def test_step_hooks_on_a_dynamic_pipeline_speak_of_the_run(
    alerters: Stack, governed: Any, headline: str
) -> None:
    """A dynamic pipeline calls the alerter hooks once, and they speak of the run."""
    (file,) = alerters("take")
    run(governed)
    (sent,) = messages(file)
    assert sent["message"].splitlines()[0] == headline


def test_success_hook_alone_is_silent_about_failure(alerters: Stack) -> None:
    """A pipeline that asks for success only never hears "completed" of a failed run."""
    (file,) = alerters("take")
    run(only_success)
    assert messages(file) == []


def test_hook_outside_of_a_run_says_what_it_is() -> None:
    """Calling a hook by hand is an error that says where it belongs."""
    with pytest.raises(RuntimeError, match="on_success= or on_failure="):
        pipeline_success_hook()


_PROGRAM = """
import sys
from zenml import Model, get_step_context, pipeline, step
from governance.hooks import pipeline_failure_hook, pipeline_success_hook

@step
def fail() -> None:
    raise ValueError("in a process of its own")

@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def own_process() -> None:
    fail()

if __name__ == "__main__":
    own_process()
"""


@pytest.mark.any_version
@pytest.mark.parametrize("behaviour", ["take", "exit", "hang"])
def test_process_that_ends_still_speaks(alerters: Stack, tmp_path: Path, behaviour: str) -> None:
    """A process that ends with the run sends the message, and ends as it would have, in time."""
    (file,) = alerters(behaviour)
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    # Beside other components, ZenML no longer knows which distribution a hook comes from, and
    # looks for it through the main module.
    for name in ("one", "two"):
        folder = tmp_path / "lib" / f"{name}-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "RECORD").write_text(f"governance/{name}.py,,\n")
    # A hanging channel hangs for a minute: the time-out is what the promise is held to.
    done = subprocess.run(
        [sys.executable, str(program)],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "lib")},
        capture_output=True,
        text=True,
        check=False,
        timeout=55,
    )
    assert done.returncode == 1
    assert "Pipeline run has failed" in done.stderr
    (sent,) = messages(file)
    assert sent["message"].startswith("❌ Pipeline failed: own_process")
    if behaviour == "hang":
        assert "there was no answer within" in done.stdout + done.stderr
        assert "It waits in" in done.stdout + done.stderr


def test_exception_without_text_is_described() -> None:
    """An exception whose text cannot be read is named all the same."""
    from governance.hooks._causes import raised

    class BrokenError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    told = raised(BrokenError())
    assert told.error == "BrokenError"
    assert "could not be read: RuntimeError" in told.message
