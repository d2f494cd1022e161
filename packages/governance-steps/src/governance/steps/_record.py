"""Where a gate's verdict goes: the log, the step run's metadata and artifacts, and the caller."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from zenml import get_step_context, log_metadata, save_artifact
from zenml.logger import get_logger
from zenml.steps import StepContext

from governance.steps._about import About
from governance.steps._cache import rules_version
from governance.steps._failure import DataQualityError, ModelPerformanceError
from governance.steps._verdict import Verdict

_logger = get_logger(__name__)


_MOST_CLAMPED = 20  # of a contract with very many columns; ZenML stores no more than 64 kB


def conclude(
    key: str,
    verdict: Verdict,
    error: type[DataQualityError] | type[ModelPerformanceError],
    clamped: Sequence[str] = (),
    documents: Callable[[About], Mapping[str, Any]] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Record a verdict, then raise it if it is a refusal.

    The record comes first, so that a refused run says why in its metadata too.

    Args:
        key: Metadata key, of the form `governance.<gate>`.
        verdict: What the gate found.
        error: What to raise if a check failed.
        clamped: What was asked for and is laxer than the platform's floor, which counted.
        documents: Writes what becomes artifacts of the step, by their names; None for
            nothing.
        metadata: The verdict with all that belongs to it, for the step run and its model
            version; None for the verdict alone, which says nothing of a model.

    Raises:
        DataQualityError: If the data gate's verdict has failures.
        ModelPerformanceError: If the model gate's verdict has failures.
    """
    try:
        _log(key, verdict, clamped)
        try:
            step = get_step_context()
        except RuntimeError:
            pass  # Called as a plain function: there is no step run to write to.
        else:
            _record(key, verdict.as_metadata() if metadata is None else metadata, clamped)
            if metadata is not None and step.model_version is not None:
                # A failed verdict too: the version exists, and nobody should promote it unawares.
                _record(key, metadata, clamped, step.model_version.id)
            if documents is not None:
                _save(documents, step)
    finally:
        # Also when the record could not be written: the refusal must not get lost.
        if verdict.failures:
            raise error(verdict.failures)


def _log(key: str, verdict: Verdict, clamped: Sequence[str]) -> None:
    for line in clamped:
        _logger.warning("%s The platform's floor counts: %s", key, line)
    passed = _logger.warning if verdict.warnings else _logger.info
    log = _logger.error if verdict.failures else passed
    log("%s %s", key, verdict.summary())


def _record(
    key: str,
    metadata: Mapping[str, Any],
    clamped: Sequence[str],
    model_version: UUID | None = None,
) -> None:
    told = {"clamped": list(clamped[:_MOST_CLAMPED])} if clamped else {}
    record: dict[str, Any] = {key: {**metadata, **told}}
    if model_version is None:
        log_metadata(record)
    else:
        log_metadata(metadata=record, model_version_id=model_version)


def _save(documents: Callable[[About], Mapping[str, Any]], step: StepContext) -> None:
    about = About(
        datetime.now(timezone.utc),
        rules_version(),
        run=step.pipeline_run.name,
        pipeline=step.pipeline.name,
        step=step.step_name,
    )
    for name, document in documents(about).items():
        save_artifact(document, name)
