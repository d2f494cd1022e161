"""Metrics in a real Prometheus behind a real Pushgateway, and at a receiver of OTLP."""

import json
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tools.component import ROOT

Program = Callable[..., "subprocess.CompletedProcess[str]"]

_PIPELINE = """
import time
from contextlib import suppress
from zenml import log_metadata, pipeline, step
from zenml.client import Client
from zenml.config.retry_config import StepRetryConfig
from governance.hooks import monitoring_success_hook, pipeline_failure_hook
from governance.hooks._watcher import watcher

@step(enable_cache=False, retry=StepRetryConfig(max_retries=1, delay=0))
def sleep(fails: bool) -> None:
    time.sleep(0.3)
    log_metadata({"governance.data_quality": {"verdict": "failed" if fails else "passed"}})
    if fails:
        raise ValueError("on purpose")

@pipeline(on_success=monitoring_success_hook, on_failure=pipeline_failure_hook)
def training(fails: bool):
    sleep(fails)

for fails in (False, True):
    with suppress(Exception):
        training(fails)
    watcher.wait()
    run = Client().list_pipeline_runs(size=1, sort_by="desc:created", hydrate=True).items[0]
    print("DURATION", (run.end_time - run.start_time).total_seconds())
"""
_CONFIGURATION = """
global: {{scrape_interval: 200ms}}
scrape_configs:
  - job_name: pushgateway
    honor_labels: true
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def prometheus(
    debian_program: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Any]]:
    """Start a Pushgateway and a Prometheus that scrapes it, and give what answers PromQL."""
    gateway = debian_program("prometheus-pushgateway", "prometheus-pushgateway")
    server = debian_program("prometheus", "prometheus")
    pushing, serving = free_port(), free_port()
    configuration = tmp_path / "prometheus.yml"
    configuration.write_text(_CONFIGURATION.format(port=pushing), "utf-8")
    commands = [
        [gateway, f"--web.listen-address=127.0.0.1:{pushing}", "--persistence.file="],
        [
            server,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{serving}",
        ],
    ]
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", f"http://127.0.0.1:{pushing}")

    def query(expression: str) -> Any:
        """Ask until there is an answer: a scrape takes its time."""
        url = f"http://127.0.0.1:{serving}/api/v1/query?{urlencode({'query': expression})}"
        for _ in range(150):
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    if result := json.load(answer)["data"]["result"]:
                        return result
            except urllib.error.URLError:  # it is not up yet
                pass
            time.sleep(0.1)
        pytest.fail(f"Prometheus has no answer to {expression}")

    with (tmp_path / "servers.log").open("wb") as log:
        servers = [subprocess.Popen(one, stdout=log, stderr=log, cwd=tmp_path) for one in commands]
        try:
            query("vector(1)")
            yield query
        finally:
            for one in servers:
                one.kill()
                one.wait()


@pytest.fixture
def otlp(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Receive by OTLP, and give the bodies of what is received."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Leave the log to the hooks."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield bodies
        server.shutdown()


def queries(way: str) -> Iterator[str]:
    """Give the queries of a dashboard, for all pipelines and environments."""
    text = (ROOT / "docs" / "metrics" / f"grafana-{way}.json").read_text("utf-8")
    for panel in json.loads(text)["panels"]:
        for target in panel["targets"]:
            yield re.sub(r"\$\w+", ".*", target["expr"])


def decoded(body: bytes) -> float:
    (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    (scope,) = resource.scope_metrics
    (metric,) = [one for one in scope.metrics if one.name == "cicd.pipeline.run.duration"]
    (point,) = metric.histogram.data_points
    return float(point.sum)


def test_prometheus_and_otlp_tell_the_run_s_duration(
    program: Program, prometheus: Callable[[str], Any], otlp: list[bytes]
) -> None:
    """Prometheus answers a query with the duration that ZenML has, and OTLP carries the same."""
    done = program(_PIPELINE)
    assert done.returncode == 0, done.stderr
    known = [float(told) for told in re.findall(r"^DURATION (.+)$", done.stdout, re.MULTILINE)]
    assert min(known) >= 0.3
    assert [decoded(body) for body in otlp] == [pytest.approx(one) for one in known]

    (failed,) = prometheus("cicd_pipeline_run_failed == 1")
    assert failed["metric"]["job"] == "governance-hooks"
    (duration,) = prometheus('cicd_pipeline_run_duration_seconds{pipeline="training"}')
    assert float(duration["value"][1]) == pytest.approx(known[-1])
    for expression in queries("pushgateway"):
        assert prometheus(expression)
    # The failure leaves the last success where it was, as an alert needs it.
    assert prometheus(
        "cicd_pipeline_run_last_completion_timestamp_seconds"
        " > cicd_pipeline_run_last_success_timestamp_seconds"
    )
