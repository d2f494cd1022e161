"""What is known of a run when it is recorded: its steps' ends, its gates, where it ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from governance.hooks._canonical import fingerprint

Recorder = Literal["hook", "reconcile", "server", "command", "step"]


@dataclass(frozen=True)
class Gate:
    """What a gate left on its step: metadata `governance.<name>` with a verdict.

    Attributes:
        name: The gate, such as "data_quality".
        verdict: "passed" or "failed".
        checks: Its checks with their figures.
        omitted: How many checks the gate left out.
    """

    name: str
    verdict: str
    checks: tuple[Mapping[str, Any], ...] = ()
    omitted: int = 0


@dataclass(frozen=True)
class StepEnd:
    """How one attempt of a step ended.

    Attributes:
        name: The step.
        outcome: ZenML's status of it, such as "completed", "cached" or "retried".
        attempt: Which attempt this is, from 1.
        ended: When, with time zone.
        duration: Seconds, or None where ZenML does not know.
        code: Fingerprint of its source code, or None where ZenML keeps none.
        gates: The verdicts it left.
    """

    name: str
    outcome: str
    attempt: int
    ended: datetime
    duration: float | None = None
    code: str | None = None
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where a record comes from.

    Attributes:
        recorder: Who writes it: a hook, the reconciler, a server, a command or a step.
        runtime: Where the run's code ran: Python, operating system, ZenML.
        components: Versions of the platform's components that are installed where a part of the
            run itself recorded it; empty where another process did.
        packages: Fingerprint of all that is installed there.
    """

    recorder: Recorder
    runtime: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    packages: str | None = None

    def facts(self) -> dict[str, Any]:
        """Say it as records do."""
        runtime = dict(self.runtime)
        if self.packages:
            runtime["packages"] = self.packages
        facts: dict[str, Any] = {
            "recorded_by": self.recorder,
            "runtime": runtime | {"fingerprint": fingerprint(runtime)},
        }
        return facts | ({"components": dict(self.components)} if self.components else {})
