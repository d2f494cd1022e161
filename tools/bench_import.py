"""How much importing each component adds to importing ZenML, in one run, side by side."""

import statistics
import subprocess
import sys
import tempfile

from tools.component import components

_ROUNDS = 7
_CODE = "import time; s = time.process_time(); {}; print(time.process_time() - s)"


def main() -> None:
    """Print, per component, the ratio of its import to ZenML's own."""
    statements = {"zenml": "import zenml", "zenml, pandas": "import zenml, pandas"}
    for component in components():
        statements[component.module] = f"import {component.module}"
    seconds: dict[str, list[float]] = {name: [] for name in statements}
    for _ in range(_ROUNDS):  # interleaved, so that a busy moment hits all alike
        for name, statement in statements.items():
            seconds[name].append(_cpu_seconds(statement))
    base = statistics.median(seconds["zenml"])
    print(f"CPU time of an import as a ratio to `import zenml`, median of {_ROUNDS}")
    for name, values in seconds.items():
        print(f"  {name:28} {statistics.median(values) / base:6.2f}")


def _cpu_seconds(statement: str) -> float:
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", _CODE.format(statement)],
            env={"PATH": "", "HOME": home, "ZENML_CONFIG_PATH": home},
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout)


if __name__ == "__main__":
    main()
