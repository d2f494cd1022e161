import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from zenml import log_metadata, pipeline, step
from zenml.client import Client
from zenml.config.retry_config import StepRetryConfig

from governance.hooks import (
    _export,
    _run,
    _run_metrics,
    alerter_failure_hook,
    monitoring_success_hook,
    pipeline_failure_hook,
    pipeline_success_hook,
)
from governance.hooks._cli import main
from governance.hooks._facts import run_event
from governance.hooks._run_metrics import METRICS_KEY, facts_of
from governance.hooks._settings import settings
from governance.hooks._watcher import Task, watcher
from governance.hooks.server import RunEventHandler

Run = Callable[[Any], None]
measured = pipeline(
    on_success=monitoring_success_hook, on_failure=pipeline_failure_hook, enable_cache=False
)
measured_dynamic = pipeline(
    dynamic=True,
    on_success=monitoring_success_hook,
    on_failure=pipeline_failure_hook,
    enable_cache=False,
)
_attempts: list[int] = []


@step
def sleep() -> int:
    time.sleep(0.3)
    return 1


@step(retry=StepRetryConfig(max_retries=2, delay=0))
def fail_once(number: int) -> int:
    _attempts.append(number)
    if len(_attempts) % 2:
        message = "the first attempt fails"
        raise ValueError(message)
    return number


@step(enable_cache=True)
def cached() -> int:
    return 1


@step
def gate(number: int, verdict: str = "passed") -> None:  # noqa: ARG001 so that it comes after
    log_metadata({"governance.data_quality": {"verdict": verdict, "checks": []}})
    log_metadata({"governance.note": {"verdict": "perhaps"}, "governance.text": "passed"})
    log_metadata({"other": {"verdict": "failed"}})
    if verdict == "failed":
        message = "the gate is closed"
        raise LookupError(message)


@measured
def completed() -> None:
    cached()
    gate(fail_once(sleep()))


@measured_dynamic
def completed_dynamic() -> None:
    cached()
    gate(fail_once(sleep()))


@measured
def failed() -> None:
    gate(sleep(), verdict="failed")


@measured_dynamic
def failed_dynamic() -> None:
    gate(sleep(), verdict="failed")


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no failure of another test keep this one from exporting."""
    monkeypatch.setattr(_run_metrics, "exporter", _export.Exporter())
    yield
    assert watcher.wait(15)


@pytest.fixture(scope="module")
def _cached() -> None:
    """Run the step once, so that it is cached from here on."""
    cached()


@pytest.fixture
def otlp(receiver: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    return receiver


def last_run() -> Any:
    run = Client().list_pipeline_runs(size=1, sort_by="desc:created").items[0]
    return Client().get_pipeline_run(run.id)


def received(receiver: Any) -> dict[str, dict[tuple[str, ...], float]]:
    """Read what the receiver was sent, by metric and the values of some attributes."""
    ((_, _, _, body),) = receiver.received
    (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    (scope,) = resource.scope_metrics
    found: dict[str, dict[tuple[str, ...], float]] = {}
    told = ("zenml.step.name", "result", "error.type", "governance.gate.verdict")
    for metric in scope.metrics:
        data = getattr(metric, metric.WhichOneof("data"))
        for point in data.data_points:
            known = {pair.key: pair.value.string_value for pair in point.attributes}
            key = tuple(v for name in told for k, v in known.items() if k.endswith(name))
            value = point.sum if metric.HasField("histogram") else point.as_int
            found.setdefault(metric.name, {})[key] = value
    return found


@pytest.mark.usefixtures("_cached")
@pytest.mark.parametrize("flow", [completed, completed_dynamic], ids=["static", "dynamic"])
def test_completed_run_is_measured(flow: Any, governed: Run, otlp: Any) -> None:
    """A completed run is exported once: durations, cached steps, retries and verdicts."""
    governed(flow)
    found, run = received(otlp), last_run()
    (duration,) = found["cicd.pipeline.run.duration"].values()
    assert duration == pytest.approx((run.end_time - run.start_time).total_seconds())
    assert list(found["cicd.pipeline.run.duration"]) == [("success",)]
    steps = found["zenml.step.duration"]
    assert steps["sleep", "success"] >= 0.3
    assert steps["cached", "cached"] < 0.3
    assert set(steps) == {
        ("sleep", "success"),
        ("cached", "cached"),
        ("fail_once", "success"),
        ("gate", "success"),
    }
    assert found["zenml.step.retries"]["fail_once",] == 1
    assert sum(found["zenml.step.retries"].values()) == 1
    assert found["governance.gate.verdicts"] == {("gate", "passed"): 1}
    assert "cicd.pipeline.run.errors" not in found
    assert run.run_metadata[METRICS_KEY] == {
        "cicd.pipeline.result": "success",
        "cicd.pipeline.run.duration": pytest.approx(duration, abs=1e-5),
        "zenml.step.retries": 1,
        "governance.gate.passed": 1,
        "governance.gate.failed": 0,
    }


@pytest.mark.parametrize("flow", [failed, failed_dynamic], ids=["static", "dynamic"])
def test_failed_run_is_measured(flow: Any, governed: Run, otlp: Any) -> None:
    """A failed run is exported once, with its error and the verdict of the gate that closed."""
    governed(flow)
    found = received(otlp)
    assert list(found["cicd.pipeline.run.duration"]) == [("failure", "LookupError")]
    assert found["cicd.pipeline.run.errors"] == {("LookupError",): 1}
    assert ("gate", "failure", "LookupError") in found["zenml.step.duration"]
    assert found["governance.gate.verdicts"] == {("gate", "failed"): 1}


@pipeline(on_success=pipeline_success_hook, enable_cache=False)
def announced() -> None:
    sleep()


def test_pipeline_hooks_export_too(governed: Run, otlp: Any) -> None:
    """The pipeline's own hooks export a run as well, and leave its metadata alone."""
    governed(announced)
    assert "cicd.pipeline.run.duration" in received(otlp)
    assert METRICS_KEY not in last_run().run_metadata


def test_run_is_exported_once(governed: Run, otlp: Any) -> None:
    """A run that other processes follow too is exported by one of them."""
    governed(announced)
    for _ in range(2):
        _run.watch(last_run(), measure=True)
        assert watcher.wait(15)
    assert len(otlp.received) == 1


def test_alerts_go_out_before_metrics(
    alerters: Callable[..., list[Path]], governed: Run, otlp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When metrics are sent, the run's message has gone out: a slow receiver holds up no alert."""
    (file,) = alerters("take")
    told: list[bool] = []
    exporter = _export.Exporter()
    exporting = exporter.exporting

    def note(*of: Any) -> Any:
        task = exporting(*of)

        def run() -> None:
            told.append(file.exists())
            task.run()

        return Task(run, task.abandon)

    monkeypatch.setattr(exporter, "exporting", note)
    monkeypatch.setattr(_run_metrics, "exporter", exporter)
    governed(announced)
    assert told == [True]
    assert len(otlp.received) == 1


def test_server_exports_what_no_hook_did(
    governed: Run, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's handler exports a run that no process with an exporter has followed, once."""
    governed(announced)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    for _ in range(2):
        RunEventHandler().handle_run_status_update(last_run())
        assert watcher.wait(15)
    assert "cicd.pipeline.run.duration" in received(receiver)


def test_reconciler_exports_what_no_hook_did(
    governed: Run, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reconciler exports a run that no process with an exporter has followed, once."""
    governed(announced)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    monkeypatch.setenv("GOVERNANCE_HOOKS_METRICS_RUN_IDENTITY", "true")
    settings.cache_clear()
    name = last_run().name.encode()
    sent = []
    for options in (["--dry-run"], [], []):  # other tests' runs are exported with it
        main(["reconcile", "--since", "3m", *options])
        sent.append(sum(name in body for *_, body in receiver.received))
    assert sent == [0, 1, 1]


def test_nothing_is_measured_where_nobody_asks(
    governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the monitoring hook and without an exporter, no step is read."""
    monkeypatch.setattr(_run_metrics, "facts_of", pytest.fail)
    governed(announced)
    assert METRICS_KEY not in last_run().run_metadata


@pipeline(on_success=monitoring_success_hook, enable_cache=False)
def measured_only() -> None:
    sleep()


def test_result_is_logged_without_an_exporter(
    governed: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """Without an exporter, duration and result are in the log and on the run."""
    governed(measured_only)
    run = last_run()
    assert f"Run {run.name} took" in caplog.text
    assert run.run_metadata[METRICS_KEY]["cicd.pipeline.run.duration"] >= 0.3


@pipeline(dynamic=True, on_failure=alerter_failure_hook, enable_cache=False)
def broken() -> None:
    message = "no step at all"
    raise KeyError(message)


def test_pipeline_function_s_failure_is_measured(governed: Run, otlp: Any) -> None:
    """A dynamic run whose own function fails is exported with that error."""
    governed(broken)
    assert list(received(otlp)["cicd.pipeline.run.duration"]) == [("failure", "KeyError")]


def test_steps_that_cannot_be_read_are_said(
    governed: Run,
    otlp: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where ZenML cannot tell the steps, what is known of the run is in the log."""

    def unreachable(*_: object) -> None:
        message = "no server, password=hunter2"
        raise ConnectionError(message)

    monkeypatch.setattr(_run_metrics, "facts_of", unreachable)
    governed(announced)
    assert otlp.received == []
    assert "could not be measured (ConnectionError: no server" in caplog.text
    assert '"cicd.pipeline.result": "success"' in caplog.text
    assert "hunter2" not in caplog.text


def test_two_ways_share_the_time(
    governed: Run, otlp: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Two receivers that hang share the seconds of one."""
    monkeypatch.setattr(_run_metrics, "LIMIT", 0.6)
    otlp.status = None
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", otlp.url)
    settings.cache_clear()
    limits = []
    exporter = _export.Exporter()
    exporting = exporter.exporting

    def note(way: Any, facts: Any, limit: float) -> Any:
        limits.append(limit)
        return exporting(way, facts, limit)

    monkeypatch.setattr(exporter, "exporting", note)
    monkeypatch.setattr(_run_metrics, "exporter", exporter)
    governed(announced)
    assert limits == [0.3, 0.3]
    assert caplog.text.count("Metrics did not reach") == 2


_SCRIPT = """
import time
from zenml import pipeline, step
from governance.hooks import monitoring_success_hook

@step(enable_cache=False)
def work() -> int:
    return 1

@pipeline(on_success=monitoring_success_hook)
def flow():
    work()

flow()
print("END", time.time(), flush=True)
"""


def test_process_with_receivers_that_hang_ends(
    otlp: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process whose receivers both hang ends long before the hooks' deadline, and says why."""
    otlp.status = None
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", otlp.url)
    monkeypatch.setenv("GOVERNANCE_HOOKS_DEADLINE", "60")
    script = tmp_path / "flow.py"
    script.write_text(_SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120
    )
    end = time.time()
    (main_ended,) = re.findall(r"^END (.+)$", done.stdout, re.MULTILINE)
    assert len(otlp.received) == 2
    # Two seconds, and many more for a busy machine: without a limit it would be a minute.
    assert end - float(main_ended) < 20
    assert (done.stdout + done.stderr).count("Metrics did not reach") == 2


def test_many_steps_are_read_whole(governed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages of steps a run has, each step is measured once, by its last attempt."""
    governed(completed)
    run = last_run()
    event = run_event(run)
    assert event is not None
    monkeypatch.setattr("governance.hooks._pages._PAGE", 2)
    steps = facts_of(run, event).steps
    assert sorted(s.name for s in steps) == ["cached", "fail_once", "gate", "sleep"]
    assert {s.name: s.attempts for s in steps}["fail_once"] == 2
