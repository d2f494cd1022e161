"""Where measurements go by OTLP, as OpenTelemetry's standard environment variables say."""

import os
from contextlib import suppress

from governance.hooks._endpoint import endpoint
from governance.hooks._measurement import RunFacts, measurements

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_METRICS_ENDPOINT = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
_METRICS_PROTOCOL = "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"
_SPOKEN = "http/protobuf"
_PATH = "v1/metrics"


def receiver() -> str | None:
    """Tell where measurements are to be sent by OTLP.

    Returns:
        The receiver's address without credentials, or None where the environment names none or
        turns OpenTelemetry off.
    """
    if _value("OTEL_SDK_DISABLED") == "true" or _value("OTEL_METRICS_EXPORTER") == "none":
        return None
    if not (url := _url()):
        return None
    try:
        return endpoint(url).url
    except ValueError:  # sending to it says what is wrong
        return _METRICS_ENDPOINT if os.environ.get(_METRICS_ENDPOINT) else _ENDPOINT


def load() -> None:
    """Import what sending takes, for which the time to send is too short on a busy machine."""
    with suppress(ModuleNotFoundError):  # sending says that it is missing
        import governance.hooks._otlp_delivery  # noqa: F401, PLC0415 it is an extra


def send(run: RunFacts, limit: float, *, identity: bool) -> str | None:
    """Send a run's measurements to the receiver.

    Args:
        run: The run.
        limit: Seconds that it may take.
        identity: Whether the values name the run.

    Returns:
        Why they were not taken; None if they were.
    """
    if (protocol := _value(_METRICS_PROTOCOL) or _value(_PROTOCOL) or _SPOKEN) != _SPOKEN:
        return f"the hooks speak {_SPOKEN}, and {_METRICS_PROTOCOL} or {_PROTOCOL} asks {protocol}"
    try:
        endpoint(_url())
    except ValueError as error:
        return str(error)
    try:
        from governance.hooks._otlp_delivery import deliver  # noqa: PLC0415 it is an extra
    except ModuleNotFoundError as error:
        return f'{error}; pip install "governance-hooks[otel]" brings it'
    return deliver(measurements(run, identity=identity), _url(), limit)


def _url() -> str:
    if own := os.environ.get(_METRICS_ENDPOINT, "").strip():
        return own
    base = os.environ.get(_ENDPOINT, "").strip()
    return f"{base.rstrip('/')}/{_PATH}" if base else ""


def _value(name: str) -> str:
    return os.environ.get(name, "").strip().lower()
