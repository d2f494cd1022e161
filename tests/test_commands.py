import json
import re
import shlex
from collections.abc import Callable
from typing import Any

from tools.component import ROOT

Program = Callable[..., Any]

_FENCE = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What each company fills in; of all this only Slack is contacted when it is registered.
_PLACEHOLDERS = {
    "<your-mlflow-uri>": "https://mlflow.invalid",
    "<user>": "tracker",
    "<password>": "tracker-password",
    "<bot-token>": "bot-token",
    "<channel-id>": "C0123456789",
    "<context>": "production",
    "<bucket>": "models",
    "<region>": "europe-west1",
    "<project>": "ml",
    "<repository>": "zenml",
}
_RUN = """
import json, os, sys
from governance.hooks.testing import FakeSlack
from zenml.cli.cli import cli
from zenml.client import Client
for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
    os.environ.pop(name, None)
cli(["stack", "register", "my_stack", "-o", "default", "-a", "default"], standalone_mode=False)
with FakeSlack(token="bot-token", channel="C0123456789"):  # which a Slack alerter is checked with
    for command in json.loads(sys.argv[1]):
        cli(command[1:], standalone_mode=False)
for name in ("my_stack", "production_stack"):
    stack = Client().get_stack(name)
    flavors = {kind.value: models[0].flavor_name for kind, models in stack.components.items()}
    print(name, json.dumps(flavors, sort_keys=True))
"""


def commands() -> list[list[str]]:
    text = (ROOT / "docs" / "PLATFORM_GUIDE.md").read_text("utf-8")
    lines = "\n".join(_FENCE.findall(text)).replace("\\\n", " ").splitlines()
    for placeholder, value in _PLACEHOLDERS.items():
        lines = [line.replace(placeholder, value) for line in lines]
    return [shlex.split(line) for line in lines if line.startswith("zenml ")]


def test_platform_guide_s_commands_register_the_stack(program: Program) -> None:
    """The guide's commands, run in order, register the recommended stack with its components."""
    assert not [word for command in commands() for word in command if "<" in word]
    done = program(_RUN, json.dumps(commands()))
    assert done.returncode == 0, done.stdout + done.stderr
    stacks = dict(line.split(" ", 1) for line in done.stdout.splitlines() if "_stack {" in line)
    assert json.loads(stacks["my_stack"]) == {
        "alerter": "slack",
        "artifact_store": "local",
        "experiment_tracker": "mlflow",
        "orchestrator": "local",
    }
    assert json.loads(stacks["production_stack"]) == {
        "alerter": "slack",
        "artifact_store": "gcp",
        "container_registry": "gcp",
        "experiment_tracker": "mlflow",
        "orchestrator": "kubernetes",
    }
