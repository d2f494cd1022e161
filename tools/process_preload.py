"""What each process of the process orchestrator would import: imported once, before they fork.

Nothing here opens a connection, reads ZenML's configuration or starts a thread.
"""

import importlib

from zenml.integrations.registry import integration_registry

# Most of a step's start: it imports every installed package that ZenML has an integration for.
integration_registry.activate_integrations()
for _name in (
    "governance.hooks",
    "governance.hooks.testing",
    "tools.process_orchestrator",
    "zenml.deployers.server.runtime",
    "zenml.execution.pipeline.dynamic.runner",
    "zenml.execution.step.utils",
    "zenml.log_stores.artifact.artifact_log_store",
    "zenml.stack.stack",
    "zenml.step_operators.step_operator_entrypoint_configuration",
    "zenml.steps.decorated_step",
    "zenml.zen_stores.migrations.alembic",
    "zenml.zen_stores.rest_zen_store",
    "zenml.zen_stores.sql_zen_store",
    # Imported by name when a stack is loaded.
    "zenml.annotators",
    "zenml.container_registries",
    "zenml.data_validators",
    "zenml.deployers",
    "zenml.experiment_trackers",
    "zenml.feature_stores",
    "zenml.image_builders",
    "zenml.model_deployers",
    "zenml.model_registries",
    "zenml.sandboxes",
):
    importlib.import_module(_name)
