import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from zenml.alerter.base_alerter import BaseAlerter
from zenml.client import Client
from zenml.enums import StackComponentType
from zenml.integrations.slack.alerters.slack_alerter import SlackAlerterParameters
from zenml.stack import StackComponent

from governance.hooks.testing import FakeSlack, messages

pytestmark = pytest.mark.any_version


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with FakeSlack() as fake:
        yield fake


def registered(flavor: str, **configuration: Any) -> BaseAlerter:
    """Register an alerter with ZenML, and load it as a pipeline does."""
    model = Client().create_stack_component(
        name=f"{flavor}-{uuid4().hex[:8]}",
        flavor=flavor,
        component_type=StackComponentType.ALERTER,
        configuration=configuration,
    )
    alerter = StackComponent.from_model(model)
    assert isinstance(alerter, BaseAlerter)
    return alerter


def recorder(file: Path, behaviour: str, **configuration: Any) -> BaseAlerter:
    return registered("recording", path=str(file), behaviour=behaviour, **configuration)


def zenml_slack(slack: FakeSlack, **changes: str) -> BaseAlerter:
    configuration = {"slack_token": slack.token, "slack_channel_id": slack.channel}
    return registered("slack", **(configuration | changes))


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.usefixtures("_flavor")
@pytest.mark.parametrize(
    ("behaviour", "answer"), [("take", True), ("refuse", False), ("none", None), ("hang", False)]
)
def test_recording_alerter_answers_as_configured(
    tmp_path: Path, behaviour: str, answer: object
) -> None:
    """Every call is recorded, and is answered as the configured behaviour says."""
    file = tmp_path / "calls.jsonl"
    assert recorder(file, behaviour, hang_seconds=0.01).post("hello") is answer
    (call,) = messages(file)
    assert (call["message"], call["taken"]) == ("hello", answer is True)
    assert call["process"] == os.getpid()
    assert "params" not in call


@pytest.mark.usefixtures("_flavor")
@pytest.mark.parametrize(("behaviour", "error"), [("raise", ConnectionError), ("exit", SystemExit)])
def test_recording_alerter_raises_as_configured(
    tmp_path: Path, behaviour: str, error: type[BaseException]
) -> None:
    """An alerter that is told to raise does so after it has recorded the call."""
    file = tmp_path / "calls.jsonl"
    with pytest.raises(error):
        recorder(file, behaviour).post("hello")
    assert [call["taken"] for call in messages(file)] == [False]


@pytest.mark.usefixtures("_flavor")
def test_recording_alerter_hangs_as_long_as_configured(tmp_path: Path) -> None:
    """A hanging call takes the configured time, and is refused then."""
    began = time.monotonic()
    assert recorder(tmp_path / "calls.jsonl", "hang", hang_seconds=0.3).post("hello") is False
    assert 0.3 <= time.monotonic() - began < 10


@pytest.mark.usefixtures("_flavor")
def test_recording_alerter_recovers(tmp_path: Path) -> None:
    """After its first failures an alerter takes messages, and those can be listed alone."""
    file = tmp_path / "calls.jsonl"
    alerter = recorder(file, "refuse", failures=2)
    assert [alerter.post(str(number)) for number in range(4)] == [False, False, True, True]
    assert [call["message"] for call in messages(file, taken=True)] == ["2", "3"]
    assert [call["message"] for call in messages(file, taken=False)] == ["0", "1"]


@pytest.mark.usefixtures("_flavor")
def test_recording_alerters_of_one_file_fail_for_themselves(tmp_path: Path) -> None:
    """Alerters that share a file count their own calls."""
    file = tmp_path / "calls.jsonl"
    assert recorder(file, "take").post("from another") is True
    alerter = recorder(file, "refuse", failures=1)
    assert [alerter.post("first"), alerter.post("second")] == [False, True]


@pytest.mark.usefixtures("_flavor")
def test_recording_alerter_records_parameters(tmp_path: Path) -> None:
    """What a call gets beside the message is recorded as JSON."""
    file = tmp_path / "calls.jsonl"
    recorder(file, "take").post("hello", SlackAlerterParameters(blocks=[section("hello")]))
    (call,) = messages(file)
    assert call["params"]["blocks"] == [section("hello")]


_POSTER = """
import sys
from governance.hooks.testing import RecordingAlerter, RecordingAlerterConfig
from zenml.enums import StackComponentType
from uuid import uuid4
from datetime import datetime

config = RecordingAlerterConfig(path=sys.argv[1], behaviour="refuse", failures=25)
alerter = RecordingAlerter(
    name="shared", id=uuid4(), config=config, flavor="recording",
    type=StackComponentType.ALERTER, user=uuid4(), created=datetime.now(), updated=datetime.now(),
)
sys.stdin.readline()
print(sum(alerter.post(f"{number} " + "x" * 3000) is True for number in range(20)))
"""


def test_recording_alerter_counts_over_processes(tmp_path: Path) -> None:
    """Processes that post at the same time see exactly the configured number of failures."""
    file, program = tmp_path / "calls.jsonl", tmp_path / "poster.py"
    program.write_text(_POSTER)
    command = [sys.executable, str(program), str(file)]
    pipe = subprocess.PIPE
    posters = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    answers = [poster.communicate("go\n", timeout=120)[0] for poster in posters]
    assert sum(map(int, answers)) == 3 * 20 - 25
    assert len(messages(file)) == 60
    assert len(messages(file, taken=True)) == 35


def test_slack_serves_zenml_s_alerter(slack: FakeSlack) -> None:
    """ZenML's unmodified Slack alerter is registered with, and posts to, the fake."""
    alerter = zenml_slack(slack)
    assert slack.calls[:2] == ["auth.test", "conversations.info"]
    assert alerter.post("hello", SlackAlerterParameters(blocks=[section("*hello*")])) is True
    (message,) = slack.messages
    assert (message["text"], message["blocks"]) == ("hello", [section("*hello*")])
    assert message["channel"] == slack.channel


@pytest.mark.parametrize("change", [{"slack_token": "xoxb-wrong"}, {"slack_channel_id": "C0OTHER"}])
def test_slack_knows_its_token_and_channel(
    slack: FakeSlack, change: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A wrong token or an unknown channel cannot be registered."""
    # ZenML 0.98 logs the error with an argument that its format has no place for.
    caplog.set_level(logging.CRITICAL, "zenml.integrations.slack.flavors.slack_alerter_flavor")
    with pytest.raises(ValueError, match="Invalid stack component configuration"):
        zenml_slack(slack, **change)


@pytest.mark.parametrize(
    ("error", "text", "blocks"),
    [
        ("no_text", "", []),
        ("msg_too_long", "x" * 40_001, []),
        ("msg_blocks_too_long", "x", [section("x" * 2_800)] * 5),
        ("invalid_blocks", "x", [{"type": "divider"}] * 51),
        ("invalid_blocks", "x", [{"type": "carousel"}]),
        ("invalid_blocks", "x", [{"type": "section"}]),
        ("invalid_blocks", "x", [section("")]),
        ("invalid_blocks", "x", [section("x" * 3_001)]),
        ("invalid_blocks", "x", [{"type": "section", "text": "x"}]),
        ("invalid_blocks", "x", [{"type": "section", "fields": [section("x")["text"]] * 11}]),
        ("invalid_blocks", "x", [{"type": "section", "fields": [section("x" * 2_001)["text"]]}]),
        ("invalid_blocks", "x", [{"type": "header", "text": section("x")["text"]}]),
        (
            "invalid_blocks",
            "x",
            [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        ),
        ("invalid_blocks", "x", [{"type": "context", "elements": []}]),
    ],
)
@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
def test_slack_refuses_what_slack_refuses(
    slack: FakeSlack, error: str, text: str, blocks: list[dict[str, Any]]
) -> None:
    """A message that Slack would not post is not posted, and the error has Slack's name."""
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    with pytest.raises(SlackApiError) as raised:
        WebClient(token=slack.token).chat_postMessage(
            channel=slack.channel, text=text, blocks=blocks
        )
    assert raised.value.response["error"] == error
    assert slack.messages == []


def test_slack_takes_what_is_just_short_enough(slack: FakeSlack) -> None:
    """Messages at the limits are posted, and stand in the channel's history."""
    from slack_sdk import WebClient

    client = WebClient(token=slack.token)
    client.chat_postMessage(channel=slack.channel, text="x" * 40_000)
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}
    blocks = [header, section("x" * 3_000), *[{"type": "divider"}] * 48]
    # As a form, which is the other way that Slack takes arguments.
    client.api_call(
        "chat.postMessage", data={"channel": slack.channel, "blocks": json.dumps(blocks)}
    )
    history = client.conversations_history(channel=slack.channel)["messages"]
    assert [len(message["blocks"]) for message in history] == [50, 0]
    assert (
        client.conversations_history(channel=slack.channel, oldest=history[0]["ts"])["messages"]
        == []
    )


def test_slack_does_not_know_other_methods(slack: FakeSlack) -> None:
    """A method that the fake does not have is an error, as it is at Slack's."""
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    with pytest.raises(SlackApiError, match="unknown_method"):
        WebClient(token=slack.token).chat_delete(channel=slack.channel, ts="1")


@pytest.mark.parametrize(
    "trouble",
    [{"status": 429, "retry_after": 7}, {"status": 500}, {"error": "channel_is_archived"}],
    ids=str,
)
def test_slack_recovers_from_trouble(slack: FakeSlack, trouble: dict[str, Any]) -> None:
    """A Slack in trouble refuses the next calls, and takes those after them."""
    alerter = zenml_slack(slack)
    slack.trouble(2, **trouble)
    assert [alerter.post("hello") for _ in range(3)] == [False, False, True]
    assert len(slack.messages) == 1


def test_slack_says_when_to_come_back(slack: FakeSlack) -> None:
    """An answer about a limited rate says how long to wait."""
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    slack.trouble(1, status=429, retry_after=7)
    with pytest.raises(SlackApiError) as raised:
        WebClient(token=slack.token).auth_test()
    assert raised.value.response["error"] == "ratelimited"
    assert raised.value.response.headers["Retry-After"] == "7"


def test_slack_hangs(slack: FakeSlack) -> None:
    """A call that hangs ends without an answer, and its message is not taken."""
    alerter = zenml_slack(slack)
    slack.trouble(2, hang=0.2)  # the client tries a broken connection once more
    began = time.monotonic()
    assert alerter.post("hello") is False
    assert 0.4 <= time.monotonic() - began < 10
    assert slack.messages == []


_CHILD = """
from governance.hooks.testing import FakeSlack
from slack_sdk import WebClient
print(FakeSlack.attach(), WebClient().base_url)
"""


def test_slack_is_found_by_child_processes(slack: FakeSlack, tmp_path: Path) -> None:
    """A process that the test starts finds the fake, and afterwards Slack again."""
    from slack_sdk import WebClient

    program = tmp_path / "child.py"
    program.write_text(_CHILD)

    def told() -> str:
        return subprocess.check_output([sys.executable, str(program)], text=True).strip()

    assert told() == f"True {slack.url}"
    assert WebClient().base_url == slack.url
    slack.__exit__()
    assert told() == "False https://slack.com/api/"
    assert WebClient().base_url == "https://slack.com/api/"
