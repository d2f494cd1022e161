"""A pipeline's run in processes: who starts when, and what is told of one that died."""

import functools
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from zenml.client import Client
from zenml.config.global_config import GlobalConfiguration
from zenml.enums import ExecutionMode, ExecutionStatus
from zenml.models import PipelineRunUpdate
from zenml.orchestrators import publish_utils
from zenml.orchestrators.dag_runner import DagRunner, InterruptMode, Node, NodeStatus
from zenml.orchestrators.step_run_utils import StepRunRequestFactory, fetch_step_runs_by_names
from zenml.utils import source_utils
from zenml.utils.time_utils import utc_now

from tools.process_entrypoints import (
    ORCHESTRATOR_RUN_ID,
    SOURCE_ROOT,
    ProcessPipelineEntrypointConfiguration,
    ProcessStepEntrypointConfiguration,
)
from tools.process_warmth import warm_server
from tools.zenml_server import clean_environment

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse, PipelineSnapshotResponse
    from zenml.stack import Stack

    from tools.fork_server import WarmProcess
    from tools.process_orchestrator import ProcessOrchestratorConfig

_ENTRYPOINT = "zenml.entrypoints.entrypoint"
_TICK = 0.1
_UNFINISHED = (ExecutionStatus.INITIALIZING, ExecutionStatus.RUNNING)
# One for all runs of this process; it ends when this process, its other end, is gone.
_warm_server = functools.cache(warm_server)


class ProcessRun:
    """One run.

    Args:
        config: How the orchestrator is configured.
        snapshot: What to run.
        stack: The stack to run it on.
        run: The run in the store.
        environments: The environment of each step, or of "pipeline" for a dynamic one.
    """

    def __init__(
        self,
        config: "ProcessOrchestratorConfig",
        snapshot: "PipelineSnapshotResponse",
        stack: "Stack",
        run: "PipelineRunResponse",
        environments: dict[str, dict[str, str]],
    ) -> None:
        self._config = config
        self._snapshot = snapshot
        self._stack = stack
        self._run = run
        self._environments = environments
        self._id = str(uuid4())
        self._folder = Path(tempfile.mkdtemp(prefix="governance-run-"))
        self._processes: dict[str, WarmProcess | subprocess.Popen[bytes]] = {}

    def run_steps(self) -> None:
        """Run the steps of a static pipeline.

        Raises:
            RuntimeError: If a step failed.
        """
        Client().zen_store.update_run(self._run.id, PipelineRunUpdate(orchestrator_run_id=self._id))
        steps = self._snapshot.step_configurations.items()
        try:
            # The runner that ZenML's Kubernetes orchestrator uses: it knows what to skip.
            statuses = DagRunner(
                nodes=[
                    Node(id=name, upstream_nodes=step.spec.upstream_steps) for name, step in steps
                ],
                node_startup_function=self._start_step,
                node_monitoring_function=self._step_status,
                node_stop_function=lambda node: self._processes[node.id].terminate(),
                interrupt_function=self._interrupt,
                monitoring_interval=_TICK,
                interrupt_check_interval=_TICK * 5,
                max_parallelism=self._config.parallel,
            ).run()
        finally:
            self._wait_for_all()
        failed = [name for name, status in statuses.items() if status == NodeStatus.FAILED]
        self._publish_failures(failed)
        # Where the runner was interrupted it may not have seen which step it was.
        if failed or Client().get_pipeline_run(self._run.id).status.is_failed:
            raise RuntimeError(f"Steps failed: {', '.join(failed) or 'see the run'}")

    def run_dynamic(self) -> None:
        """Run a dynamic pipeline in one process.

        Raises:
            RuntimeError: If it failed.
        """
        arguments = ProcessPipelineEntrypointConfiguration.get_entrypoint_arguments(
            snapshot_id=self._snapshot.id, run_id=self._run.id
        )
        try:
            self._start("pipeline", arguments)
        finally:
            self._wait_for_all()
        if status := self._processes["pipeline"].poll():
            raise RuntimeError(f"The pipeline's process ended with status {status}")

    def _start_step(self, node: Node) -> NodeStatus:
        self._start(
            node.id,
            ProcessStepEntrypointConfiguration.get_entrypoint_arguments(
                snapshot_id=self._snapshot.id, step_name=node.id
            ),
        )
        return NodeStatus.RUNNING

    def _start(self, name: str, arguments: list[str]) -> None:
        # A container has a configuration of its own, too, made from its environment.
        environment = (
            clean_environment()
            | self._environments[name]
            | {
                ORCHESTRATOR_RUN_ID: self._id,
                SOURCE_ROOT: source_utils.get_source_root(),
                "ZENML_CONFIG_PATH": str(self._folder / name),
                "ZENML_LOCAL_STORES_PATH": GlobalConfiguration().local_stores_path,
            }
        )
        process: WarmProcess | subprocess.Popen[bytes]
        if self._config.start == "fork":
            process = _warm_server().start(_ENTRYPOINT, arguments, environment)
        else:
            command = [sys.executable, "-m", _ENTRYPOINT, *arguments]
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
        self._processes[name] = process
        if self._config.processes:
            listed = Path(self._config.processes) / f"{self._run.name}.{name}"
            listed.write_text(str(process.pid), "utf-8")

    def _step_status(self, node: Node) -> NodeStatus:
        status = self._processes[node.id].poll()
        if status is None:
            return NodeStatus.RUNNING
        return NodeStatus.FAILED if status and self._is_failure(node.id) else NodeStatus.COMPLETED

    # What follows is what Kubernetes' orchestrator pod does in ZenML 0.98 when a step's pod is
    # gone, whether by its own exit or by SIGKILL. It believes the step run in the store if that
    # is successful. Where the pod had no time to create the step run, it creates a failed one at
    # once. Where it did, it waits for the end of the whole DAG, and marks the step run failed then
    # if it still is initializing or running: without any exception information, and without any
    # hook, since hooks run in the pods. The server derives the run's status from that; only a run
    # that is unfinished even then is marked failed itself. If the orchestrator pod dies as well,
    # nobody records anything.

    def _is_failure(self, name: str) -> bool:
        if step_run := fetch_step_runs_by_names([name], self._run).get(name):
            return not step_run.status.is_successful
        factory = StepRunRequestFactory(self._snapshot, self._run, self._stack)
        request = factory.create_request(name)
        factory.populate_request(request)
        request.status = ExecutionStatus.FAILED
        request.end_time = utc_now()
        Client().zen_store.create_run_step(request)
        return True

    def _publish_failures(self, failed: list[str]) -> None:
        if not failed:
            return
        for step_run in fetch_step_runs_by_names(failed, self._run).values():
            if step_run.status in _UNFINISHED:
                publish_utils.publish_failed_step_run(step_run.id)
        status = Client().get_pipeline_run(self._run.id).status
        if status in (*_UNFINISHED, ExecutionStatus.PROVISIONING):
            publish_utils.publish_failed_pipeline_run(self._run.id)

    def _interrupt(self) -> InterruptMode | None:
        status = Client().get_pipeline_run(self._run.id, hydrate=False).status
        mode = self._snapshot.pipeline_configuration.execution_mode
        if status in (ExecutionStatus.STOPPING, ExecutionStatus.STOPPED):
            return InterruptMode.GRACEFUL
        if status == ExecutionStatus.FAILED and mode == ExecutionMode.STOP_ON_FAILURE:
            return InterruptMode.GRACEFUL
        if status == ExecutionStatus.FAILED and mode == ExecutionMode.FAIL_FAST:
            return InterruptMode.FORCE
        return None

    def _wait_for_all(self) -> None:
        while any(process.poll() is None for process in list(self._processes.values())):
            time.sleep(_TICK)
        shutil.rmtree(self._folder, ignore_errors=True)
