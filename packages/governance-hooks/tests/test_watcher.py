import threading
import time
from contextvars import ContextVar, copy_context

import pytest

from governance.hooks._watcher import Task, Watcher

pytestmark = pytest.mark.any_version


class Notes:
    """Tasks that note what happened to them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.abandoned: dict[str, str] = {}

    def task(self, name: str, seconds: float = 0, error: BaseException | None = None) -> Task:
        def run() -> None:
            time.sleep(seconds)
            if error is not None:
                raise error
            self.done.append(name)

        return Task(run, lambda reason: self.abandoned.__setitem__(name, reason))


def ended_thread() -> threading.Thread:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return thread


def test_tasks_are_done_in_order() -> None:
    """Tasks are done one after the other, in the order they were submitted."""
    notes, watcher = Notes(), Watcher()
    for name in "abc":
        watcher.submit(notes.task(name, 0.01))
    assert watcher.wait(5)
    assert notes.done == ["a", "b", "c"]


def test_submitting_does_not_wait() -> None:
    """A task that takes long does not hold the one who submits it."""
    notes, watcher = Notes(), Watcher()
    watcher.submit(notes.task("slow", 0.5))
    assert notes.done == []
    assert watcher.wait(5)
    assert notes.done == ["slow"]


@pytest.mark.parametrize(
    "error", [ValueError("no"), SystemExit(3), KeyboardInterrupt(), TimeoutError("its own")]
)
def test_task_that_raises_is_told_why(error: BaseException) -> None:
    """Whatever a task raises, it is told so, and the next one is done."""
    notes, watcher = Notes(), Watcher()
    watcher.submit(notes.task("bad", error=error))
    watcher.submit(notes.task("good"))
    assert watcher.wait(5)
    assert notes.abandoned == {"bad": f"{type(error).__name__}: {error}"}
    assert notes.done == ["good"]


def test_task_that_hangs_is_left_behind() -> None:
    """A task that takes longer than the deadline is told so, and the next one is done."""
    notes, watcher = Notes(), Watcher(lambda: 0.2)
    watcher.submit(notes.task("hangs", 3))
    watcher.submit(notes.task("next"))
    assert watcher.wait(2)
    assert notes.abandoned == {"hangs": "there was no answer within 0.2 s"}
    assert notes.done == ["next"]


def test_all_tasks_share_one_deadline_at_the_end() -> None:
    """Once the main thread has ended, all that is left takes one deadline together."""
    notes, watcher = Notes(), Watcher(lambda: 0.3, main=ended_thread())
    for name in "abc":
        watcher.submit(notes.task(name, 5))
    assert watcher.wait(4)
    assert notes.done == []
    assert list(notes.abandoned) == ["a", "b", "c"]


def test_what_follows_from_a_run_is_done_in_its_context() -> None:
    """A run is looked at in the context it is watched with, and so is done all that follows."""
    user: ContextVar[str] = ContextVar("user", default="nobody")
    notes, watcher = Notes(), Watcher()

    def note() -> Task:
        return Task(lambda: notes.done.append(user.get()), notes.done.append)

    def poll() -> list[Task]:
        notes.done.append(user.get())
        return [Task(lambda: watcher.submit(note()), notes.done.append)]

    def give_up() -> None:
        raise ConnectionError

    def fail() -> list[Task]:
        return [Task(give_up, lambda _: watcher.submit(note()))]

    user.set("ada")
    watcher.submit(note())
    watcher.watch("run", poll, copy_context())
    watcher.watch("another", fail, copy_context())
    assert watcher.wait(5)
    assert notes.done == ["nobody", "ada", "ada", "ada"]


def test_task_leaves_time_for_what_follows_it() -> None:
    """At the end a task that hangs takes its share only, and what it submits is still done."""
    notes, watcher = Notes(), Watcher(lambda: 0.6, main=ended_thread())

    def hang() -> None:
        time.sleep(5)

    def keep(reason: str) -> None:
        notes.abandoned["hangs"] = reason
        watcher.submit(notes.task("kept"))

    watcher.submit(Task(hang, keep, share=0.5))
    assert watcher.wait(4)
    assert notes.done == ["kept"]
    assert notes.abandoned["hangs"].startswith("there was no answer within 0.")


@pytest.mark.parametrize("main", [None, ended_thread()])
def test_task_takes_no_longer_than_its_limit(main: threading.Thread | None) -> None:
    """A task with a limit is left at it, during the run and at the end, and the next is done."""
    notes, watcher = Notes(), Watcher(lambda: 10, main=main)
    hangs = notes.task("hangs", 5)
    start = time.monotonic()
    watcher.submit(Task(hangs.run, hangs.abandon, limit=0.2))
    watcher.submit(notes.task("next"))
    assert watcher.wait(4)
    assert time.monotonic() - start < 4
    assert notes.abandoned == {"hangs": "there was no answer within 0.2 s"}
    assert notes.done == ["next"]


def test_run_is_watched_until_it_is_over() -> None:
    """A run is looked at until a look gives tasks, and a look that fails is made again."""
    notes, watcher = Notes(), Watcher()
    looks: list[int] = []

    def poll() -> list[Task] | None:
        looks.append(1)
        if len(looks) == 1:
            raise ConnectionError
        return [notes.task("message")] if len(looks) > 2 else None

    watcher.watch("run", poll)
    assert watcher.wait(5)
    assert notes.done == ["message"]
    assert len(looks) == 3


def test_run_that_goes_on_does_not_hold_the_process(caplog: pytest.LogCaptureFixture) -> None:
    """Once the main thread has ended, a run is looked at once more, and a failed look is said."""
    looks: list[str] = []

    def goes_on() -> None:
        looks.append("goes on")

    def unreachable() -> None:
        looks.append("unreachable")
        raise ConnectionError("no server")

    watcher = Watcher(main=ended_thread())
    watcher.watch("one", goes_on)
    assert watcher.wait(5)
    watcher.watch("two", unreachable)
    assert watcher.wait(5)
    assert looks == ["goes on", "unreachable"]
    assert "Run two could not be looked at: ConnectionError: no server" in caplog.text


def test_watching_again_while_it_is_looked_at_looks_once_more() -> None:
    """A run that is watched anew during a look is not forgotten with that look's end."""
    notes, watcher = Notes(), Watcher()

    def second() -> list[Task]:
        return [notes.task("second")]

    def first() -> list[Task]:
        watcher.watch("run", second)
        return [notes.task("first")]

    watcher.watch("run", first)
    assert watcher.wait(5)
    assert notes.done == ["first", "second"]
