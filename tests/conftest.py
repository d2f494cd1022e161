"""What spans components is tested in processes of its own, with a ZenML of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.browser import Recorder

Program = Callable[..., "subprocess.CompletedProcess[str]"]

_STACK = """
import importlib.util, sys
from zenml.client import Client
from zenml.enums import StackComponentType as Kind

client = Client()
if importlib.util.find_spec("governance.hooks") is None:  # a component is tested alone
    sys.exit()
client.create_flavor("governance.hooks.testing.RecordingAlerterFlavor", Kind.ALERTER)
client.create_stack_component(
    name="recorder", flavor="recording", component_type=Kind.ALERTER, configuration={"path": PATH}
)
default = client.active_stack_model.components
client.create_stack(
    "governed",
    {
        Kind.ORCHESTRATOR: default[Kind.ORCHESTRATOR][0].id,
        Kind.ARTIFACT_STORE: default[Kind.ARTIFACT_STORE][0].id,
        Kind.ALERTER: "recorder",
    },
)
client.activate_stack("governed")
"""


@pytest.fixture(scope="session")
def debian_program() -> Callable[[str, str], str]:
    """Find a program that a Debian package brings: `debian_program("chromium", "chromium")`."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name)
        if path is not None:
            return path
        said = f"There is no {name} here; install the Debian package {package}."
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)

    return find


@pytest.fixture(scope="session")
def chromium(debian_program: Callable[[str, str], str]) -> str:
    """Find the browser."""
    return debian_program("chromium", "chromium")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A server that notes what a page asks for."""
    with Recorder.serving() as server:
        yield server


@pytest.fixture(scope="session")
def zenml_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ZenML store with a stack whose alerter writes to `alerts.jsonl` beside it."""
    home = tmp_path_factory.mktemp("zenml")
    alerts = home.parent / "alerts.jsonl"
    script = home.parent / "stack.py"
    script.write_text(f"PATH = {str(alerts)!r}\n{_STACK}", "utf-8")
    subprocess.run([sys.executable, str(script)], env=_environment(home), check=True)
    return home


@pytest.fixture
def alerts(zenml_home: Path) -> Path:
    """The file of the stack's alerter, empty."""
    file = zenml_home.parent / "alerts.jsonl"
    file.unlink(missing_ok=True)
    return file


@pytest.fixture
def program(zenml_home: Path, tmp_path: Path) -> Program:
    """Run Python code as a file of its own against the store."""

    def run(
        code: str, *arguments: str, modules: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        file = tmp_path / "program.py"
        file.write_text(code, "utf-8")
        for name, text in (modules or {}).items():
            (tmp_path / f"{name}.py").write_text(text, "utf-8")
        return subprocess.run(
            [sys.executable, str(file), *arguments],
            env=_environment(zenml_home),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )

    return run


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "ZENML_ANALYTICS_OPT_IN": "false",
        "ZENML_CONFIG_PATH": str(home),
        "ZENML_ENABLE_REPO_INIT_WARNINGS": "false",
        "ZENML_LOGGING_COLORS_DISABLED": "true",
    }
