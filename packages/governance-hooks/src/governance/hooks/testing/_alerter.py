"""A real alerter that keeps its messages in a file, and can be in trouble as channels are."""

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any, Literal, cast
from uuid import uuid4

from zenml.alerter.base_alerter import BaseAlerter, BaseAlerterConfig, BaseAlerterFlavor
from zenml.alerter.base_alerter import BaseAlerterStepParameters as _Parameters


class RecordingAlerterConfig(BaseAlerterConfig):
    """Configuration of the recording alerter.

    Attributes:
        path: File that gets one JSON line per call, also from several processes.
        behaviour: What `post` does after that: "take" the message, or "refuse" (False), "none"
            (None, as an alerter that forgot to return), "raise", "exit" (SystemExit) or "hang",
            as channels in trouble do.
        failures: For how many of its first calls the alerter behaves so; it takes what comes
            after them. None is for ever.
        hang_seconds: How long a call hangs, and refuses then.
    """

    path: str
    behaviour: Literal["take", "refuse", "none", "raise", "exit", "hang"] = "take"
    failures: int | None = None
    hang_seconds: float = 60


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
            params: Recorded beside the message.

        Returns:
            Whether it is taken.

        Raises:
            ConnectionError: If the behaviour is to raise.
            SystemExit: If the behaviour is to exit.
        """
        if self._record(message, params):
            return True
        match self.config.behaviour:
            case "raise":
                raise ConnectionError("the channel is down, token=xoxb-123456789012")
            case "exit":
                raise SystemExit(3)
            case "hang":
                time.sleep(self.config.hang_seconds)
            case "none":
                return cast("bool", None)
        return False

    def _record(self, message: str, params: _Parameters | None) -> bool:
        call = uuid4().hex
        line: dict[str, Any] = {
            "call": call,
            "alerter": self.name,
            "message": message,
            "process": os.getpid(),
            "behaviour": self.config.behaviour,
            "failures": self.config.failures,
        }
        if params is not None:
            line["params"] = params.model_dump(mode="json")
        # One write of one line, appended: processes at the same time neither mix nor lose lines,
        # and one that is killed here leaves no lock.
        file = os.open(self.config.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, (json.dumps(line) + "\n").encode())
        finally:
            os.close(file)
        return any(taken["call"] == call for taken in messages(self.config.path, taken=True))


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


def messages(path: str | Path, *, taken: bool | None = None) -> list[dict[str, Any]]:
    """Read what a recording alerter was given.

    Args:
        path: The alerter's file; it need not exist yet.
        taken: Give only the calls that were taken, or only those that were not.

    Returns:
        One dictionary per call, oldest first: `alerter`, `message`, `process`, `taken`, and
        `params` where the call had some.
    """
    file = Path(path)
    if not file.exists():
        return []
    calls = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    before: Counter[str] = Counter()
    for call in calls:
        # The order of the lines is the order of the calls, whichever processes made them.
        over = call["failures"] is not None and before[call["alerter"]] >= call["failures"]
        call["taken"] = call["behaviour"] == "take" or over
        before[call["alerter"]] += 1
    return [call for call in calls if taken is None or call["taken"] is taken]
