"""What the records of a period say together: the figures and lists behind the report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from governance.hooks._check import Check, check_of, details
from governance.hooks._entry import Entry, Unreadable, known, plain

NO_END = "end not recorded"

_ENDS = {"run.completed", "run.failed", "run.stopped", "run.stale"}
_FACTS = ("pipeline", "run", "user", "stack", "environment", "owner", "model", "commit", "url")
_RUNTIME = ("environment", "python", "zenml", "os")


@dataclass(frozen=True)
class Cause:
    """Why something failed.

    Attributes:
        step: The step that failed; empty where the pipeline function did.
        attempt: Which attempt of it failed last.
        error: Class name of the exception.
        message: Its message.
        checks: The checks that failed, where a gate raised it.
    """

    step: str
    attempt: str
    error: str
    message: str
    checks: tuple[Check, ...]


@dataclass
class Run:
    """A run, as far as its records tell.

    Attributes:
        id: ZenML's id of the run.
        order: Place of its last end among all records; of its newest record, where it has no end.
        time: When it ended last; when its newest record was made, where it has no end.
        outcome: How it ended last.
        ends: How often it ended: a resumed run does again.
        duration: Seconds from start to the last end, where that is known.
        steps: How many steps the last end names.
        facts: What else is known of it, by name.
        causes: Why it failed, each once and in order.
        components: Versions of the platform's components that it ran with, by name.
        runtime: Environment, Python, ZenML and system that it ran on.
    """

    id: str
    order: tuple[datetime, str]
    time: datetime | None = None
    outcome: str = NO_END
    ends: int = 0
    duration: float | None = None
    steps: int = 0
    facts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(_FACTS, ""))
    causes: dict[Cause, None] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    runtime: tuple[str, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether it failed or does not end, or a step of it failed."""
        return bool(self.causes) or self.outcome in {"failed", "stale"}

    def add(self, entry: Entry) -> None:
        """Take in one more of its records.

        Args:
            entry: The record.
        """
        is_end = entry.kind in _ENDS
        is_first_end = is_end and self.ends == 0
        self.ends += is_end
        # An end says most; among its equals, the newest.
        if is_first_end or (is_end == (self.ends > 0) and entry.order >= self.order):
            self._describe(entry, is_end=is_end)
        for name in _FACTS:
            self.facts[name] = self.facts[name] or entry.text(name)
        self.causes |= dict.fromkeys(map(_cause, entry.rows("causes")))
        self._note_versions(entry)

    def _describe(self, entry: Entry, *, is_end: bool) -> None:
        self.order, self.time = entry.order, entry.time
        self.facts |= {name: text for name in _FACTS if (text := entry.text(name))}
        if is_end:
            self.outcome = entry.kind.removeprefix("run.")
            duration = entry.data.get("duration")
            self.duration = duration if isinstance(duration, int | float) else None
            self.steps = len(entry.rows("steps"))

    def _note_versions(self, entry: Entry) -> None:
        components, runtime = entry.data.get("components"), entry.data.get("runtime")
        if isinstance(components, dict):
            self.components |= {str(name): plain(value) for name, value in components.items()}
        if isinstance(runtime, dict):
            values = runtime | {"environment": entry.text("environment")}
            self.runtime = tuple(plain(values.get(name) or "") for name in _RUNTIME)


@dataclass
class Gate:
    """What a gate decided about a pipeline, counted."""

    passed: int = 0
    failed: int = 0
    overridden: int = 0


@dataclass
class User:
    """What somebody ran, counted."""

    runs: int = 0
    failed: int = 0
    pipelines: set[str] = field(default_factory=set)
    last: datetime | None = None


@dataclass
class Summary:
    """The records of a period, taken in one by one and in any order.

    Attributes:
        records: How many there are.
        first: When the first of them happened.
        last: When the last of them happened.
        runs: The runs by their ids.
        gates: What each gate decided, by gate and pipeline.
        rejections: Records of gates that failed.
        sent: How many alerts a channel took.
        undelivered: Records of alerts that none took.
        decisions: Records of overrides and releases.
        others: Kinds of record that this version does not know, counted.
        unreadable: Files that are no record.
    """

    records: int = 0
    first: datetime | None = None
    last: datetime | None = None
    runs: dict[str, Run] = field(default_factory=dict)
    gates: dict[tuple[str, str], Gate] = field(default_factory=dict)
    rejections: list[Entry] = field(default_factory=list)
    sent: int = 0
    undelivered: list[Entry] = field(default_factory=list)
    decisions: list[Entry] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, entry: Entry | Unreadable) -> None:
        """Take in one file of the trail.

        Args:
            entry: A record, or a file that is none.
        """
        if isinstance(entry, Unreadable):
            self.unreadable.append(entry)
            return
        self.records += 1
        if entry.time is not None:
            self.first = min(self.first or entry.time, entry.time)
            self.last = max(self.last or entry.time, entry.time)
        if entry.run_id:
            self.runs.setdefault(entry.run_id, Run(entry.run_id, entry.order)).add(entry)
        self._sort(entry)

    def outcomes(self) -> Counter[str]:
        """Count the runs by how they ended."""
        return Counter(run.outcome for run in self.runs.values())

    def users(self) -> dict[str, User]:
        """Tell what each user ran, by name; the empty name is nobody that is known."""
        users: dict[str, User] = {}
        for run in self.runs.values():
            user = users.setdefault(run.facts["user"], User())
            user.runs += 1
            user.failed += run.outcome == "failed"
            user.pipelines.add(run.facts["pipeline"])
            if run.time is not None:
                user.last = max(user.last or run.time, run.time)
        return dict(sorted(users.items()))

    def components(self) -> dict[tuple[str, str], int]:
        """Count the runs by each component and version that they ran with."""
        found = Counter(item for run in self.runs.values() for item in run.components.items())
        return dict(sorted(found.items()))

    def runtimes(self) -> dict[tuple[str, ...], int]:
        """Count the runs by environment, Python, ZenML and system that they ran on."""
        found = Counter(run.runtime for run in self.runs.values() if run.runtime)
        return dict(sorted(found.items()))

    def _sort(self, entry: Entry) -> None:
        where = (entry.text("gate"), entry.text("pipeline"))
        match entry.kind:
            case "gate.passed":
                self.gates.setdefault(where, Gate()).passed += 1
            case "gate.failed":
                self.gates.setdefault(where, Gate()).failed += 1
                self.rejections.append(entry)
            case "override.granted":
                if known(where[0]):
                    self.gates.setdefault(where, Gate()).overridden += 1
                self.decisions.append(entry)
            case "hold.released":
                self.decisions.append(entry)
            case "alert.sent":
                self.sent += 1
            case "alert.undelivered":
                self.undelivered.append(entry)
            case kind if kind not in _ENDS and kind != "step.failed":  # those its run has
                self.others[kind] += 1


def _cause(row: Mapping[str, Any]) -> Cause:
    step, attempt, error, message = (
        plain(value) if known(value := row.get(name)) else ""
        for name in ("step", "attempt", "error", "message")
    )
    return Cause(step, attempt, error, message, tuple(map(check_of, details(row))))
