"""What the installed distribution brings with it."""

import subprocess
import sys
from importlib.metadata import metadata, version
from pathlib import Path

import governance
import governance.materializers

FIRST_IMPORT = """
import sys
import governance.sibling
import governance.materializers
heavy = {"numpy", "pandas", "pyarrow", "zenml"}
print(governance.sibling.NAME, sorted(heavy & sys.modules.keys()))
"""


def test_namespace_is_left_open() -> None:
    """No part of the namespace has an `__init__.py`, which would lock other components out."""
    assert not hasattr(governance, "__file__") or governance.__file__ is None
    assert [path for path in governance.__path__ if (Path(path) / "__init__.py").exists()] == []


def test_types_are_shipped() -> None:
    """Type checkers find the marker that this component is typed."""
    assert (Path(governance.materializers.__path__[0]) / "py.typed").is_file()


def test_metadata_names_the_component() -> None:
    """The distribution says which version it is."""
    name = "governance-materializers"
    assert version(name) == metadata(name)["Version"] == "1.0.0"


def test_import_beside_a_foreign_sibling_is_light(tmp_path: Path) -> None:
    """The component shares its namespace, and loads neither ZenML nor a data library."""
    sibling = tmp_path / "governance" / "sibling.py"
    sibling.parent.mkdir()
    sibling.write_text('NAME = "foreign"\n')
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{FIRST_IMPORT}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout.strip()) == (0, "foreign []"), done.stderr
