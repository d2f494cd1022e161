"""A ZenML orchestrator that runs each step in an OS process of its own, as containers would.

Flavor `process`; its source is `tools.process_orchestrator.ProcessOrchestratorFlavor`. Hooks live
and die with their step's process here, and independent steps are at the same place at the same
time, which the local orchestrator shows nothing of.
"""

import os
from typing import TYPE_CHECKING, Literal

from zenml.enums import ExecutionMode
from zenml.orchestrators import (
    BaseOrchestrator,
    BaseOrchestratorConfig,
    BaseOrchestratorFlavor,
    SubmissionResult,
)

from tools.process_entrypoints import ORCHESTRATOR_RUN_ID
from tools.process_run import ProcessRun

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse, PipelineSnapshotResponse
    from zenml.stack import Stack


class ProcessOrchestratorConfig(BaseOrchestratorConfig):
    """Configuration of the process orchestrator.

    Attributes:
        parallel: How many steps of a run may run at the same time.
        start: "fork" starts a step in 0.1 s from an interpreter that has imported ZenML; "spawn"
            starts a fresh one, as a container does.
        processes: Folder in which each step's process is listed while the run lasts: a file
            `<run>.<step>` with its process id.
    """

    parallel: int = 2
    start: Literal["fork", "spawn"] = "fork"
    processes: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the steps run on this machine."""
        return True

    @property
    def is_synchronous(self) -> bool:
        """Whether a run is over when its submission returns."""
        return True


class ProcessOrchestrator(BaseOrchestrator):
    """Runs a static pipeline's steps, or a dynamic pipeline, in processes of their own."""

    @property
    def config(self) -> ProcessOrchestratorConfig:
        """The component's configuration."""
        assert isinstance(self._config, ProcessOrchestratorConfig)  # noqa: S101 for the type checker
        return self._config

    @property
    def supported_execution_modes(self) -> list[ExecutionMode]:
        """All of them."""
        return list(ExecutionMode)

    def get_orchestrator_run_id(self) -> str:
        """Tell a step's process which run it belongs to.

        Returns:
            The id that all processes of a run share.
        """
        return os.environ[ORCHESTRATOR_RUN_ID]

    def submit_pipeline(
        self,
        snapshot: "PipelineSnapshotResponse",
        stack: "Stack",
        base_environment: dict[str, str],
        step_environments: dict[str, dict[str, str]],
        placeholder_run: "PipelineRunResponse | None" = None,
    ) -> SubmissionResult:
        """Prepare a static pipeline's run.

        Args:
            snapshot: What to run.
            stack: The stack to run it on.
            base_environment: Unused: the steps' own environments hold it.
            step_environments: The environment of each step.
            placeholder_run: The run; there are no schedules here, so there always is one.

        Returns:
            How to do it and wait for its end.
        """
        del base_environment
        assert placeholder_run is not None  # noqa: S101 for the type checker
        run = ProcessRun(self.config, snapshot, stack, placeholder_run, step_environments)
        return SubmissionResult(wait_for_completion=run.run_steps)

    def submit_dynamic_pipeline(
        self,
        snapshot: "PipelineSnapshotResponse",
        stack: "Stack",
        environment: dict[str, str],
        placeholder_run: "PipelineRunResponse | None" = None,
    ) -> SubmissionResult:
        """Prepare a dynamic pipeline's run.

        Args:
            snapshot: What to run.
            stack: The stack to run it on.
            environment: The environment of the pipeline's one process.
            placeholder_run: The run.

        Returns:
            How to do it and wait for its end.
        """
        assert placeholder_run is not None  # noqa: S101 for the type checker
        run = ProcessRun(self.config, snapshot, stack, placeholder_run, {"pipeline": environment})
        return SubmissionResult(wait_for_completion=run.run_dynamic)


class ProcessOrchestratorFlavor(BaseOrchestratorFlavor):
    """Flavor `process`."""

    @property
    def name(self) -> str:
        """The flavor's name."""
        return "process"

    @property
    def config_class(self) -> type[ProcessOrchestratorConfig]:
        """The configuration class."""
        return ProcessOrchestratorConfig

    @property
    def implementation_class(self) -> type[ProcessOrchestrator]:
        """The orchestrator class."""
        return ProcessOrchestrator
