"""A component: what it is called, where it lives, and which of its modules are pure."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:  # coverage[toml] brings it on Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
_PURE_CONTRACT = "pure"


@dataclass(frozen=True)
class Component:
    """One of the separately versioned packages.

    Attributes:
        name: Name of the distribution, such as `governance-hooks`.
    """

    name: str

    @property
    def path(self) -> Path:
        """The component's folder."""
        return ROOT / "packages" / self.name

    @property
    def module(self) -> str:
        """The package it installs, such as `governance.hooks`."""
        return self.name.replace("-", ".", 1)

    @property
    def project(self) -> dict[str, Any]:
        """The `[project]` table of its metadata."""
        return dict(load_toml(self.path / "pyproject.toml")["project"])

    @property
    def version(self) -> str:
        """The version in its metadata, the only place that holds it."""
        return str(self.project["version"])

    @property
    def pure_modules(self) -> list[str]:
        """Modules that the import contracts keep free of ZenML."""
        contracts = load_toml(ROOT / "pyproject.toml")["tool"]["importlinter"]["contracts"]
        (pure,) = (contract for contract in contracts if contract.get("id") == _PURE_CONTRACT)
        return [name for name in pure["source_modules"] if name.startswith(f"{self.module}.")]


def load_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file."""
    table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return table


def components() -> list[Component]:
    """List all components by name."""
    return [Component(path.name) for path in sorted((ROOT / "packages").iterdir()) if path.is_dir()]
