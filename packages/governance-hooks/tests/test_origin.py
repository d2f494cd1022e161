import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from governance.hooks._origin import origin_of

RUN: Any = SimpleNamespace(
    orchestrator_environment={"os": "linux", "python_version": "3.11.7", "linux_distro": ""},
    client_environment={},
)


def test_only_a_part_of_the_run_tells_what_is_installed() -> None:
    """A hook tells versions and a fingerprint of what is installed; a reconciler does not."""
    by_hook, by_reconciler = origin_of(RUN, "hook"), origin_of(RUN, "reconcile")
    assert by_hook.runtime == by_reconciler.runtime == {"os": "linux", "python": "3.11.7"}
    assert {"governance-hooks", "zenml"} <= set(by_hook.components)
    assert "pydantic" not in by_hook.components
    assert by_hook.packages is not None
    assert (by_reconciler.components, by_reconciler.packages) == ({}, None)


@pytest.mark.parametrize("leftover", ["half-1.0.dist-info", "~oken-1.0.dist-info"])
def test_half_installed_package_is_left_out(tmp_path: Path, leftover: str) -> None:
    """A package that is being installed, or was removed by halves, costs nothing but its line."""
    (tmp_path / leftover).mkdir()
    program = """
import sys
sys.path.insert(0, sys.argv[1])
from governance.hooks._origin import _installed
assert "governance-hooks" in _installed(), _installed()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
