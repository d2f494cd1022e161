"""What the model gate leaves behind: the shape of its metadata, to write and to read."""

import json
from collections.abc import Mapping
from typing import Any

from governance.steps._comparison import Champion
from governance.steps._metric_rules import Judgement
from governance.steps._score import scores_of

KEY = "governance.model_performance"
"""The metadata key, of the step run and of the model version."""

# Together they keep within the 64 kB that ZenML stores.
_MOST_METRICS = 50
_LONGEST_NAME = 100  # in bytes of JSON
_CHECKS_BYTES = 36_000


def as_metadata(
    judgement: Judgement, confidence: float | None, champion: Champion | None
) -> dict[str, Any]:
    """Return what the model gate found as ZenML metadata, which is documented in the README.

    Args:
        judgement: What it found.
        confidence: How sure each bound is; None if none was asked for.
        champion: The model that was compared with, if there was one.
    """
    told: dict[str, Any] = judgement.verdict.as_metadata(_CHECKS_BYTES)
    judged = dict.fromkeys(threshold.metric for threshold in judgement.plan)
    names = dict.fromkeys([*judged, *judgement.scores])  # those that are judged first
    told["metrics"] = _cut({n: judgement.scores[n] for n in names if n in judgement.scores})
    told["thresholds"] = _cut({name: {} for name in judged})
    for threshold in judgement.plan:
        if threshold.metric in told["thresholds"]:
            told["thresholds"][threshold.metric][threshold.side] = threshold.limit
    told["sample_size"] = judgement.sample_size
    if confidence is not None:
        told |= {"confidence": confidence, "bounds": _cut(judgement.bounds)}
    if champion is not None:
        metrics = {n: v for n, v in scores_of(champion.metrics).items() if n in judged}
        told["champion"] = {"version": champion.version, "metrics": _cut(metrics)}
    return told


def recorded_metrics(metadata: object) -> dict[str, Any] | None:
    """Return the metrics that the gate left on a model version; None if it left none.

    Args:
        metadata: What the model version has under `KEY`.
    """
    metrics = metadata.get("metrics") if isinstance(metadata, Mapping) else None
    return dict(metrics) if isinstance(metrics, Mapping) else None


def _cut(by_metric: Mapping[str, Any]) -> dict[str, Any]:
    kept = [name for name in by_metric if len(json.dumps(name)) <= _LONGEST_NAME]
    return {name: by_metric[name] for name in kept[:_MOST_METRICS]}
