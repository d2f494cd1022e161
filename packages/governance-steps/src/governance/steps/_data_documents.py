"""What the data gate leaves as artifacts of its step: the report, and all figures as JSON."""

import json
from collections.abc import Collection
from typing import Any

from zenml.types import HTMLString, JSONString

from governance.steps._about import About
from governance.steps._data_report import data_report
from governance.steps._export import data_export
from governance.steps._extract import sample_of
from governance.steps._fact import FrameFacts
from governance.steps._verdict import Verdict


def data_documents(
    dataset: Any, verdict: Verdict, facts: FrameFacts, sensitive: Collection[str], about: About
) -> dict[str, Any]:
    """Write the artifacts.

    Args:
        dataset: The data.
        verdict: What the gate made of it.
        facts: What it measured.
        sensitive: Names of columns of whose values nothing is shown.
        about: Where the verdict comes from.

    Returns:
        The artifacts by their names.
    """
    report = data_report(verdict, facts, about, sample_of(dataset), sensitive)
    export = json.dumps(data_export(verdict, facts, about), allow_nan=False)
    return {
        "data_quality_report": HTMLString(report),
        "data_quality_verdict": JSONString(export),
    }
