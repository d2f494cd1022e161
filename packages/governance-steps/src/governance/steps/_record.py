"""Where a gate's verdict goes: the log, the step run's metadata, and the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

from zenml import get_step_context, log_metadata
from zenml.logger import get_logger

from governance.steps._failure import DataQualityError, ModelPerformanceError
from governance.steps._verdict import Verdict

_logger = get_logger(__name__)


_MOST_CLAMPED = 20  # of a contract with very many columns; ZenML stores no more than 64 kB


def conclude(
    key: str,
    verdict: Verdict,
    error: type[DataQualityError] | type[ModelPerformanceError],
    clamped: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Record a verdict, then raise it if it is a refusal.

    The record comes first, so that a refused run says why in its metadata too.

    Args:
        key: Metadata key, of the form `governance.<gate>`.
        verdict: What the gate found.
        error: What to raise if a check failed.
        clamped: What was asked for and is laxer than the platform's floor, which counted.
        metadata: The verdict with all that belongs to it, for the step run and its model
            version; None for the verdict alone, which says nothing of a model.

    Raises:
        DataQualityError: If the data gate's verdict has failures.
        ModelPerformanceError: If the model gate's verdict has failures.
    """
    try:
        _record(key, verdict, clamped, metadata)
    finally:
        # Also when the record could not be written: the refusal must not get lost.
        if verdict.failures:
            raise error(verdict.failures)


def _record(
    key: str, verdict: Verdict, clamped: Sequence[str], metadata: Mapping[str, Any] | None
) -> None:
    for line in clamped:
        _logger.warning("%s The platform's floor counts: %s", key, line)
    passed = _logger.warning if verdict.warnings else _logger.info
    log = _logger.error if verdict.failures else passed
    log("%s %s", key, verdict.summary())
    try:
        version = get_step_context().model_version
    except RuntimeError:
        return  # Called as a plain function: there is no step run to write to.
    told = {"clamped": list(clamped[:_MOST_CLAMPED])} if clamped else {}
    record: dict[str, Any] = {
        key: {**(verdict.as_metadata() if metadata is None else metadata), **told}
    }
    log_metadata(record)
    if metadata is not None and version is not None:
        # A failed verdict too: the version exists, and nobody should promote it unawares.
        log_metadata(metadata=record, model_version_id=version.id)
