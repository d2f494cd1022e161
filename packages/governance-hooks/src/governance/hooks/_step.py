"""Says and records what happened to a step, as its hooks ask for."""

from dataclasses import replace
from typing import TYPE_CHECKING

from governance.hooks._audit import recording
from governance.hooks._causes import Raised, step_cause
from governance.hooks._delivery import Announcement, announcing
from governance.hooks._event import Event, Outcome
from governance.hooks._evidence import Origin
from governance.hooks._facts import bare_event, step_event
from governance.hooks._governed import step_record
from governance.hooks._origin import origin_of
from governance.hooks._run_steps import code_fingerprint
from governance.hooks._stack import stack_of
from governance.hooks._time import now
from governance.hooks._watcher import Task

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse, StepRunResponse


class EndOfStep:
    """What a step's hook was called for, ready to be told and recorded off the step's thread.

    Args:
        run: The step's run.
        step: The step.
        told: What a failure hook was told; None for a success.
    """

    def __init__(
        self, run: "PipelineRunResponse", step: "StepRunResponse", told: Raised | None = None
    ) -> None:
        self._run = run
        self._step = step
        self._told = told
        self._time = now()
        self._outcome: Outcome = "completed" if told is None else "failed"

    def announcing(self) -> Task:
        """Plan to tell the alerters."""
        return announcing(self._known, self._announcement)

    def recording(self) -> Task:
        """Plan the audit record."""
        return recording(
            lambda: [
                step_record(
                    self._described(), code_fingerprint(self._step), origin_of(self._run, "hook")
                )
            ],
            lambda: step_record(self._known(), None, Origin("hook")),
            lambda: stack_of(self._run),
        )

    def _known(self) -> Event:
        causes = () if self._told is None else (self._told.cause(step=self._step.name),)
        return bare_event(self._outcome, self._run, self._step, self._time, causes)

    def _described(self) -> Event:
        return self._explained(step_event(self._outcome, self._run, self._step, self._time))

    def _explained(self, event: Event) -> Event:
        if self._told is None:
            return event
        return replace(event, causes=(step_cause(self._run, self._step, self._told),))

    def _announcement(self) -> Announcement:
        return Announcement(
            key=f"{self._step.id}:{self._outcome}:{self._step.version}",
            event=step_event(self._outcome, self._run, self._step, self._time),
            explain=self._explained,
            run_id=self._run.id,
            project_id=self._run.project_id,
            stack_id=stack_of(self._run),
        )
