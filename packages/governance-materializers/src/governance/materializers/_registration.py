"""Makes `DataFrameMaterializer` ZenML's default without importing pandas for it.

pandas takes more than half as long to import as ZenML itself, and a process that never imports
it has no DataFrame to store. So the materializer is registered with pandas: at once where it
is imported already, else right after somebody imports it.
"""

import importlib
import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_MATERIALIZER = "governance.materializers.dataframe_materializer"  # registers itself


def register_with_pandas() -> None:
    """Register the materializer now or, where pandas is not imported yet, when it is."""
    if "pandas" in sys.modules:
        importlib.import_module(_MATERIALIZER)
    else:
        sys.meta_path.insert(0, _AfterPandas())


class _AfterPandas(importlib.abc.MetaPathFinder):
    """Finds pandas as the other finders do, to be told when it was imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find pandas, and nothing else.

        Args:
            fullname: The module to find.
            path: Where to look, for a submodule.
            target: The module to be reloaded.
        """
        if fullname != "pandas":
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            self._follow(spec.loader)
        return spec

    def _follow(self, loader: Any) -> None:
        def exec_module(module: ModuleType) -> None:
            del loader.exec_module  # the loader is again what it was
            loader.exec_module(module)
            if self in sys.meta_path:  # another spec of pandas may have been first
                sys.meta_path.remove(self)
            importlib.import_module(_MATERIALIZER)

        loader.exec_module = exec_module
