"""What is made of the data beside its reference."""

from collections.abc import Iterator

from governance.steps._check import Check
from governance.steps._fact import FrameFacts, Measure
from governance.steps._failure import Figure
from governance.steps._verdict import Outcome
from governance.steps._wording import column_label


def reference_outcomes(number: int, check: Check, facts: FrameFacts) -> Iterator[Outcome]:
    """Hold a frame against a check against its reference.

    Args:
        number: The check's place in the plan.
        check: One of the kinds in `REFERENCE_KINDS`.
        facts: What was measured. What was not, for the frame is empty or a column is absent,
            fails other checks.
    """
    for label, measure in facts.against.get(number, {}).items() if facts.rows else ():
        names = [label] if label is not None else check.columns
        subject = ", ".join(map(column_label, names)) or None
        limit = max(check.limit, measure.chance)
        required, figure = _required(check, limit), measure.figure
        found: Figure = f"unknown: {measure.problem}"  # undecided is not passed
        passed = False
        if isinstance(figure, float):
            found, passed = _rounded(figure, limit), figure <= limit
        yield Outcome(
            check.kind,
            subject,
            required,
            found,
            passed,
            severity=check.severity,
            count=measure.count if _is_counted(check, measure) else None,
            rows=measure.rows,
        )


def _is_counted(check: Check, measure: Measure) -> bool:
    return check.kind == "max_overlap" and measure.problem is None


def _required(check: Check, limit: float) -> Figure:
    """Return what a check asks for: of few rows, what chance alone does passes as well."""
    if check.kind != "max_drift":
        return float(limit)
    method = check.parameters["method"]
    if limit == check.limit:
        return f"{limit} ({method})"
    return f"{limit:.6g} ({method}, raised from {check.limit})"


def _rounded(figure: float, limit: float) -> float:
    """Round a figure, but not over the limit."""
    told = float(f"{figure:.6g}")
    return told if (told <= limit) == (figure <= limit) else figure
