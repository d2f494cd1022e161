"""A picture of the audit report on a sample trail, for the documentation: FOLDER, docs/pictures."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from governance.hooks._audit_page import About, page
from governance.hooks._coverage import Coverage
from governance.hooks._entry import entry_of
from governance.hooks._selection import Selection
from governance.hooks._summary import Summary
from tools.browser import screenshot

_WIDTH = 1080
_HEIGHT = 1500
_FIRST = datetime(2026, 1, 1, tzinfo=timezone.utc)
_SINCE, _UNTIL = _FIRST, _FIRST + timedelta(days=31)
_PEOPLE = {"churn_training": "ada", "fraud_scoring": "grace", "demand_forecast": "scheduler"}
_OWNERS = {"churn_training": "payments", "fraud_scoring": "risk", "demand_forecast": "supply"}
_QUALITY = [
    {"check": "min_rows", "subject": None, "required": 1000, "found": 12},
    {"check": "max_missing", "subject": "tenure", "required": 0.1, "found": 0.31},
]
_PERFORMANCE = [{"check": "min_metric", "subject": "recall", "required": 0.8, "found": 0.742}]
# By its number, what befell a run.
_UPGRADED, _STOPPED, _UNDELIVERED, _OVERRIDDEN = 40, 30, 41, 58
_FAILURES: dict[int, dict[str, Any]] = {
    17: {
        "step": "validate_data_quality",
        "error": "DataQualityError",
        "message": "The data did not pass validate_data_quality: 2 checks failed.",
        "details": _QUALITY,
    },
    _UNDELIVERED: {
        "step": "train_model",
        "attempt": 2,
        "error": "ValueError",
        "message": "Input X contains NaN.\nLogisticRegression does not accept missing values "
        "encoded as NaN natively.",
        "details": [],
    },
    _OVERRIDDEN: {
        "step": "validate_model_performance",
        "error": "ModelPerformanceError",
        "message": "The model did not pass validate_model_performance: 1 check failed.",
        "details": _PERFORMANCE,
    },
}


def main(folder: str) -> None:
    """Take the picture.

    Args:
        folder: Where it goes.
    """
    screenshot(sample_page(), Path(folder) / "audit-report.png", _WIDTH, _HEIGHT)


def sample_page() -> str:
    """Write the report on the sample trail, as verified."""
    return written(sample_trail())


def written(trail: Iterable[tuple[str, bytes]]) -> str:
    """Write the report on a trail.

    Args:
        trail: The path of each record, and its bytes.
    """
    summary = Summary()
    for path, data in trail:
        summary.add(entry_of(path, data))
    about = About(
        "Audit report, January 2026",
        "s3://ml-production/governance/audit",
        Selection(_SINCE, _UNTIL),
        datetime(2026, 2, 2, 9, 0, tzinfo=timezone.utc),
        "2.1.0",
    )
    head = (31, datetime(2026, 2, 1, 0, 10, tzinfo=timezone.utc))
    return page(summary, about, Coverage(summary.records - 4, 4, head=head))


def sample_trail() -> Iterator[tuple[str, bytes]]:
    """Make up a month of three pipelines.

    Yields:
        The path of each record, and its bytes.
    """
    for number in range(66):
        pipeline = list(_PEOPLE)[number % 3]
        time = _FIRST + timedelta(hours=11 * number + 3, minutes=7 * number % 60, seconds=53)
        run_id = str(uuid5(NAMESPACE_URL, f"run {number}"))
        facts = {
            "pipeline": pipeline,
            "run": f"{pipeline}-{time:%Y_%m_%d-%H_%M_%S}",
            "run_id": run_id,
            "duration": 172.4 + 31 * (number % 7),
            "stack": "kubernetes",
            "user": _PEOPLE[pipeline],
            "owner": _OWNERS[pipeline],
            "model": f"{pipeline.partition('_')[0]} {number // 3 + 1} (staging)",
            "commit": f"{uuid5(NAMESPACE_URL, f'commit {number // 9}').hex[:7]}",
            "url": f"https://zenml.company.com/runs/{run_id}",
            "environment": "production",
            "runtime": {
                "python": "3.11.7",
                "zenml": "0.98.0" if number < _UPGRADED else "0.98.1",
                "os": "Linux 6.1",
            },
            "components": {
                "governance-hooks": "2.0.0" if number < _UPGRADED else "2.1.0",
                "governance-steps": "1.2.0",
            },
        }
        yield from _run(number, time, facts)


def _run(number: int, time: datetime, facts: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    failure = _FAILURES.get(number, {})
    causes = [{"attempt": 1, **failure}] if failure else []
    for gate, step in (
        ("data_quality", "validate_data_quality"),
        ("model_performance", "validate_model_performance"),
    ):
        failed = failure.get("step") == step
        checks = [{**row, "passed": False} for row in failure["details"]] if failed else []
        verdict = "failed" if failed else "passed"
        yield _record(f"gate.{verdict}", time, facts | {"gate": gate, "checks": checks})
        if failed or failure.get("step") == "train_model":
            break
    outcome = "failed" if failure else "stopped" if number == _STOPPED else "completed"
    yield _record(f"run.{outcome}", time, facts | {"outcome": outcome, "causes": causes})
    if failure:
        told = {"alerter": "slack", "channel": "C0PAYMENTS"}
        told["tells"] = f"Pipeline failed: {facts['pipeline']}"
        kind = "alert.sent"
        if number == _UNDELIVERED:
            kind, told["reason"] = "alert.undelivered", "the channel is archived (is_archived)"
        yield _record(kind, time + timedelta(seconds=4), facts | told)
    if number == _OVERRIDDEN:
        decision = {"gate": "model_performance", "by": "linus"}
        decision["reason"] = "Recall fell with the new merchant data; approved by risk, ticket 4711"
        yield _record("override.granted", time + timedelta(hours=2), facts | decision)


def _record(kind: str, time: datetime, data: dict[str, Any]) -> tuple[str, bytes]:
    run_id = data["run_id"]
    identity = str(uuid5(NAMESPACE_URL, f"{run_id} {kind} {data.get('gate')}"))
    record = {
        "specversion": "1.0",
        "id": identity,
        "source": f"/zenml/runs/{run_id}",
        "type": f"governance.{kind}",
        "subject": data["pipeline"],
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return f"{run_id}/{kind.replace('.', '-')}-{identity}.json", text.encode()


if __name__ == "__main__":
    main(*sys.argv[1:])
