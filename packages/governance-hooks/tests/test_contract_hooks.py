import inspect
from typing import Any

from syrupy.assertion import SnapshotAssertion
from zenml.steps import BaseStep

import governance.hooks
from governance.hooks import (
    _git_anchor,
    _heartbeat,
    _ledger,
    _outbox,
    _run_metrics,
    _settings,
    _trail,
    _zenml_anchor,
    server,
    testing,
)


def test_public_names_are_the_contract(snapshot: SnapshotAssertion) -> None:
    """The public functions and their signatures change only with the major version."""
    assert {
        name: _shape(getattr(governance.hooks, name)) for name in governance.hooks.__all__
    } == snapshot


def test_stored_names_are_the_contract(snapshot: SnapshotAssertion) -> None:
    """Metadata keys, folders, settings and the testing aid's configuration are used by others."""
    assert {
        "metadata key": _run_metrics.METRICS_KEY,
        "audit folder": _trail.AUDIT_FOLDER,
        "anchors": [_zenml_anchor.MODEL, _zenml_anchor.KEY, _git_anchor.TAG],
        "outbox": [_outbox.OUTBOX_FOLDER, _outbox.UNDELIVERABLE_FOLDER],
        "heartbeat": _heartbeat.HEARTBEAT_FILE,
        "marks": [_ledger.CLAIMED, _ledger.TOLD, _ledger.COUNTED, _ledger.MEASURED],
        "settings": sorted(_settings.Settings.model_fields),
        "routes": sorted(_settings.Route.model_fields),
        "server": server.__all__,
        "testing": testing.__all__,
        "recording alerter": sorted(testing.RecordingAlerterConfig.model_fields),
    } == snapshot


def _shape(public: Any) -> str:
    if isinstance(public, BaseStep):
        return f"step{inspect.signature(public.entrypoint)}"
    if isinstance(public, type):
        return f"class({', '.join(base.__name__ for base in public.__mro__[1:-1])})"
    return str(inspect.signature(public))
