"""Reads from ZenML how a run's steps ended, and what their gates found."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zenml.client import Client

from governance.hooks._evidence import Gate, StepEnd
from governance.hooks._pages import whole
from governance.hooks._time import aware, seconds_between

if TYPE_CHECKING:
    from zenml.models import PipelineRunResponse, StepRunResponse

_PREFIX = "governance."


def step_ends(run: "PipelineRunResponse") -> tuple[StepEnd, ...]:
    """Tell how all attempts of a run's steps ended, as far as they have.

    Args:
        run: The run.

    Returns:
        The ends, in the order in which the steps were created.
    """
    steps = whole(
        Client().list_run_steps,
        pipeline_run_id=run.id,
        project=run.project_id,
        sort_by="asc:created",
        hydrate=True,
    )
    return tuple(_end(step) for step in steps if step.status.is_finished)


def code_fingerprint(step: "StepRunResponse") -> str | None:
    """Name a step's source code by its content.

    Args:
        step: The step.

    Returns:
        "sha256:" and the hash in hexadecimal digits; None where ZenML keeps no source code.
    """
    if not step.source_code:
        return None
    return f"sha256:{hashlib.sha256(step.source_code.encode()).hexdigest()}"


def _end(step: "StepRunResponse") -> StepEnd:
    ended = aware(step.end_time or step.updated)
    return StepEnd(
        name=step.name,
        outcome=step.status.value,
        attempt=step.version,
        ended=ended,
        duration=seconds_between(step.start_time, ended),
        code=code_fingerprint(step),
        gates=tuple(_gates(step.run_metadata)),
    )


def _gates(metadata: Mapping[str, Any]) -> Iterator[Gate]:
    """Find verdicts, whichever gate left them: `governance.<gate>` with a verdict and checks."""
    for key, value in sorted(metadata.items()):
        if not key.startswith(_PREFIX) or not isinstance(value, Mapping):
            continue
        if (verdict := value.get("verdict")) not in {"passed", "failed"}:
            continue
        checks, omitted = value.get("checks"), value.get("checks_omitted")
        rows = checks if isinstance(checks, list | tuple) else []
        yield Gate(
            name=key.removeprefix(_PREFIX),
            verdict=verdict,
            checks=tuple(row for row in rows if isinstance(row, Mapping)),
            omitted=omitted if isinstance(omitted, int) else 0,
        )
