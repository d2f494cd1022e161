import subprocess
import sys
from importlib.metadata import files, version
from pathlib import Path

import pytest

NAME = "governance-hooks"


def test_distribution_holds_its_own_files_only() -> None:
    """The distribution has its package, its types marker, and nothing above or beside it."""
    paths = [str(path) for path in files(NAME) or []]
    if any(path.endswith(".pth") or "__editable__" in path for path in paths):
        pytest.skip("an editable installation lists no package files")
    modules = [path for path in paths if path.startswith("governance/")]
    assert "governance/hooks/py.typed" in modules
    assert "governance/__init__.py" not in modules
    assert all(path.startswith("governance/hooks/") for path in modules)


def test_page_s_template_is_installed() -> None:
    """The audit report's template is part of the distribution."""
    import governance.hooks

    paths = [str(path) for path in files(NAME) or []]
    if not any(path.endswith(".pth") for path in paths):
        assert "governance/hooks/audit_page.html" in paths
    assert Path(str(governance.hooks.__file__)).with_name("audit_page.html").is_file()


def test_version_is_the_project_s() -> None:
    """The installed version is the one in the project file."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    assert f'version = "{version(NAME)}"' in project.read_text("utf-8")


def test_namespace_is_shared(tmp_path: Path) -> None:
    """Another distribution's module in the namespace is importable beside this package."""
    (tmp_path / "governance").mkdir()
    (tmp_path / "governance" / "sibling.py").write_text("here = True\n")
    code = "import governance.hooks, governance.sibling; assert governance.sibling.here"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
