"""Sends a run's measurements on every way that is configured, for two seconds at most."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from governance.hooks import _otlp, _pushgateway
from governance.hooks._measurement import STEP_DURATION, RunFacts, summary
from governance.hooks._redaction import shorten
from governance.hooks._settings import settings
from governance.hooks._watcher import Task

logger = logging.getLogger(__name__)

# Seconds by which receivers that hang may make a process longer, all ways together.
LIMIT = 2.0

# A receiver that did not answer is left alone for so many seconds: the runs that end in them
# would each wait for it.
_REST = 30.0
_REASON_LIMIT = 300


@dataclass(frozen=True)
class Way:
    """One way on which measurements leave the process.

    Attributes:
        name: Name of the protocol or receiver.
        endpoint: The receiver's address, without credentials.
        send: Sends a run's measurements within some seconds; gives the reason where they were
            not taken.
        load: Imports what that takes, beforehand.
    """

    name: str
    endpoint: str
    send: Callable[[RunFacts, float], str | None]
    load: Callable[[], None]


def ways() -> tuple[Way, ...]:
    """List the ways that environment and settings configure.

    Returns:
        The ways, in the order in which they are tried.
    """
    identity = settings().metrics_run_identity
    found = []
    if (receiver := _otlp.receiver()) is not None:

        def send(run: RunFacts, limit: float) -> str | None:
            return _otlp.send(run, limit, identity=identity)

        found.append(Way("OTLP", receiver, send, _otlp.load))
    if (gateway := _pushgateway.gateway()) is not None:

        def push(run: RunFacts, limit: float) -> str | None:
            return _pushgateway.push(gateway, run, limit, identity=identity)

        found.append(Way("Pushgateway", gateway.url, push, _pushgateway.load))
    return tuple(found)


class Exporter:
    """Sends measurements, and says once per process and way that they did not arrive.

    Args:
        clock: Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: set[str] = set()
        self._resting: dict[str, float] = {}

    def exporting(self, way: Way, run: RunFacts, limit: float) -> Task:
        """Plan to send a run's measurements.

        Args:
            way: The way to send them on.
            run: The run.
            limit: Seconds that it may take.

        Returns:
            A task that sends them, or leaves them in the log.
        """
        given_up = False

        def export() -> None:
            if self._clock() < self._resting.get(way.name, 0.0):
                self._keep(run)
            elif (reason := way.send(run, limit)) is not None and not given_up:
                self._failed(way, run, reason)

        def abandon(reason: str) -> None:
            nonlocal given_up
            given_up = True
            self._failed(way, run, reason)

        return Task(export, abandon, limit=limit)

    def _failed(self, way: Way, run: RunFacts, reason: str) -> None:
        self._resting[way.name] = self._clock() + _REST
        if way.name not in self._said:
            self._said.add(way.name)
            logger.warning(
                "Metrics did not reach %s at %s: %s. They stay in this log; this is said once.",
                way.name,
                way.endpoint,
                shorten(reason, _REASON_LIMIT).rstrip("."),
            )
        self._keep(run)

    def _keep(self, run: RunFacts) -> None:
        steps = {step.name: step.duration for step in run.steps}
        values = {**summary(run), STEP_DURATION.name: steps}
        logger.info("Metrics of run %s: %s", run.run, json.dumps(values))


exporter = Exporter()
