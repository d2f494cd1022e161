import inspect

from syrupy.assertion import SnapshotAssertion

import governance.hooks
from governance.hooks import _audit, monitoring_hook, testing


def test_public_names_are_the_contract(snapshot: SnapshotAssertion) -> None:
    """The public functions and their signatures change only with the major version."""
    assert {
        name: str(inspect.signature(getattr(governance.hooks, name)))
        for name in governance.hooks.__all__
    } == snapshot


def test_stored_names_are_the_contract(snapshot: SnapshotAssertion) -> None:
    """Metadata keys, folders and the testing aid's configuration are read by others."""
    assert {
        "metadata key": monitoring_hook.METRICS_KEY,
        "audit folder": _audit.AUDIT_FOLDER,
        "testing": testing.__all__,
        "recording alerter": sorted(testing.RecordingAlerterConfig.model_fields),
    } == snapshot
