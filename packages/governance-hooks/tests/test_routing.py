from datetime import datetime, timezone
from typing import Any

import pytest

from governance.hooks._event import Event, Recovery
from governance.hooks._routing import destinations
from governance.hooks._settings import Destination, Route

TO = (Destination(alerter="slack"),)
ELSEWHERE = (Destination(alerter="pager"),)
FACTS: dict[str, Any] = {
    "pipeline": "train_churn",
    "run": "r",
    "run_id": "1",
    "time": datetime(2026, 1, 2, tzinfo=timezone.utc),
    "environment": "production",
    "tags": ("team:payments", "nightly"),
}
FAILED = Event("failed", **FACTS)


@pytest.mark.parametrize(
    "route",
    [
        Route(to=TO),
        Route(severity=("warning", "error"), to=TO),
        Route(environment=("staging", "prod*"), to=TO),
        Route(pipeline=("train_*",), to=TO),
        Route(tag=("team:*",), to=TO),
        Route(severity=("error",), pipeline=("*churn",), tag=("nightly",), to=TO),
    ],
)
def test_route_that_matches_decides(route: Route) -> None:
    """A route matches when each of its conditions does, whatever patterns it has beside."""
    assert destinations(FAILED, [route, Route(to=ELSEWHERE)]) == TO


@pytest.mark.parametrize(
    "route",
    [
        Route(severity=("info",), to=TO),
        Route(environment=("staging",), to=TO),
        Route(pipeline=("score_*",), to=TO),
        Route(tag=("team:fraud",), to=TO),
        Route(severity=("error",), pipeline=("score_*",), to=TO),
    ],
)
def test_route_that_does_not_match_is_passed(route: Route) -> None:
    """A route of which one condition does not match leaves the message to the next one."""
    assert destinations(FAILED, [route, Route(to=ELSEWHERE)]) == ELSEWHERE
    assert destinations(FAILED, [route]) is None


def test_empty_route_silences() -> None:
    """A route may send messages nowhere, which is not the same as no route."""
    assert destinations(FAILED, [Route(to=())]) == ()


@pytest.mark.parametrize(
    ("event", "severity"),
    [
        (FAILED, "error"),
        (Event("stale", **FACTS), "error"),
        (Event("stopped", **FACTS), "warning"),
        (Event("completed", **FACTS), "info"),
        (Event("completed", **FACTS, recovery=Recovery(3, 60.0)), "recovery"),
    ],
)
def test_severity_follows_from_the_event(event: Event, severity: str) -> None:
    """How much an event matters follows from how it ended and what went before."""
    assert event.severity == severity


def test_event_without_environment_matches_no_environment() -> None:
    """Where no environment is set, a route that asks for one does not match."""
    event = Event("failed", **{**FACTS, "environment": None})
    assert destinations(event, [Route(environment=("prod*",), to=TO)]) is None
