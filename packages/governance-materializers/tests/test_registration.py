"""The materializer is ZenML's default for DataFrames, whatever is imported in which order."""

import importlib.abc
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

import governance.materializers
from governance.materializers import _registration

ACTIVATE = "from zenml.integrations.registry import integration_registry as r"
ACTIVATE += "; r.activate_integrations()"
DEFAULTS = """
import pandas
from zenml.materializers.materializer_registry import materializer_registry as registry
print(registry[pandas.DataFrame].__name__, registry[pandas.Series].__name__)
"""


def run(code: str, cwd: Path) -> str:
    """Run Python code in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        f"import governance.materializers; {ACTIVATE}",
        f"{ACTIVATE}; import governance.materializers",
        f"import governance.materializers.dataframe_materializer; {ACTIVATE}",
    ],
    ids=["before the integration", "after the integration", "as ZenML loads an artifact"],
)
def test_default_in_any_order(code: str, tmp_path: Path) -> None:
    """ZenML's own materializer keeps Series, whichever of the two is imported first."""
    assert run(code + DEFAULTS, tmp_path) == "DataFrameMaterializer PandasMaterializer"


def test_default_without_the_integration(tmp_path: Path) -> None:
    """It is enough that pandas is imported some time; until then the component waits, unseen.

    An import of pandas that fails does so with its own error, and does not end the waiting.
    """
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pandas.py").write_text("raise ImportError('half installed')")
    code = """
import sys
import governance.materializers
import importlib.util
sys.path.insert(0, "broken")
try:
    import pandas
except ImportError as error:
    assert str(error) == "half installed"
sys.path.remove("broken")
assert importlib.util.find_spec("pandas").name == "pandas"
assert importlib.util.find_spec("no_such_module") is None
assert not {"pandas", "pyarrow", "zenml"} & sys.modules.keys()
import pandas
assert [finder for finder in sys.meta_path if "governance" in type(finder).__module__] == []
assert "exec_module" not in vars(pandas.__loader__)
"""
    assert run(code + DEFAULTS, tmp_path).startswith("DataFrameMaterializer")


def test_nothing_waits_where_pandas_is_imported() -> None:
    """With pandas imported already, the component registers at once and leaves no finder."""
    before = list(sys.meta_path)
    _registration.register_with_pandas()
    assert sys.meta_path == before


class Elsewhere(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads pandas, which is what a test can do more than once."""

    loaded = 0

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec:
        return ModuleSpec(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__name__ == "pandas"
        self.loaded += 1


def test_waiting_ends_with_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finder leaves when pandas is there, and the loader it borrowed is as it was."""
    elsewhere = Elsewhere()
    monkeypatch.setattr(sys, "meta_path", [elsewhere])
    monkeypatch.delitem(sys.modules, "pandas")
    _registration.register_with_pandas()
    finder = sys.meta_path[0]
    specs = [finder.find_spec("pandas", None) for _ in range(2)]
    for spec in specs:
        assert spec is not None
        assert spec.loader is elsewhere
    elsewhere.exec_module(ModuleType("pandas"))
    assert sys.meta_path == [elsewhere]
    assert (elsewhere.loaded, vars(elsewhere)) == (1, {"loaded": 1})
    assert isinstance(finder, _registration._AfterPandas)
    finder.find_spec("pandas", None)
    elsewhere.exec_module(ModuleType("pandas"))
    assert sys.meta_path == [elsewhere]


def test_finder_leaves_other_modules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finder knows pandas only, and finds nothing where nobody else finds pandas."""
    finder = _registration._AfterPandas()
    assert finder.find_spec("json", None) is None
    monkeypatch.setattr(sys, "meta_path", [finder])
    assert finder.find_spec("pandas", None) is None


def test_unknown_names_are_attribute_errors() -> None:
    """The package has its documented names, also the one it imports late, and no other."""
    assert governance.materializers.DataFrameMaterializer.__name__ == "DataFrameMaterializer"
    with pytest.raises(AttributeError, match="has no attribute 'SeriesMaterializer'"):
        _ = governance.materializers.SeriesMaterializer
