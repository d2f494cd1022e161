"""The thread that speaks after the run: off the step's path, and bounded when the process ends."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeAlias

from governance.hooks._settings import settings

logger = logging.getLogger(__name__)

_NAME = "governance-hooks"
_DEADLINE = 10.0
_TICK = 0.1
# The first moments after a hook belong to its step: ZenML publishes its end then, and would have
# to share the interpreter.
_HEAD_START = 0.3
_SLOWEST = 30.0


@dataclass(frozen=True)
class Task:
    """Something to do outside of the run's way.

    Attributes:
        run: Does it.
        abandon: Told why, when it could not be done: it must say where it leaves its message.
        share: Which part of the time that is left at the end of the process it may take. What
            has something to do afterwards leaves time for it.
        limit: Seconds that it may take, however much time is left.
    """

    run: Callable[[], None]
    abandon: Callable[[str], None]
    share: float = 1.0
    limit: float = math.inf


# Looks once whether a run is over: the tasks that follow from it, or None while it is not.
Poll: TypeAlias = Callable[[], "list[Task] | None"]


@dataclass
class _Watched:
    poll: Poll
    context: Context
    pause: float = _TICK
    due: float = 0.0


class Watcher:
    """Does tasks in order, and looks at runs until they are over, on threads of its own.

    The serving thread outlives the main thread, so that it sees a run's last status; what it
    calls runs on a daemon thread, so that a call that hangs cannot hold the process.

    Args:
        deadline: Gives the seconds that one task may take, and that all of them together may
            take once the main thread has ended.
        main: The thread whose end is the end of the process.
    """

    def __init__(
        self,
        deadline: Callable[[], float] = lambda: _DEADLINE,
        main: threading.Thread | None = None,
    ) -> None:
        self._deadline = deadline
        self._main = main or threading.main_thread()
        self._changed = threading.Condition()
        self._tasks: deque[tuple[Task, Context]] = deque()
        self._runs: dict[str, _Watched] = {}
        self._thread: threading.Thread | None = None
        self._caller: _Caller | None = None

    def submit(self, task: Task) -> None:
        """Do a task soon, after those submitted before it.

        What a task submits is done in the task's own context.
        """
        is_ours = threading.current_thread().name.startswith(_NAME)
        with self._changed:
            self._tasks.append((task, copy_context() if is_ours else Context()))
            self._wake()

    def watch(self, run_id: str, poll: Poll, context: Context | None = None) -> None:
        """Look at a run until it is over.

        Args:
            run_id: The run; watching it again makes the next look come soon.
            poll: Called about every 0.1 s at first and every 30 s in a long run.
            context: In which it is looked at, and done what follows; an empty one by default.
        """
        with self._changed:
            self._runs[run_id] = _Watched(poll, context or Context())
            self._wake()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until there is nothing left to do.

        Args:
            timeout: Seconds to wait at most; without it the tasks' own deadlines are the bound.

        Returns:
            Whether everything is done.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout)

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._serve, name=_NAME, daemon=False)
            self._thread.start()
        self._changed.notify_all()

    def _serve(self) -> None:
        start = time.monotonic() + _HEAD_START
        while self._main.is_alive() and time.monotonic() < start:
            time.sleep(_TICK / 5)
        until: float | None = None  # set once the main thread has ended
        while True:
            if until is None and not self._main.is_alive():
                until = time.monotonic() + self._deadline()
            if (following := self._next_task()) is not None:
                self._do(*following, until)
                continue
            self._look(until)
            with self._changed:
                if not self._tasks and not self._runs:
                    self._thread = None
                    self._changed.notify_all()
                    return
                if not self._tasks:
                    self._changed.wait(_TICK)

    def _next_task(self) -> tuple[Task, Context] | None:
        with self._changed:
            return self._tasks.popleft() if self._tasks else None

    def _do(self, task: Task, context: Context, until: float | None) -> None:
        try:
            self._call(task.run, context, until, task.share, task.limit)
        except BaseException as error:  # noqa: BLE001 whatever it is, the message must not be lost
            reason = str(error) if isinstance(error, _LateError) else _named(error)
            context.copy().run(task.abandon, reason)

    def _look(self, until: float | None) -> None:
        now = time.monotonic()
        with self._changed:
            due = [
                (key, run) for key, run in self._runs.items() if until is not None or run.due <= now
            ]
        for key, run in due:
            tasks: list[Task] | None = None
            try:
                tasks = self._call(run.poll, run.context, until)
            except BaseException as error:  # noqa: BLE001 a look that fails is made again
                level = logging.DEBUG if until is None else logging.ERROR
                logger.log(level, "Run %s could not be looked at: %s", key, _named(error))
            with self._changed:
                if tasks is not None:
                    self._tasks.extend((task, run.context) for task in tasks)
                # The main thread has ended and the run has not: another process ends it.
                if (tasks is not None or until is not None) and self._runs.get(key) is run:
                    del self._runs[key]
            run.pause = min(run.pause * 1.5, _SLOWEST)
            run.due = time.monotonic() + run.pause

    def _call(
        self,
        function: Callable[[], Any],
        context: Context,
        until: float | None,
        share: float = 1.0,
        limit: float = math.inf,
    ) -> Any:
        deadline = min(self._deadline(), limit)
        left = math.inf if until is None else (until - time.monotonic()) * share
        seconds = min(deadline, left)
        if seconds <= 0:
            raise _LateError("no time was left at the end of the process")
        late = _LateError(f"there was no answer within {seconds:.3g} s")
        if self._caller is None:
            self._caller = _Caller()
        future = self._caller.call(partial(context.copy().run, function))
        try:
            return future.result(seconds)
        except FutureTimeoutError:
            if future.done():  # the call itself raised it
                raise
            self._caller = None  # it hangs: the next call gets a thread of its own
            raise late from None


class _LateError(Exception):
    """A call did not return in time."""


class _Caller:
    """A daemon thread that calls what it is given, one after the other."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        threading.Thread(target=self._work, name=f"{_NAME}-call", daemon=True).start()

    def call(self, function: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        self._calls.put((function, future))
        return future

    def _work(self) -> None:
        while True:
            function, future = self._calls.get()
            try:
                future.set_result(function())
            except BaseException as error:  # noqa: BLE001 handed to the caller, SystemExit too
                future.set_exception(error)


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


watcher = Watcher(lambda: settings().deadline)
