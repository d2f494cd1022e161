"""Every test runs on a real ZenML store in a temporary folder."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

_HOME = tempfile.mkdtemp(prefix="governance-zenml-")
# ZenML reads its environment when it is first imported.
os.environ.update(
    ZENML_ANALYTICS_OPT_IN="false",
    ZENML_CONFIG_PATH=_HOME,
    ZENML_ENABLE_REPO_INIT_WARNINGS="false",
    ZENML_LOGGING_COLORS_DISABLED="true",
)


@pytest.fixture(scope="session", autouse=True)
def _zenml_home() -> Iterator[None]:
    """Remove the store when the tests are over."""
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def _flavor() -> None:
    """Register the recording alerter's flavor once."""
    from zenml.client import Client
    from zenml.enums import StackComponentType

    Client().create_flavor(
        source="governance.hooks.testing.RecordingAlerterFlavor",
        component_type=StackComponentType.ALERTER,
    )


Stack = Callable[..., list[Path]]


@pytest.fixture
def alerters(tmp_path: Path, _flavor: None) -> Iterator[Stack]:
    """Activate a stack with recording alerters, and give their files.

    Call it with one behaviour per alerter: `alerters("take", "hang")`.
    """
    from zenml.client import Client
    from zenml.enums import StackComponentType

    client = Client()
    before = client.active_stack_model.id

    def activate(*behaviours: str) -> list[Path]:
        names = [f"recording-{uuid4().hex[:8]}" for _ in behaviours]
        files = [tmp_path / f"{name}.jsonl" for name in names]
        for name, file, behaviour in zip(names, files, behaviours, strict=True):
            client.create_stack_component(
                name=name,
                flavor="recording",
                component_type=StackComponentType.ALERTER,
                configuration={"path": str(file), "behaviour": behaviour},
            )
        stack = f"stack-{uuid4().hex[:8]}"
        default = client.get_stack(before)
        components: dict[StackComponentType, list[str | object]] = {
            kind: [model.id for model in models] for kind, models in default.components.items()
        }
        if names:
            components[StackComponentType.ALERTER] = list(names)
        client.create_stack(stack, components)  # type: ignore[arg-type]
        client.activate_stack(stack)
        return files

    yield activate
    client.activate_stack(before)
