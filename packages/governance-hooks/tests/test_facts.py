import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.hooks import (
    _logs,
    alerter_failure_hook,
    compliance_failure_hook,
    pipeline_failure_hook,
    pipeline_success_hook,
)
from governance.hooks._stack import artifact_store
from governance.hooks.testing import messages

Stack = Callable[..., list[Path]]
Run = Callable[[Any], None]

SECRET = "Zq8-violet-staple-77"  # noqa: S105 of this test only


@step
def train() -> None:
    logger = logging.getLogger("team")
    for number in range(30):
        logger.warning("epoch %s", number)
    logger.warning("connecting with %s", SECRET)
    message = f"no route to {SECRET} host"
    raise ConnectionError(message)


@step
def work() -> int:
    return 1


@pipeline(on_failure=pipeline_failure_hook, enable_cache=False, tags=["owner_team:payments"])
def owned() -> None:
    train()


@pipeline(on_failure=alerter_failure_hook, enable_cache=False)
def speaks_of_steps() -> None:
    train()


@pipeline(on_failure=compliance_failure_hook, enable_cache=False)
def recorded() -> None:
    train()


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def completes() -> None:
    work()


def only(file: Path) -> str:
    (sent,) = messages(file, taken=True)
    return str(sent["message"])


def test_message_tells_where_and_what_was_logged(alerters: Stack, governed: Run) -> None:
    """A failure's message names the owner, the line that raised, and the last lines logged."""
    (file,) = alerters("take")
    governed(owned)
    message = only(file)
    assert "payments" in message
    assert "test_facts.py" in message
    assert message.count("in train:") == 1
    assert "epoch 29" in message
    assert "epoch 3\n" not in message
    assert "Traceback" not in message


def test_step_message_tells_where(alerters: Stack, governed: Run) -> None:
    """A step's own message names the line too, although ZenML has not stored it yet."""
    (file,) = alerters("take")
    governed(speaks_of_steps)
    assert "test_facts.py" in only(file)


@pytest.mark.parametrize("lines", [0, 3])
def test_number_of_log_lines_is_a_setting(
    alerters: Stack, governed: Run, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many of the last log lines are shown as the settings say, or none."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_LOG_LINES", str(lines))
    (file,) = alerters("take")
    governed(owned)
    assert only(file).count("epoch") == max(0, lines - 1)


def test_log_that_cannot_be_read_costs_its_lines_only(
    alerters: Stack, governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message whose log lines cannot be had goes out without them."""

    def unreadable(*_: object) -> tuple[str, ...]:
        message = "no such bucket"
        raise OSError(message)

    monkeypatch.setattr("governance.hooks._causes.last_lines", unreadable)
    (file,) = alerters("take")
    governed(owned)
    assert "ConnectionError" in only(file)


def test_log_in_parts_and_of_other_forms_is_read(alerters: Stack) -> None:
    """A log is read from its end, whether it is one file or many, of JSON or of text."""
    alerters()
    store = artifact_store(Client().active_stack_model.id)
    folder = Path(store.path) / "logs" / uuid4().hex
    folder.mkdir(parents=True)
    assert _logs._tail(store, str(folder / "missing")) == ""
    assert _logs._tail(store, str(folder)) == ""
    (folder / "1.log").write_text("old\n")
    (folder / "2.log").write_text('{"message": "new"}\nplain text\n[]\n')
    assert [_logs._text(line) for line in _logs._tail(store, str(folder)).splitlines()] == [
        "new",
        "plain text",
        "[]",
    ]
    long = folder / "3.log"
    long.write_text("x" * _logs._TAIL + "\nthe end\n")
    assert _logs._tail(store, str(long)) == "the end\n"


@pytest.mark.parametrize("attached", ["pipeline", "stack", "component", "reference", "variable"])
def test_secret_known_to_the_run_is_redacted_by_value(
    alerters: Stack, governed: Run, attached: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that the run knows is replaced by value in messages and records."""
    from zenml.enums import StackComponentType

    (file,) = alerters("take")
    client = Client()
    name = f"vault-{uuid4().hex[:8]}"
    client.create_secret(name, {"key": SECRET})
    stack = client.active_stack_model
    (alerter,) = stack.components[StackComponentType.ALERTER]
    governed_pipeline = recorded
    if attached == "pipeline":
        governed_pipeline = recorded.with_options(secrets=[name])
    elif attached == "stack":
        client.update_stack(stack.id, add_secrets=[name])
    elif attached == "component":
        client.update_stack_component(alerter.id, StackComponentType.ALERTER, add_secrets=[name])
    elif attached == "reference":
        path = f"{{{{{name}.key}}}}"
        client.create_stack_component(
            f"other-{name}", "recording", StackComponentType.ALERTER, {"path": path}
        )
        client.update_stack(
            stack.id,
            component_updates={StackComponentType.ALERTER: [alerter.id, f"other-{name}"]},
        )
    else:
        monkeypatch.setenv("TEAM_API_KEY", SECRET)
    governed(governed_pipeline)
    run = client.list_pipeline_runs(size=1, sort_by="desc:created").items[0]
    folder = Path(client.active_stack.artifact_store.path) / "governance" / "audit" / str(run.id)
    records = [file.read_text("utf-8") for file in folder.iterdir()]
    assert len(records) == 2  # the step's and the run's
    for record in records:
        (cause,) = json.loads(record)["data"]["causes"]
        assert "no route to [redacted] host" in cause["message"]
        assert SECRET not in record
    assert messages(file) == []


def test_routes_send_messages_where_the_settings_say(
    alerters: Stack,
    governed: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A route names the alerter; the stack's others hear nothing, and a silent route is silent."""
    one, two = alerters("take", "take")
    routes = [
        {"severity": ["error"], "to": [{"alerter": two.stem, "channel": "C1"}]},
        {"severity": ["info", "recovery"], "to": []},
    ]
    monkeypatch.setenv("GOVERNANCE_HOOKS_ROUTES", json.dumps(routes))
    governed(owned)
    governed(completes)
    assert (len(messages(one)), len(messages(two))) == (0, 1)
    assert "its flavor 'recording' has no channels" in caplog.text
    assert "no route leads to them" in caplog.text


def test_route_to_an_alerter_outside_of_the_stack(
    alerters: Stack, governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A route may name any registered alerter, such as the on-call team's."""
    (pager,) = alerters("take")
    (own,) = alerters("take")
    monkeypatch.setenv("GOVERNANCE_HOOKS_ROUTES", json.dumps([{"to": [{"alerter": pager.stem}]}]))
    governed(completes)
    assert (len(messages(pager)), len(messages(own))) == (1, 0)


def test_route_to_nobody_reaches_the_stack(
    alerters: Stack,
    governed: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A route to an alerter that is not registered is said, and the stack's alerters are told."""
    (file,) = alerters("take")
    monkeypatch.setenv("GOVERNANCE_HOOKS_ROUTES", '[{"to": [{"alerter": "nobody"}]}]')
    governed(completes)
    assert len(messages(file)) == 1
    assert "'nobody', which is not registered" in caplog.text


def test_endless_recursion_is_told_by_its_ends() -> None:
    """Of a recursion with thousands of frames its first and its last ones are kept."""
    from governance.hooks._causes import raised

    def again(number: int) -> int:
        return again(number + 1) + 1

    try:
        again(0)
    except RecursionError as error:
        told = raised(error)
    assert told.error == "RecursionError"
    assert "test_endless_recursion_is_told_by_its_ends" in told.traceback
    assert told.traceback.count("\n") < 1_000


def test_secret_that_may_not_be_read_is_left_out() -> None:
    """A secret that this user cannot read stops nothing."""
    from governance.hooks._run_secrets import _values

    assert _values(f"no-secret-{uuid4().hex}") == frozenset()
