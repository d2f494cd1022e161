import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.component import ROOT


def demo(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py"), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_demo_shows_what_governance_did(tmp_path: Path) -> None:
    """The demo passes both gates, sends one alert, and leaves nothing in the home folder."""
    done = demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("The alert that went out") == 1
    assert "✅ Pipeline completed: training_pipeline" in done.stdout
    assert "governance.data_quality in step validate_data_quality: passed" in done.stdout
    assert "governance.model_performance in step validate_model_performance" in done.stdout
    assert "Metadata of artifact" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fail", "error"),
    [
        ("data", "DataQualityError"),
        ("model", "ModelPerformanceError"),
        ("step", "InvalidParameterError"),
    ],
)
def test_demo_shows_a_failure(tmp_path: Path, fail: str, error: str) -> None:
    """A gate or step that fails sends one alert with the cause, is recorded, and exits non-zero."""
    done = demo(tmp_path, "--fail", fail)
    assert done.returncode != 0
    assert done.stdout.count("The alert that went out") == 1
    assert "❌ Pipeline failed: training_pipeline" in done.stdout
    assert "✅" not in done.stdout
    assert error in done.stdout
    assert done.stdout.count("Audit record step-") == 1
    assert done.stdout.count("Audit record run-") == 1
