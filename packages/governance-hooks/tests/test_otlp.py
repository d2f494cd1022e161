import logging
import socket
import sys
import threading
import time
from datetime import datetime, timezone
from typing import Any

import pytest
from opentelemetry import metrics
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

from governance.hooks import _otlp
from governance.hooks._evidence import Gate
from governance.hooks._measurement import METRICS, RunFacts, StepFacts

RUN = RunFacts(
    "train",
    "train-1",
    "0b5e",
    "failure",
    datetime(2026, 1, 2, tzinfo=timezone.utc),
    duration=12.5,
    error="ValueError",
    steps=(
        StepFacts("check", "success", 0.5, gates=(Gate("data_quality", "passed"),)),
        StepFacts("fit", "failure", 9.25, attempts=3, error="ValueError"),
    ),
)
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch, receiver: Any) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)


def send(limit: float = 2.0) -> str | None:
    return _otlp.send(RUN, limit, identity=False)


def decoded(receiver: Any) -> Any:
    ((_, path, _, body),) = receiver.received
    assert path == "/v1/metrics"
    (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    return resource


def attributes(of: Any) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in of.attributes}


def test_receiver_decodes_what_was_measured(receiver: Any) -> None:
    """A receiver decodes from protobuf every metric, with its unit, values and attributes."""
    assert send() is None
    (scope,) = decoded(receiver).scope_metrics
    known = {metric.name: metric for metric in scope.metrics}
    assert {name: metric.unit for name, metric in known.items()} == {
        metric.name: metric.unit for metric in METRICS
    }
    (duration,) = known["cicd.pipeline.run.duration"].histogram.data_points
    assert (duration.count, duration.sum) == (1, 12.5)
    assert duration.explicit_bounds[0] == 1
    assert duration.explicit_bounds[-1] == 86_400
    assert attributes(duration) == {
        "cicd.pipeline.name": "train",
        "cicd.pipeline.run.state": "executing",
        "cicd.pipeline.result": "failure",
        "error.type": "ValueError",
    }
    steps = known["zenml.step.duration"].histogram.data_points
    assert {attributes(s)["zenml.step.name"]: s.sum for s in steps} == {"check": 0.5, "fit": 9.25}
    retries = known["zenml.step.retries"].sum
    assert [point.as_int for point in retries.data_points] == [0, 2]
    assert retries.is_monotonic
    (verdict,) = known["governance.gate.verdicts"].sum.data_points
    assert attributes(verdict)["governance.gate.verdict"] == "passed"


@pytest.mark.parametrize(("preference", "temporality"), [(None, 1), ("cumulative", 2)])
def test_processes_are_no_resets_of_one_counter(
    receiver: Any, monkeypatch: pytest.MonkeyPatch, preference: str | None, temporality: int
) -> None:
    """What one process saw is sent as a difference, unless the standard variable says otherwise."""
    if preference:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", preference)
    send()
    (scope,) = decoded(receiver).scope_metrics
    found = {getattr(m, m.WhichOneof("data")).aggregation_temporality for m in scope.metrics}
    assert found == {temporality}


@pytest.mark.parametrize(
    ("variables", "service"),
    [
        ({}, "governance-hooks"),
        ({"OTEL_SERVICE_NAME": "train"}, "train"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=fit,team=ml"}, "fit"),
    ],
)
def test_resource_is_what_the_environment_says(
    receiver: Any, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], service: str
) -> None:
    """Service and resource are those of the standard variables, and ours without them."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    send()
    resource = attributes(decoded(receiver).resource)
    assert resource["service.name"] == service
    assert resource.get("team") == ("ml" if service == "fit" else None)
    assert resource["telemetry.sdk.language"] == "python"


def test_headers_and_own_address_are_the_environment_s(
    receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address for metrics is used as it is, with the headers that the environment gives."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"{receiver.url}/own")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20t")
    assert send() is None
    ((_, path, headers, _),) = receiver.received
    assert path == "/own"
    assert headers["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("status", "headers", "body", "reason"),
    [
        (400, {}, b"", "HTTP 400 Bad Request"),
        (302, {"Location": "/login"}, b"", "HTTP 302 Found"),
        (200, {"Content-Type": "text/html"}, b"<html>", "it answers with a web page"),
        (200, PROTOBUF, b"\xff\xff", None),
        (
            200,
            PROTOBUF,
            ExportMetricsServiceResponse(
                partial_success=ExportMetricsPartialSuccess(
                    rejected_data_points=2, error_message="delta is not taken"
                )
            ).SerializeToString(),
            "2 values were refused: delta is not taken",
        ),
    ],
)
def test_refusal_is_told(
    receiver: Any, status: int, headers: dict[str, str], body: bytes, reason: str | None
) -> None:
    """What a receiver does not take, or not all of, is told with its own words."""
    receiver.status, receiver.headers, receiver.body = status, headers, body
    if reason is None:
        with pytest.raises(Exception, match="parsing"):
            send()
    else:
        assert (send() or "").startswith(reason)
    assert [method for method, *_ in receiver.received] == ["POST"]


@pytest.mark.parametrize("kind", [PROTOBUF, {"Content-Type": "application/json"}, {}])
def test_answers_of_receivers_are_understood(receiver: Any, kind: dict[str, str]) -> None:
    """An answer is a success in protobuf, in JSON and without content."""
    receiver.headers, receiver.body = kind, b"" if kind is PROTOBUF else b"{}"
    assert send() is None


def test_unavailable_receiver_is_tried_again(
    receiver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A receiver that is not available is tried again while there is time, and then told."""
    receiver.status = 503
    with caplog.at_level(logging.DEBUG, "opentelemetry"):
        start = time.monotonic()
        assert send() == "HTTP 503 Service Unavailable"
    assert time.monotonic() - start < 2
    assert len(receiver.received) == 2
    assert [
        record for record in caplog.records if record.name.startswith("opentelemetry.exp")
    ] == []


def test_receiver_that_hangs_is_left_in_time(receiver: Any) -> None:
    """A receiver that does not answer is left before the limit, with a reason."""
    receiver.status = None
    start = time.monotonic()
    assert (send(0.5) or "").startswith("ReadTimeout: ")
    assert time.monotonic() - start < 1.5


def test_receiver_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is refused is told."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv(
            "OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}"
        )
        assert (send(0.3) or "").startswith("ConnectionError: ")


def test_certificate_that_is_not_there_is_told(
    receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate file that cannot be read is told, and nothing is sent."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url.replace("http", "https"))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem")
    assert "/nowhere/ca.pem" in (send() or "")
    assert receiver.received == []


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "the hooks speak http/protobuf"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "otel:4318"}, "expected an http or https URL"),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "otel"}, "expected an http or https URL"),
    ],
)
def test_variables_that_cannot_be_used_are_told(
    receiver: Any, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], reason: str
) -> None:
    """A protocol or an address that cannot be used is told, by the variable's name."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (send() or "").startswith(reason)
    assert "OTEL_EXPORTER_OTLP" in f"{_otlp.receiver()}{send()}"
    assert receiver.received == []


def test_protocol_for_metrics_wins(receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol for metrics is asked before the one for everything."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf")
    assert send() is None
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    "variables",
    [
        {"OTEL_SDK_DISABLED": "True"},
        {"OTEL_METRICS_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
    ],
)
def test_nothing_is_sent_where_it_is_turned_off(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """There is no receiver where the standard variables turn it off or name none."""
    assert _otlp.receiver() is not None
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert _otlp.receiver() is None


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the exporter is not installed, the reason says what installs it."""
    monkeypatch.delitem(sys.modules, "governance.hooks._otlp_delivery", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    assert 'pip install "governance-hooks[otel]"' in (send() or "")


def test_nothing_is_left_behind(receiver: Any) -> None:
    """A delivery touches no global provider and leaves no thread."""
    before = metrics.get_meter_provider()
    threads = {thread for thread in threading.enumerate() if "process_request" not in thread.name}
    assert send() is None
    after = {thread for thread in threading.enumerate() if "process_request" not in thread.name}
    assert metrics.get_meter_provider() is before
    assert after == threads
    assert len(receiver.received) == 1
    assert logging.getLogger("opentelemetry.exporter.otlp.proto.http.metric_exporter").filters == []
