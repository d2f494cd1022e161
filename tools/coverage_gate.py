"""Require every branch of a component's pure modules to be tested: COMPONENT."""

import subprocess
import sys

from tools.component import Component


def main(name: str) -> int:
    """Report the branch coverage of the pure modules, and fail below 100 %."""
    modules = Component(name).pure_modules
    if not modules:
        print(f"The import contract 'pure' in pyproject.toml names no module of {name}.")
        return 1
    patterns = ",".join(f"*/{module.replace('.', '/')}.py" for module in modules)
    command = [sys.executable, "-m", "coverage", "report", "--include", patterns]
    return subprocess.run([*command, "--fail-under=100"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
