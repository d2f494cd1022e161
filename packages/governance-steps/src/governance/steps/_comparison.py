"""A model beside the champion: by how much each metric is better or worse."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from governance.steps._certainty import sure_of
from governance.steps._metric import Side
from governance.steps._model_rules import ModelRules
from governance.steps._score import score_of
from governance.steps._threshold import Threshold, sides_of
from governance.steps._verdict import Outcome

_RULE = "max_regression"


@dataclass(frozen=True, slots=True)
class Champion:
    """The model to compare with.

    Args:
        metrics: Its metrics; empty if they are not known.
        origin: Where they come from, in words.
        exists: Whether there is one yet.
        version: The name of its model version, if it is one.
    """

    metrics: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "the champion"
    exists: bool = True
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Paired:
    """A metric of two models on the same rows.

    Args:
        champion: The champion's metric on these rows.
        better: By how much the challenger is better; negative if it is worse.
        least: By how much it is better at least, as sure as was asked.
        note: What else is to be told, such as the result of a test.
    """

    champion: float
    better: float
    least: float
    note: str = ""

    def words(self, confidence: float) -> str:
        """Say what is known, for a reader who has to decide.

        Args:
            confidence: How sure `least` is.
        """
        sure = f"{100 * confidence:g} % sure that it is"
        if self.least > 0:
            sure += f" better by at least {self.least:.4g}"
        else:
            sure += f" not worse by more than {abs(self.least):.4g}"
        return f"{_difference(self.better)}, {sure}" + (f" ({self.note})" if self.note else "")


def compared(
    scores: Mapping[str, float],
    plan: Sequence[Threshold],
    rules: ModelRules,
    champion: Champion | None,
    paired: Mapping[str, Paired],
) -> Iterator[Outcome]:
    """Hold each metric against the champion's.

    On the same rows the difference has to be surely no worse than allowed; of figures alone it
    has to be no worse, compared as the decimals that they are written as.

    Args:
        scores: The metrics that are judged and are numbers.
        plan: The thresholds of the metrics that are compared.
        rules: The gate's parameters.
        champion: The champion; None to compare only what `paired` has.
        paired: Comparisons on the same rows, by metric.
    """
    if champion is not None and not champion.exists:
        yield Outcome(
            "champion", None, "no worse than the champion", "no champion yet", passed=True
        )
    for metric, side in sides_of(plan).items():
        allowed = rules.regression_of(metric)
        if metric in paired:
            pair = paired[metric]
            passed = pair.least >= -allowed
            yield Outcome(_RULE, metric, allowed, pair.words(sure_of(rules)), passed=passed)
        elif champion is not None and champion.exists and metric in scores:
            yield _against(metric, side, allowed, scores[metric], champion)


def _against(
    metric: str, side: Side | None, allowed: float, score: float, champion: Champion
) -> Outcome:
    if side is None:
        found = "it has min and max, and so no better side to compare"
        return Outcome(_RULE, metric, allowed, found, passed=False)
    other = score_of(champion.metrics, metric)
    if not isinstance(other, float):
        return Outcome(_RULE, metric, allowed, f"{other} in {champion.origin}", passed=False)
    difference = Decimal(repr(score)) - Decimal(repr(other))
    better = difference if side == "min" else -difference
    return Outcome(
        _RULE,
        metric,
        allowed,
        f"{score:.6g}, {_difference(better)} than {other:.6g} of {champion.origin}",
        passed=-better <= Decimal(repr(allowed)),
    )


def _difference(better: Decimal | float) -> str:
    if not better:
        return "no better and no worse"
    return f"{'better' if better > 0 else 'worse'} by {abs(better):.4g}"
