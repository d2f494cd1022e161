"""One delivery by OTLP whose outcome is known: nothing global, no thread, nothing at exit."""

import logging
import math
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import requests
from opentelemetry.exporter.otlp.proto.http import metric_exporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import OTELResourceDetector, Resource

from governance.hooks._measurement import Measurement

_NAME = "governance-hooks"
_TEMPORALITY = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
_DELTA: dict[type, AggregationTemporality] = {
    Counter: AggregationTemporality.DELTA,
    Histogram: AggregationTemporality.DELTA,
}

# From a second to a day: OpenTelemetry's own buckets are made for milliseconds.
_BUCKETS = (1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)

# So that the exporter gives up, with a reason, before it is given up.
_SHARE = 0.9


def deliver(measured: Iterable[Measurement], url: str, limit: float) -> str | None:
    """Send measurements to an OTLP receiver.

    Args:
        measured: The measurements.
        url: The receiver's address for metrics.
        limit: Seconds that it may take.

    Returns:
        Why they were not taken; None if the receiver says that it has them.
    """
    session = _Session()
    exporter = _Exporter(
        endpoint=url,
        timeout=limit * _SHARE,
        session=session,
        # Each process reports what it alone saw. As running totals, those of two processes would
        # look like one counter that was reset.
        preferred_temporality=None if os.environ.get(_TEMPORALITY) else _DELTA,
    )
    # Without end between two exports the reader starts no thread.
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)
    provider = MeterProvider([reader], _resource(), shutdown_on_exit=False)
    _record(measured, provider)
    with _unsaid():
        provider.force_flush()  # it is true whatever happens: the exporter knows
        provider.shutdown()
    return session.refusal() if exporter.result is MetricExportResult.SUCCESS else session.failure()


class _Exporter(metric_exporter.OTLPMetricExporter):
    """Keeps its result, of which the SDK tells nobody."""

    result = MetricExportResult.FAILURE

    def export(
        self, metrics_data: MetricsData, timeout_millis: float | None = None, **options: Any
    ) -> MetricExportResult:
        try:
            self.result = super().export(metrics_data, timeout_millis, **options)
        except OSError:  # such as a certificate that is not there; the session has it
            self.result = MetricExportResult.FAILURE
        return self.result


class _Session(requests.Session):
    """Keeps the last answer, of which the exporter tells nobody more than whether it was good."""

    def __init__(self) -> None:
        super().__init__()
        self._answer: requests.Response | None = None
        self._error: OSError | None = None

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        # To follow a redirect turns the POST into a GET, whose answer says nothing.
        options["allow_redirects"] = False
        self._answer, self._error = None, None
        try:
            self._answer = super().send(request, **options)
        except OSError as error:  # those of requests are of this kind
            self._error = error
            raise
        return self._answer

    def failure(self) -> str:
        """Say what was the matter with the last attempt."""
        if self._answer is not None:
            return f"HTTP {self._answer.status_code} {self._answer.reason}"
        return f"{type(self._error).__name__}: {self._error}"

    def refusal(self) -> str | None:
        """Say what an answer that the exporter takes as good does not accept."""
        answer = self._answer
        if answer is None or answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            return self.failure()
        if "html" in (kind := answer.headers.get("Content-Type", "")):
            return "it answers with a web page, so it is no receiver of OTLP"
        if "protobuf" not in kind:
            return None
        partial = ExportMetricsServiceResponse.FromString(answer.content).partial_success
        if partial.rejected_data_points:
            return f"{partial.rejected_data_points} values were refused: {partial.error_message}"
        return None


def _record(measured: Iterable[Measurement], provider: MeterProvider) -> None:
    meter = provider.get_meter("governance.hooks", version(_NAME))
    record: dict[str, Any] = {}
    for one in measured:
        metric = one.metric
        if metric.name not in record:
            record[metric.name] = (
                meter.create_histogram(
                    metric.name,
                    metric.unit,
                    metric.description,
                    explicit_bucket_boundaries_advisory=_BUCKETS,
                ).record
                if metric.kind == "histogram"
                else meter.create_counter(metric.name, metric.unit, metric.description).add
            )
        record[metric.name](one.value, one.attributes)


def _resource() -> Resource:
    # Resource.create() asks plugins on a pool of threads, which Python closes before our thread
    # has ended.
    own = {
        "service.name": _NAME,
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": version("opentelemetry-sdk"),
    }
    return Resource(own).merge(OTELResourceDetector().detect())


@contextmanager
def _unsaid() -> Iterator[None]:
    """Keep the exporter from saying for each run, on this thread, what is said once."""
    ours = threading.get_ident()
    logger = logging.getLogger(metric_exporter.__name__)

    def is_others(record: logging.LogRecord) -> bool:
        return record.thread != ours

    logger.addFilter(is_others)
    try:
        yield
    finally:
        logger.removeFilter(is_others)
