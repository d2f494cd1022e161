"""The rules of the model gate: metrics in, a verdict out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.steps._certainty import Bound, UndecidedError, bound_of, rows_told, sure_of
from governance.steps._comparison import compared
from governance.steps._evidence import Evidence
from governance.steps._model_rules import ModelRules
from governance.steps._parameter import metric_values
from governance.steps._score import score_of, scores_of
from governance.steps._threshold import Threshold
from governance.steps._verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model gate found.

    Args:
        verdict: Every check.
        plan: The thresholds that were held against the metrics.
        scores: All metrics that are finite numbers, also those that no threshold is about.
        bounds: The bounds that were asked for and found, by metric.
        sample_size: On how many rows the metrics were measured, if that is known.
    """

    verdict: Verdict
    plan: tuple[Threshold, ...]
    scores: Mapping[str, float]
    bounds: Mapping[str, float]
    sample_size: int | None


def judge_metrics(
    metrics: Mapping[str, Any],
    rules: ModelRules,
    plan: Sequence[Threshold] | None = None,
    evidence: Evidence | None = None,
) -> Judgement:
    """Hold metrics against their thresholds, with their bounds, and against a champion's.

    Args:
        metrics: Metric names and values; others than those of the plan are not looked at.
        rules: The gate's parameters.
        plan: The thresholds; None for what `rules` asks for.
        evidence: What is known beside the metrics.

    Raises:
        GateConfigurationError: If `metrics` is no dictionary with strings as names.
    """
    given = metric_values(metrics)
    evidence = evidence or Evidence()
    plan = rules.planned() if plan is None else plan
    found = {threshold.metric: score_of(given, threshold.metric) for threshold in plan}
    scores = {name: score for name, score in found.items() if isinstance(score, float)}
    outcomes = [_outcome(threshold, found[threshold.metric]) for threshold in plan]
    bounds: dict[str, float] = {}
    if rules.confidence is not None:
        passed = [threshold for threshold, one in zip(plan, outcomes, strict=True) if one.passed]
        for outcome, bound in _sure(passed, scores, given, rules, evidence):
            outcomes.append(outcome)
            if bound:
                bounds[outcome.subject or ""] = bound.value
    outcomes += compared(scores, plan, rules, evidence.champion, evidence.paired)
    return Judgement(
        Verdict(tuple(outcomes)),
        tuple(plan),
        scores_of(given),
        bounds,
        _sample_size(given, rules, evidence),
    )


def _outcome(threshold: Threshold, found: float | str) -> Outcome:
    passed = not isinstance(found, str) and threshold.allows(found)
    # A parameter that is named like its rule needs no words for its limit.
    required = threshold.words if threshold.rule == "thresholds" else threshold.limit
    return Outcome(threshold.rule, threshold.metric, required, found, passed=passed)


def _sure(
    plan: Sequence[Threshold],
    scores: Mapping[str, float],
    metrics: Mapping[str, Any],
    rules: ModelRules,
    evidence: Evidence,
) -> Iterator[tuple[Outcome, Bound | None]]:
    """Hold the bounds of metrics that pass by themselves against the same thresholds."""
    for threshold in plan:
        name, score = threshold.metric, scores[threshold.metric]
        required = f"{threshold.words}, {100 * sure_of(rules):g} % sure"
        try:
            bound = bound_of(threshold, score, metrics, rules, evidence.intervals)
        except UndecidedError as error:
            found = f"how sure {score:.6g} is cannot be told: {error}"
            yield Outcome("confidence", name, required, found, passed=False), None
            continue
        passed = threshold.allows(bound.value)
        found = bound.words if passed else bound.shortfall(threshold, score, sure_of(rules))
        yield Outcome("confidence", name, required, found, passed=passed), bound


def _sample_size(metrics: Mapping[str, Any], rules: ModelRules, evidence: Evidence) -> int | None:
    try:
        told = rows_told(metrics, rules.sample_size)
    except UndecidedError:
        told = None
    return evidence.rows if told is None else told
