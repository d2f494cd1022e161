"""Channels for tests of hooks, alerters and pipelines: real to ZenML, harmless to everyone else."""

from governance.hooks.testing._alerter import (
    RecordingAlerter,
    RecordingAlerterConfig,
    RecordingAlerterFlavor,
    messages,
)
from governance.hooks.testing._slack import FakeSlack

__all__ = [
    "FakeSlack",
    "RecordingAlerter",
    "RecordingAlerterConfig",
    "RecordingAlerterFlavor",
    "messages",
]
