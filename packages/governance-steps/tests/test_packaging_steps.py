"""What the installed distribution brings with it."""

import importlib
import subprocess
import sys
from importlib.metadata import metadata, version
from pathlib import Path

from zenml.utils import source_utils

import governance
import governance.steps

FIRST_IMPORT = """
import sys
import governance.sibling
import governance.steps
engines = {"dask", "duckdb", "narwhals", "numpy", "pandas", "polars", "pyarrow", "pyspark", "scipy"}
print(governance.sibling.NAME, sorted(engines & sys.modules.keys()))
"""


def test_namespace_is_left_open() -> None:
    """No part of the namespace has an `__init__.py`, which would lock other components out."""
    assert not hasattr(governance, "__file__") or governance.__file__ is None
    assert [path for path in governance.__path__ if (Path(path) / "__init__.py").exists()] == []


def test_types_are_shipped() -> None:
    """Type checkers find the marker that this component is typed."""
    assert (Path(governance.steps.__path__[0]) / "py.typed").is_file()


def test_metadata_names_the_component() -> None:
    """The distribution says which version it is and what it needs."""
    assert version("governance-steps") == metadata("governance-steps")["Version"] == "1.0.0"


def test_import_beside_a_foreign_sibling_is_light(tmp_path: Path) -> None:
    """The component shares its namespace, and loads no data library of its own accord."""
    sibling = tmp_path / "governance" / "sibling.py"
    sibling.parent.mkdir()
    sibling.write_text('NAME = "foreign"\n')
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{FIRST_IMPORT}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout.strip()) == (0, "foreign []"), done.stderr


def test_steps_and_modules_of_one_name_do_not_get_mixed_up() -> None:
    """ZenML finds each step by its module, although the step hides the module's name."""
    for name in (
        "evaluate_classifier",
        "evaluate_regressor",
        "validate_data_quality",
        "validate_model_performance",
    ):
        gate = getattr(governance.steps, name)
        module = importlib.import_module(f"governance.steps.{name}")
        assert getattr(module, name) is gate
        source = gate.resolve()
        assert source.import_path == f"governance.steps.{name}.{name}"
        assert source_utils.load(source) is gate
