"""A real alerter that keeps its messages in a file, for tests of hooks and pipelines."""

import json
import os
import time
from pathlib import Path
from typing import Any, Literal

from zenml.alerter.base_alerter import BaseAlerter, BaseAlerterConfig, BaseAlerterFlavor
from zenml.alerter.base_alerter import BaseAlerterStepParameters as _Parameters

__all__ = ["RecordingAlerter", "RecordingAlerterConfig", "RecordingAlerterFlavor", "messages"]


class RecordingAlerterConfig(BaseAlerterConfig):
    """Configuration of the recording alerter.

    Attributes:
        path: File that gets one JSON line per call, also from several processes.
        behaviour: What `post` does after that: "take" the message, or "refuse", "raise",
            "exit" (SystemExit) or "hang" (a minute), as channels in trouble do.
    """

    path: str
    behaviour: Literal["take", "refuse", "raise", "exit", "hang"] = "take"


class RecordingAlerter(BaseAlerter):
    """Appends each message to a file instead of posting it."""

    @property
    def config(self) -> RecordingAlerterConfig:
        """The component's configuration."""
        assert isinstance(self._config, RecordingAlerterConfig)  # noqa: S101 for the type checker
        return self._config

    def post(self, message: str, params: _Parameters | None = None) -> bool:
        """Record a message.

        Args:
            message: The message.
            params: Recorded nowhere.

        Returns:
            Whether the configured behaviour is to take it.

        Raises:
            ConnectionError: If the behaviour is to raise.
            SystemExit: If the behaviour is to exit.
        """
        del params
        line = json.dumps({"alerter": self.name, "message": message, "process": os.getpid()})
        with Path(self.config.path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        match self.config.behaviour:
            case "raise":
                raise ConnectionError("the channel is down, token=xoxb-123456789012")
            case "exit":
                raise SystemExit(3)
            case "hang":
                time.sleep(60)
        return self.config.behaviour == "take"


class RecordingAlerterFlavor(BaseAlerterFlavor):
    """Flavor `recording`; register it with `zenml alerter flavor register`."""

    @property
    def name(self) -> str:
        """The flavor's name."""
        return "recording"

    @property
    def config_class(self) -> type[RecordingAlerterConfig]:
        """The configuration class."""
        return RecordingAlerterConfig

    @property
    def implementation_class(self) -> type[RecordingAlerter]:
        """The alerter class."""
        return RecordingAlerter


def messages(path: str | Path) -> list[dict[str, Any]]:
    """Read what a recording alerter was given.

    Args:
        path: The alerter's file; it need not exist yet.

    Returns:
        One dictionary per message, oldest first: `alerter`, `message`, `process`.
    """
    file = Path(path)
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
