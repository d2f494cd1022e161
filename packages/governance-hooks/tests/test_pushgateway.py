import base64
import sys
import time
from datetime import datetime, timezone
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from governance.hooks import _pushgateway
from governance.hooks._endpoint import endpoint
from governance.hooks._evidence import Gate
from governance.hooks._measurement import RunFacts, StepFacts
from governance.hooks._settings import Settings, SettingsError, load, settings

RUN = RunFacts(
    "train",
    "train-1",
    "0b5e",
    "success",
    datetime(2026, 1, 2, tzinfo=timezone.utc),
    duration=12.5,
    environment="prod/eu",
    steps=(
        StepFacts("check", "success", 0.5, gates=(Gate("data_quality", "passed"),)),
        StepFacts("fit", "success", 9.25, attempts=3),
    ),
)


def push(url: str, limit: float = 2.0, *, identity: bool = False) -> str | None:
    return _pushgateway.push(endpoint(url), RUN, limit, identity=identity)


def pushed(receiver: Any) -> dict[tuple[str, ...], float]:
    ((_, _, _, body),) = receiver.received
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_last_run_is_pushed_to_its_group(receiver: Any) -> None:
    """The last run's gauges are added to the group of pipeline and environment."""
    assert push(receiver.url) is None
    ((method, path, _, _),) = receiver.received
    environment = base64.urlsafe_b64encode(b"prod/eu").decode()
    assert method == "POST"
    assert path == (
        f"/metrics/job/governance-hooks/environment@base64/{environment}/pipeline/train"
    )
    values = pushed(receiver)
    assert values["cicd_pipeline_run_duration_seconds",] == 12.5
    assert values["zenml_step_duration_seconds", "fit"] == 9.25
    assert values["zenml_step_retries", "fit"] == 2
    assert values["governance_gate_passed", "data_quality", "check"] == 1


def test_run_is_named_where_that_is_asked_for(receiver: Any) -> None:
    """With the setting for it, the run's gauges have its id and name as labels."""
    assert push(receiver.url, identity=True) is None
    assert pushed(receiver)["cicd_pipeline_run_duration_seconds", "train-1", "0b5e"] == 12.5


def test_credentials_are_sent_and_not_shown(receiver: Any) -> None:
    """User and password of the URL are sent as a header, and no reason names them."""
    receiver.status = 401
    reason = push(receiver.url.replace("://", "://ada:hunter%402@"))
    ((_, _, headers, _),) = receiver.received
    assert headers["authorization"] == f"Basic {base64.b64encode(b'ada:hunter@2').decode()}"
    assert reason == "HTTPError: HTTP Error 401: Unauthorized"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 503])
def test_refusal_is_told(receiver: Any, status: int) -> None:
    """Anything but a success is told, and a redirect is not followed to where nothing is pushed."""
    receiver.status, receiver.headers = status, {"Location": "/elsewhere"}
    assert (push(receiver.url) or "").startswith(f"HTTPError: HTTP Error {status}")
    assert len(receiver.received) == 1


def test_gateway_that_hangs_is_left_in_time(receiver: Any) -> None:
    """A gateway that does not answer is left at the limit."""
    receiver.status = None
    start = time.monotonic()
    assert push(receiver.url, 0.3) == "TimeoutError: timed out"
    assert time.monotonic() - start < 1.5


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the client is not installed, the reason says what installs it."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert 'pip install "governance-hooks[prometheus]"' in (push("http://gw:9091") or "")


def test_setting_is_shown_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are printed without the credentials that the gateway's URL holds."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", "http://ada:hunter2@gw:9091/")
    found = load()
    assert found.pushgateway == "http://ada:hunter2@gw:9091/"
    assert '"pushgateway":"http://gw:9091"' in found.model_dump_json()
    assert "hunter2" not in repr(found)
    assert '"pushgateway":null' in Settings.model_construct().model_dump_json()


def test_wrong_setting_is_told_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL that cannot be used is named by its setting, and is not repeated."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", "ftp://ada:hunter2@gw")
    with pytest.raises(SettingsError, match="expected an http or https URL") as caught:
        load()
    assert "GOVERNANCE_HOOKS_PUSHGATEWAY" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_gateway_is_the_setting_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements are pushed where the setting says, and nowhere without it."""
    assert _pushgateway.gateway() is None
    settings.cache_clear()
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", "http://gw:9091")
    assert _pushgateway.gateway() == endpoint("http://gw:9091")
