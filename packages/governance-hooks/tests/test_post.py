import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from zenml import pipeline, step
from zenml.client import Client
from zenml.enums import StackComponentType

from governance.hooks import _post, _returned, pipeline_failure_hook
from governance.hooks._event import Event
from governance.hooks._time import now
from governance.hooks._watcher import watcher
from governance.hooks.testing import FakeSlack

pytestmark = pytest.mark.any_version

Run = Callable[[Any], None]


@step
def fail() -> None:
    message = "<!channel> cannot work, password=hunter2 & more"
    raise ValueError(message)


@pipeline(on_failure=pipeline_failure_hook, enable_cache=False)
def fails() -> None:
    fail()


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A stack whose alerter is ZenML's own Slack alerter, talking to a Slack on loopback."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    client = Client()
    before = client.active_stack_model
    with FakeSlack() as fake:
        name = f"slack-{uuid4().hex[:8]}"
        client.create_stack_component(
            name,
            "slack",
            StackComponentType.ALERTER,
            {"slack_token": fake.token, "slack_channel_id": fake.channel},
        )
        components: Any = {
            kind: [model.id for model in models] for kind, models in before.components.items()
        }
        client.create_stack(name, {**components, StackComponentType.ALERTER: [name]})
        client.activate_stack(name)
        yield fake
        client.activate_stack(before.id)


def drain() -> None:
    stack = Client().active_stack_model
    (alerter,) = stack.components[StackComponentType.ALERTER]
    watcher.submit(_returned.draining(stack.id, f"{alerter.id}/default"))
    assert watcher.wait(30)


def test_slack_gets_blocks(slack: FakeSlack, governed: Run) -> None:
    """ZenML's own Slack alerter posts the message as blocks, with a text for notifications."""
    governed(fails)
    (message,) = slack.messages
    assert message["channel"] == slack.channel
    assert message["text"].startswith("❌ Pipeline failed: fails")
    kinds = [block["type"] for block in message["blocks"]]
    assert kinds[0] == "header"
    assert "section" in kinds
    shown = json.dumps(message, ensure_ascii=False)
    assert "hunter2" not in shown
    assert "<!channel>" not in shown


@pytest.mark.parametrize(
    "trouble",
    [{"status": 429}, {"status": 500}, {"error": "not_in_channel"}, {"hang": 0.1}],
    ids=["rate limited", "outage", "refused", "hung up"],
)
def test_slack_in_trouble_gets_the_message_later(
    slack: FakeSlack, governed: Run, trouble: dict[str, Any]
) -> None:
    """Whatever Slack answers instead of taking a message, it gets it later, once."""
    slack.trouble(2 if "hang" in trouble else 1, **trouble)  # the client tries again by itself
    governed(fails)
    assert slack.messages == []
    drain()
    (message,) = slack.messages
    assert "Delayed by" in json.dumps(message["blocks"])
    drain()
    assert len(slack.messages) == 1


def test_route_names_slack_s_channel(
    slack: FakeSlack, governed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A route's channel goes to Slack, where an unknown one is refused and the message kept."""
    alerter = Client().active_stack_model.components[StackComponentType.ALERTER][0].name
    routes = [{"to": [{"alerter": alerter, "channel": slack.channel}]}]
    monkeypatch.setenv("GOVERNANCE_HOOKS_ROUTES", json.dumps(routes))
    governed(fails)
    assert [message["channel"] for message in slack.messages] == [slack.channel]


@pytest.mark.filterwarnings("ignore:'audioop' is deprecated")  # discord.py's to mend
def test_discord_gets_markdown() -> None:
    """For a Discord alerter the message is Markdown, and the channel goes as its parameter."""
    text, parameters = _post._message(
        SimpleNamespace(flavor_name="discord", name="discord"),  # type: ignore[arg-type]
        Event("completed", pipeline="p", run="r", run_id="1", time=now()),
        "123",
    )
    assert text.startswith("**✅ Pipeline completed: p**")
    assert getattr(parameters, "discord_channel_id", None) == "123"
