"""Pushes a pipeline's last run to a Prometheus Pushgateway."""

import base64
from collections.abc import Callable
from contextlib import suppress
from urllib.request import HTTPRedirectHandler, Request, build_opener

from governance.hooks._endpoint import Endpoint, endpoint
from governance.hooks._last_run import JOB, group, last_run
from governance.hooks._measurement import RunFacts
from governance.hooks._settings import settings


def gateway() -> Endpoint | None:
    """Tell where the settings want measurements to be pushed.

    Returns:
        The gateway, or None.
    """
    url = settings().pushgateway
    return endpoint(url) if url else None


def load() -> None:
    """Import what pushing takes, for which the time to push is too short on a busy machine."""
    with suppress(ModuleNotFoundError):  # pushing says that it is missing
        import prometheus_client  # noqa: F401, PLC0415 it is an extra


def push(to: Endpoint, run: RunFacts, limit: float, *, identity: bool) -> str | None:
    """Push a run's measurements to the gateway.

    Args:
        to: The gateway.
        run: The run.
        limit: Seconds that it may take.
        identity: Whether the run's values name it.

    Returns:
        Why they were not taken; None if they were.
    """
    try:
        from prometheus_client import (  # noqa: PLC0415 it is an extra
            CollectorRegistry,
            Gauge,
            pushadd_to_gateway,
        )
    except ModuleNotFoundError as error:
        return f'{error}; pip install "governance-hooks[prometheus]" brings it'
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for one in last_run(run, identity=identity):
        metric = one.metric
        if metric.name not in gauges:
            gauges[metric.name] = Gauge(
                metric.name, metric.description, list(one.attributes), registry=registry
            )
        gauge = gauges[metric.name]
        (gauge.labels(**one.attributes) if one.attributes else gauge).set(one.value)
    try:
        # What it does not name stays in the gateway, such as the last success.
        pushadd_to_gateway(to.url, JOB, registry, group(run), timeout=limit, handler=_handler(to))
    except OSError as error:  # urllib's errors are of this kind, timeouts too
        return f"{type(error).__name__}: {error}"
    return None


class _NoRedirect(HTTPRedirectHandler):
    """Takes a redirect as an error: to follow it turns the push into a GET that pushes nothing."""

    def redirect_request(self, *_: object) -> None:
        return None


def _handler(to: Endpoint) -> Callable[..., Callable[[], None]]:
    """Make what sends a push, with the gateway's credentials."""

    def handler(
        url: str, method: str, timeout: float, headers: list[tuple[str, str]], data: bytes
    ) -> Callable[[], None]:
        request = Request(url, data, dict(headers), method=method)  # noqa: S310 http or https, as checked
        if to.user is not None:
            login = base64.b64encode(f"{to.user}:{to.password}".encode()).decode()
            request.add_header("Authorization", f"Basic {login}")

        def send() -> None:
            build_opener(_NoRedirect).open(request, timeout=timeout).close()

        return send

    return handler
