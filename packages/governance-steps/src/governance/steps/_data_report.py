"""The data gate's report as an HTML page: no script, nothing loaded, no value of a cell."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template

from governance.steps._about import About
from governance.steps._distribution import Distribution, distribution_of
from governance.steps._fact import FrameFacts
from governance.steps._failure import in_words
from governance.steps._family import family_of
from governance.steps._verdict import Outcome, Verdict
from governance.steps._wording import column_label

MOST_CHECKS = 60
MOST_COLUMNS = 100
"""Rows of the page's lists, with which it stays below 200 kB: the dashboard reads it whole."""

_WIDTH = 120
_HEIGHT = 28


@dataclass(frozen=True, slots=True)
class _Line:
    """One column as the page lists it."""

    name: str
    family: str
    missing: int
    share: float
    failed: int
    sensitive: bool
    distribution: Distribution | None


def data_report(
    verdict: Verdict,
    facts: FrameFacts,
    about: About,
    sample: pd.DataFrame,
    sensitive: Collection[str] = (),
) -> str:
    """Write the report.

    Args:
        verdict: What the gate made of the data.
        facts: What it measured.
        about: Where the verdict comes from.
        sample: Some rows of the data, from which the charts and the families of dtypes are.
        sensitive: Names of columns of which no chart is shown.

    Returns:
        An HTML page, the same for the same arguments.
    """
    missed = sorted((o for o in verdict.outcomes if not o.passed), key=lambda o: o.severity)
    passed = [outcome for outcome in verdict.outcomes if outcome.passed]
    html = _template().render(
        about=about,
        facts=facts,
        counts=Counter(_state(outcome) for outcome in verdict.outcomes),
        missed=[(_state(outcome), outcome) for outcome in missed[:MOST_CHECKS]],
        more_missed=max(len(missed) - MOST_CHECKS, 0),
        passed=[("passed", outcome) for outcome in passed[:MOST_CHECKS]],
        more_passed=max(len(passed) - MOST_CHECKS, 0),
        lines=_lines(verdict, facts, sample, sensitive),
        more_columns=max(len(facts.labels) - MOST_COLUMNS, 0),
        missing=sum(facts.missing) / max(facts.rows * len(facts.labels), 1),
        sampled=len(sample),
        width=_WIDTH,
        height=_HEIGHT,
    )
    return html.lstrip()  # of what stands between the template's macros


def _state(outcome: Outcome) -> str:
    return "passed" if outcome.passed else {"error": "failed", "warn": "warned"}[outcome.severity]


def _lines(
    verdict: Verdict, facts: FrameFacts, sample: pd.DataFrame, sensitive: Collection[str]
) -> list[_Line]:
    """Describe the columns: the data's order, but those with failed checks first if many."""
    failed = Counter(o.subject for o in verdict.outcomes if not o.passed and o.subject)
    places = list(range(len(facts.labels)))
    if len(places) > MOST_COLUMNS:
        places.sort(key=lambda place: not failed[column_label(facts.labels[place])])
    lines = []
    for place in places[:MOST_COLUMNS]:
        label = facts.labels[place]
        column = sample.iloc[:, place]
        hidden = label in sensitive
        lines.append(
            _Line(
                column_label(label),
                family_of(column),
                facts.missing[place],
                facts.missing[place] / max(facts.rows, 1),
                failed[column_label(label)],
                hidden,
                None if hidden else distribution_of(column),
            )
        )
    return lines


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"bars": _bars, "count": _count, "percent": _percent, "words": in_words}
    source = files("governance.steps").joinpath("data_report.html")
    return environment.from_string(source.read_text("utf-8"))


def _bars(distribution: Distribution) -> str:
    """Draw the bars of a chart as the path of one shape."""
    counts = distribution.counts
    width = _WIDTH / len(counts)
    tallest = max(counts)
    path = []
    for height, run in groupby(
        enumerate(counts), key=lambda bar: round(bar[1] / tallest * (_HEIGHT - 1), 1)
    ):
        bars = [place for place, _ in run]
        left, right = bars[0] * width, (bars[-1] + 1) * width
        path.append(f"M{left:g} {_HEIGHT}V{_HEIGHT - height:g}H{right:g}V{_HEIGHT}z")
    return "".join(path)


def _count(number: int) -> str:
    return f"{number:,}"


def _percent(share: float) -> str:
    """Write a share so that only none is 0 %, and only all is 100 %."""
    if share in (0, 1):
        return f"{share:.0%}"
    return f"{min(max(share, 0.0001), 0.9999):.2%}"
