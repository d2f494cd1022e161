"""What the audit proofs start as programs: `write` records, and the command line; JSON to do."""

import contextlib
import io
import json
import sys
import time
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from zenml.client import Client
from zenml.enums import StackComponentType as Kind

from governance.hooks._cli import main
from governance.hooks._record import Record
from governance.hooks._trail import trail_at

# A writer that goes on until it is killed would fill the disk: verifying all would take longer and
# longer.
_PAUSE = 0.02


def setup(store: dict[str, Any], answer: str) -> None:
    """Register an S3 artifact store, or make ZenML's database only.

    Args:
        store: Its configuration; empty for none.
        answer: File that is written when it is done.
    """
    client = Client()
    # Two programs that make the database at once would be in each other's way.
    client.active_stack_model  # noqa: B018
    if store:
        client.create_stack_component("s3", "s3", Kind.ARTIFACT_STORE, store)
    Path(answer).write_text("{}", "utf-8")


def write(uri: str, records: int, confirmed: str, answer: str) -> None:
    """Write records of failed steps.

    Args:
        uri: The trail.
        records: How many; 0 for as many as it can until it is killed.
        confirmed: File that gets each record's path, once the record is written.
        answer: File that gets when it began and ended, in seconds of the monotonic clock.
    """
    trail = trail_at(uri)
    run_id = str(uuid4())
    cause = {"error": "ValueError", "message": "Input X contains NaN.", "step": "train"}
    began = time.monotonic()
    with Path(confirmed).open("a", encoding="utf-8") as file:
        for number in range(records) if records else count():
            time_now = datetime.now(timezone.utc)
            data = {"pipeline": "churn_training", "run_id": run_id, "causes": [cause]}
            subject = f"train_{number}"
            one = Record("step.failed", run_id, subject, time_now, (subject, 1), data)
            if not trail.write(one.path, one.to_bytes()):
                raise RuntimeError(f"{one.path} was there before it was written.")
            file.write(f"{one.path}\n")
            file.flush()
            if not records:
                time.sleep(_PAUSE)
    Path(answer).write_text(json.dumps([began, time.monotonic()]), "utf-8")


def covered(uri: str, answer: str) -> None:
    """List the records that digests cover.

    Args:
        uri: The trail.
        answer: File that gets their paths.
    """
    trail = trail_at(uri)
    digests = [json.loads(trail.read(path)) for path in trail.paths()[1]]
    paths = [path for digest in digests for path, _ in digest["entries"]]
    Path(answer).write_text(json.dumps(paths), "utf-8")


def audit(arguments: list[str], times: int, answer: str) -> None:
    """Be the command `governance-hooks audit`, once or again and again.

    Args:
        arguments: Its options.
        times: How often; 0 for as often as it can until it is killed.
        answer: File that gets exit code, seconds and output of each call.
    """
    calls = []
    for _ in range(times) if times else count():
        said = io.StringIO()
        began = time.monotonic()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(["audit", *arguments])
        calls.append([code, time.monotonic() - began, said.getvalue()])
        if code == 0 or not times:
            continue
        break
    Path(answer).write_text(json.dumps(calls), "utf-8")


if __name__ == "__main__":
    _programs: Any = {"setup": setup, "write": write, "audit": audit, "covered": covered}
    _programs[sys.argv[1]](**json.loads(sys.argv[2]))
