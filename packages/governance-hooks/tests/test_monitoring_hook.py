import re
import time
from typing import Any

import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.hooks import monitoring_success_hook
from governance.hooks._watcher import watcher


@step
def sleep() -> None:
    time.sleep(0.3)


@pipeline(on_success=monitoring_success_hook, enable_cache=False)
def measured() -> None:
    sleep()


@pipeline(on_success=monitoring_success_hook, enable_cache=False, dynamic=True)
def measured_dynamic() -> None:
    sleep()


def last_run(governed: Any) -> Any:
    governed()
    assert watcher.wait(15)
    run = Client().list_pipeline_runs(size=1, sort_by="desc:created").items[0]
    return Client().get_pipeline_run(run.id)


def test_step_s_duration_is_on_the_step(caplog: pytest.LogCaptureFixture) -> None:
    """A step's metadata says how long it took, in seconds, and never zero."""
    metrics = last_run(measured).steps["sleep"].run_metadata["governance.metrics"]
    assert 0.3 <= metrics["zenml.step.duration"] < 30
    assert metrics["zenml.step.attempt"] == 1
    assert re.search(r"sleep took \d+\.\d+ s", caplog.text)


def test_dynamic_run_s_duration_is_on_the_run() -> None:
    """A dynamic pipeline's run says how long it took."""
    metrics = last_run(measured_dynamic).run_metadata["governance.metrics"]
    assert metrics["cicd.pipeline.result"] == "success"
    assert 0.3 <= metrics["cicd.pipeline.run.duration"] < 30
