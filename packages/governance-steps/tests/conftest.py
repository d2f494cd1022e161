"""Every test runs on a real ZenML store in a temporary folder."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_HOME = tempfile.mkdtemp(prefix="governance-zenml-")
# ZenML reads its environment when it is first imported.
os.environ.update(
    ZENML_ANALYTICS_OPT_IN="false",
    ZENML_CONFIG_PATH=_HOME,
    ZENML_ENABLE_REPO_INIT_WARNINGS="false",
    ZENML_LOGGING_COLORS_DISABLED="true",
)

from zenml.utils import source_utils  # noqa: E402 not before its environment is set

# How long an example takes says how busy the machine is. In CI the examples are the same each
# time, and so is what they cover.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

# A process that pytest-xdist starts has no main module whose place would tell ZenML where the
# tests' own steps are.
source_utils.set_custom_source_root(str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _zenml_home() -> Iterator[None]:
    """Remove the store when the tests are over."""
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run governance-steps in a folder of its own: its exit code, output and errors."""
    from governance.steps._cli import main

    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call
