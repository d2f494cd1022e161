"""What rendering a huge exception costs, beside ZenML's own failure hook, in one run."""

import io
import statistics
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial

from rich.console import Console

from governance.hooks._discord import render_discord
from governance.hooks._event import Event, cause_of
from governance.hooks._message import render
from governance.hooks._slack import blocks
from governance.hooks._traceback import exception_name, relevant_frames

_ROUNDS = 7
_SLOW = 5.0  # seconds after which one round says enough
# Rich lays text out word by word, and its time depends on the words more than on the length.
_MESSAGES = {
    "rows of a table": "'tenure': 12, " * 7_143,
    "lines of a log": "a line of a log\n" * 6_250,
    "one word": "x" * 100_000,
}


def main() -> None:
    """Print, per text, the milliseconds of all three renderings and of the rival's one."""
    print("CPU time of rendering an exception of 100,000 characters, in milliseconds")
    print(f"  {'':20} {'ZenML':>10} {'ours':>8} {'redaction':>10} {'ratio':>8}")
    for name, message in _MESSAGES.items():
        try:
            fail(message)
        except ValueError as caught:
            rival = measured(zenml_text)
            ours = measured(partial(renderings, caught))
            redaction = measured(partial(cause_of, "ValueError", message))
        print(f"  {name:20} {rival:10,.1f} {ours:8.1f} {redaction:10.1f} {ours / rival:8.4f}")


def fail(message: str) -> None:
    """Raise an exception."""
    raise ValueError(message)


def zenml_text() -> str:
    """Render the current exception as ZenML's failure hook does before it posts it."""
    captured = io.StringIO()
    with redirect_stdout(captured):
        Console().print_exception(show_locals=False)
    return captured.getvalue()


def renderings(error: Exception) -> list[object]:
    """Render an exception in all three forms, from what ZenML's store keeps of it."""
    text = "".join(traceback.format_exception(error))
    cause = cause_of(exception_name(None, text), str(error), "train")
    event = Event(
        "failed",
        pipeline="churn_training",
        run="churn_training-2026_01_02",
        run_id="0b5e8c1a",
        time=datetime(2026, 1, 2, tzinfo=timezone.utc),
        causes=(replace(cause, frames=relevant_frames(text)),),
    )
    return [render(event), blocks(event), render_discord(event)]


def measured(work: Callable[[], object]) -> float:
    """Measure the median CPU time of some work in milliseconds."""
    seconds: list[float] = []
    while len(seconds) < _ROUNDS and sum(seconds) < _SLOW:
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds) * 1000


if __name__ == "__main__":
    main()
