"""A picture of the data gate's report on sample data, for the documentation: FOLDER."""

import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from governance.steps import DataContract
from governance.steps._about import About
from governance.steps._data_report import data_report
from governance.steps._extract import sample_of
from governance.steps._judgement import judge_frame
from governance.steps._measurement import measure_frame
from tools.browser import screenshot

_WIDTH = 1080
_HEIGHT = 1150
_ROWS = 50_000
_NOW = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
_CONTRACT: dict[str, Any] = {
    "rows": {"min": 1_000},
    "missing": 0.1,
    "duplicates": 0,
    "key": ["customer"],
    "columns": {
        "customer": {"dtype": "text", "pattern": r"c-\d+", "missing": 0},
        "age": {"dtype": "number", "min": 18, "max": 120, "missing": 0.05},
        "plan": {"allowed": ["basic", "plus", "pro"], "max_share": 0.5, "warn": ["max_share"]},
        "signed": {"dtype": "datetime", "max_age": "7d"},
        "income": {"min": 0, "sensitive": True},
        "balance": {"finite": True},
    },
}


def main(folder: str) -> None:
    """Take the picture.

    Args:
        folder: Where it goes.
    """
    screenshot(sample_page(), Path(folder) / "data-quality-report.png", _WIDTH, _HEIGHT)


def sample_page(name: str = "age", run: str = "churn-2026_03_02-09_00_00") -> str:
    """Write the report on the sample data.

    Args:
        name: What one of the columns is called.
        run: What the run is called.
    """
    columns = {name if key == "age" else key: rules for key, rules in _CONTRACT["columns"].items()}
    contract = DataContract.of({**_CONTRACT, "columns": columns})
    checks = list(contract.checks())
    frame = sample_data().rename(columns={"age": name})
    facts = measure_frame(frame, checks, _NOW)
    about = About(_NOW, "1.1.0", run=run, pipeline="churn", step="validate_data_quality")
    sensitive = contract.sensitive_columns
    return data_report(judge_frame(checks, facts), facts, about, sample_of(frame), sensitive)


def sample_data() -> pd.DataFrame:
    """Make up customers, some of them not as the contract wants them."""
    random = np.random.default_rng(7)
    age = random.normal(45, 15, _ROWS).round()
    age[random.random(_ROWS) < 0.13] = np.nan  # noqa: PLR2004 (as said in the picture)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "customer": [f"c-{number}" for number in range(_ROWS)],
            "age": age,
            "plan": random.choice(
                ["basic", "plus", "pro", "free"], _ROWS, p=[0.6, 0.29, 0.1, 0.01]
            ),
            "signed": pd.date_range("2015-03-01", "2026-02-20", periods=_ROWS),
            "income": np.exp(random.normal(8, 1, _ROWS)),
            "balance": random.normal(1_000, 400, _ROWS),
            "active": random.random(_ROWS) < 0.8,  # noqa: PLR2004 (as above)
            "comment": [None] * _ROWS,
        }
    )
    return frame


if __name__ == "__main__":
    main(*sys.argv[1:])
