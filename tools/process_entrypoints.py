"""What a process of the process orchestrator runs: ZenML's own entrypoints, without containers."""

import os
import sys

from zenml.entrypoints.step_entrypoint_configuration import StepEntrypointConfiguration
from zenml.pipelines.dynamic.entrypoint_configuration import (
    DynamicPipelineEntrypointConfiguration,
)
from zenml.utils import source_utils

ORCHESTRATOR_RUN_ID = "PROCESS_ORCHESTRATOR_RUN_ID"
SOURCE_ROOT = "PROCESS_ORCHESTRATOR_SOURCE_ROOT"


class ProcessStepEntrypointConfiguration(StepEntrypointConfiguration):
    """Runs one step."""

    def prepare_code_environment(self) -> None:
        """Use the code where it is: ZenML would create and enter `/app`."""
        _use_source_root()


class ProcessPipelineEntrypointConfiguration(DynamicPipelineEntrypointConfiguration):
    """Runs a dynamic pipeline."""

    def prepare_code_environment(self) -> None:
        """Use the code where it is: ZenML would create and enter `/app`."""
        _use_source_root()


def _use_source_root() -> None:
    root = os.environ[SOURCE_ROOT]
    source_utils.set_custom_source_root(root)
    if root not in sys.path:
        sys.path.insert(0, root)
