"""The data gate's verdict as JSON, of the shape that data_report.schema.json describes."""

from typing import Any

from governance.steps._about import About
from governance.steps._fact import FrameFacts
from governance.steps._verdict import Verdict
from governance.steps._wording import column_label

FORMAT = "governance.data_quality/1"
"""Name and version of the shape: what is added to it keeps the version."""


def data_export(verdict: Verdict, facts: FrameFacts, about: About) -> dict[str, Any]:
    """Return a verdict with all its figures, whatever their number.

    Args:
        verdict: What the gate made of the data.
        facts: What it measured.
        about: Where the verdict comes from.

    Returns:
        Plain values, safe for strict JSON.
    """
    return {
        "format": FORMAT,
        "verdict": verdict.word,
        "made": about.made.isoformat(),
        "version": about.version,
        "subject": about.subject or None,
        "run": {"name": about.run, "pipeline": about.pipeline, "step": about.step}
        if about.run
        else None,
        "rows": facts.rows,
        "duplicates": None if facts.duplicates is None else facts.duplicates.count,
        "columns": [
            {"name": column_label(label), "missing": missing}
            for label, missing in zip(facts.labels, facts.missing, strict=True)
        ],
        "checks": verdict.as_rows(),
    }
