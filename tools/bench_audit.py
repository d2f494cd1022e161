"""What verifying 100,000 audit records costs, beside reading and hashing the same files."""

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.hooks._anchor import FileAnchor
from governance.hooks._examination import examine
from governance.hooks._record import Record
from governance.hooks._seal import seal
from governance.hooks._signature import PrivateKey
from governance.hooks._trail import Trail

_RECORDS = 100_000
_PER_RUN = 10
_ROUNDS = 5
# What was asked for, so that a change which loses it is seen here.
_LIMIT = 3.0


def main() -> int:
    """Print seconds of both, and their ratio.

    Returns:
        1 if the ratio is above the limit or the trail is not clean, else 0.
    """
    with tempfile.TemporaryDirectory(prefix="governance-audit-") as folder:
        trail = Trail(f"{folder}/trail")
        size = write(Path(trail.root))
        key = PrivateKey(Ed25519PrivateKey.generate())
        anchor = FileAnchor("file", Path(folder) / "heads")
        sealing = measured(partial(seal, trail, key, [anchor]))
        clean: list[bool] = []

        def verify() -> None:
            chain, verdict = examine(trail, [anchor], key.public)
            clean.append(not verdict.findings and verdict.verified == _RECORDS)
            assert chain.digests  # noqa: S101

        # One after the other, so that neither has the warmer files.
        rounds = [(measured(partial(read, trail.root)), measured(verify)) for _ in range(_ROUNDS)]
    plain, ours = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = statistics.median(b / a for a, b in rounds)
    print(f"{_RECORDS:,} records, {size / 1e6:.0f} MB; CPU seconds, median of {_ROUNDS}")
    print(f"  seal, once       {sealing:6.2f}")
    print(f"  read and SHA-256 {plain:6.2f}")
    print(f"  verify           {ours:6.2f}")
    print(f"  ratio            {ratio:6.2f} (limit {_LIMIT:g})")
    return int(ratio > _LIMIT or not all(clean))


def write(root: Path) -> int:
    """Write failed steps' records, of ten to a run, and give their size."""
    cause = {"error": "ValueError", "message": "Input X contains NaN.", "step": "train"}
    data = {"pipeline": "churn_training", "stack": "production", "causes": [cause]}
    time_then = datetime(2026, 1, 2, tzinfo=timezone.utc)
    size = 0
    for number in range(_RECORDS):
        run = hashlib.sha256(f"{number // _PER_RUN}".encode()).hexdigest()[:32]
        step = f"train_{number % _PER_RUN}"
        record = Record("step.failed", run, step, time_then, (step, 1), data | {"run_id": run})
        path = root / record.path
        if number % _PER_RUN == 0:
            path.parent.mkdir(parents=True)
        size += path.write_bytes(record.to_bytes())
    return size


def read(root: str) -> None:
    """Read and hash all files, as plainly as it goes."""
    for folder, _, names in os.walk(root):
        for name in names:
            with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123
                hashlib.sha256(file.read()).hexdigest()


def measured(work: Callable[[], object]) -> float:
    """Measure the CPU time of some work in seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
