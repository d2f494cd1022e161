import logging
import sys
from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from governance.hooks import _otlp, _pushgateway
from governance.hooks._export import LIMIT, Exporter, Way, ways
from governance.hooks._measurement import RunFacts, StepFacts
from governance.hooks._settings import settings

RUN = RunFacts(
    "train",
    "train-1",
    "0b5e",
    "success",
    datetime(2026, 1, 2, tzinfo=timezone.utc),
    duration=12.5,
    steps=(StepFacts("fit", "success", 9.25),),
)


def way(answer: Callable[[], str | None], name: str = "OTLP") -> Way:
    return Way(name, "http://receiver:4318", lambda _run, _limit: answer(), lambda: None)


def test_ways_are_those_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent unless an address is configured, and no way shows credentials."""
    assert ways() == ()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://ada:hunter2@otel:4318")
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", "http://ada:hunter2@gw:9091")
    settings.cache_clear()
    otlp, pushgateway = ways()
    assert (otlp.name, otlp.endpoint) == ("OTLP", "http://otel:4318/v1/metrics")
    assert (pushgateway.name, pushgateway.endpoint) == ("Pushgateway", "http://gw:9091")
    assert "hunter2" not in repr((otlp, pushgateway))


def test_ways_send_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way sends the run within the seconds it is given, as the settings say."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4318")
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", "http://gw:9091")
    monkeypatch.setenv("GOVERNANCE_HOOKS_METRICS_RUN_IDENTITY", "true")
    settings.cache_clear()
    sent: list[object] = []
    monkeypatch.setattr(_otlp, "send", lambda *of, **how: sent.append((*of, how)))
    monkeypatch.setattr(_pushgateway, "push", lambda *of, **how: sent.append((*of[1:], how)))
    for one in ways():
        one.send(RUN, 1.0)
    assert sent == [(RUN, 1.0, {"identity": True})] * 2


def test_imports_are_not_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a way takes is imported beforehand, and a missing extra is not an error there."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4318")
    monkeypatch.setenv("GOVERNANCE_HOOKS_PUSHGATEWAY", "http://gw:9091")
    settings.cache_clear()
    needed = ["governance.hooks._otlp_delivery", "prometheus_client"]
    for name, one in zip(needed, ways(), strict=True):
        monkeypatch.delitem(sys.modules, name, raising=False)
        one.load()
        assert name in sys.modules
        monkeypatch.setitem(sys.modules, name, None)
        one.load()


def test_failure_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """A receiver's failure is said once per process, and every run's values stay in the log."""
    clock = [0.0]
    exporter = Exporter(lambda: clock[0])
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            exporter.exporting(way(lambda: "HTTP 503"), RUN, LIMIT).run()
            clock[0] += 60
        exporter.exporting(way(lambda: "refused", "Pushgateway"), RUN, LIMIT).run()
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    once = "They stay in this log; this is said once."
    assert said == [
        f"Metrics did not reach OTLP at http://receiver:4318: HTTP 503. {once}",
        f"Metrics did not reach Pushgateway at http://receiver:4318: refused. {once}",
    ]
    kept = '"cicd.pipeline.run.duration": 12.5, "zenml.step.retries": 0, "zenml.step.duration": '
    assert caplog.text.count(kept + '{"fit": 9.25}') == 4


def test_reason_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """What a receiver's failure says is told without secrets and not at any length."""
    reason = "at http://ada:hunter2@receiver " + "x" * 1_000
    Exporter().exporting(way(lambda: reason), RUN, LIMIT).run()
    assert "hunter2" not in caplog.text
    assert len(caplog.text) < 1_000


def test_receiver_that_fails_is_left_alone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    """After a failure the runs of the next half minute do not wait, and later ones are sent."""
    clock, sent = [0.0], []
    exporter = Exporter(lambda: clock[0])

    def answer() -> str | None:
        sent.append(clock[0])
        return None if sent[1:] else "HTTP 503"

    with caplog.at_level(logging.INFO):
        for clock[0] in (0.0, 29.0, 31.0):
            exporter.exporting(way(answer), RUN, LIMIT).run()
    assert sent == [0.0, 31.0]
    assert caplog.text.count("Metrics of run train-1") == 2


def test_export_that_was_given_up_says_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    """An export that fails after it was given up is not told a second time."""

    def answer() -> str:
        task.abandon("there was no answer within 2 s")
        return "ReadTimeout"

    task = Exporter().exporting(way(answer), RUN, LIMIT)
    with caplog.at_level(logging.INFO):
        task.run()
    assert caplog.text.count("there was no answer") == 1
    assert caplog.text.count("Metrics of run train-1") == 1
    assert "ReadTimeout" not in caplog.text


def test_export_takes_no_longer_than_its_limit() -> None:
    """The task of an export is bounded by the limit that it is given."""
    assert Exporter().exporting(way(lambda: None), RUN, 0.5).limit == 0.5
    assert LIMIT == 2
