"""Alerts, audit records and metrics for ZenML pipelines, through the stack's own alerters.

    from zenml import pipeline
    from governance.hooks import pipeline_failure_hook, pipeline_success_hook

    @pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook)
    def training_pipeline():
        train(load())

A hook never changes a run's result and never waits for a chat service: what it has to say is
said by a thread of its own, within ten seconds of the end of the process. What no alerter
takes stays in the log.
"""

from governance.hooks.alerting_hook import (
    alerter_failure_hook,
    alerter_success_hook,
    pipeline_failure_hook,
    pipeline_success_hook,
)
from governance.hooks.compliance_hook import compliance_failure_hook
from governance.hooks.monitoring_hook import monitoring_success_hook
from governance.hooks.require_audit_trail import AuditTrailError, require_audit_trail

__all__ = [
    "AuditTrailError",
    "alerter_failure_hook",
    "alerter_success_hook",
    "compliance_failure_hook",
    "monitoring_success_hook",
    "pipeline_failure_hook",
    "pipeline_success_hook",
    "require_audit_trail",
]
