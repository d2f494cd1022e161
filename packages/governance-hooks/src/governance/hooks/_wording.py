"""What a message says about an event, in words that every channel shares."""

import re
from datetime import datetime, timezone

from governance.hooks._duration import duration_text
from governance.hooks._event import Cause, Event, Frame
from governance.hooks._foreign import one_line
from governance.hooks._redaction import redact

_MARKS = {"completed": "✅", "failed": "❌", "stopped": "⏹️", "stale": "⏳"}
_VERBS = {
    "completed": "completed",
    "failed": "failed",
    "stopped": "was stopped",
    "stale": "does not end",
}
_NAME_LIMIT = 100
_FACT_LIMIT = 90
_URL_LIMIT = 300
_RECENT = 12 * 3600  # seconds for which the time of day says which day it was
_URL = re.compile(r"https?://[\w\-.~:/?#\[\]!$&'()*+,;=%]+", re.ASCII)


def headline(event: Event) -> str:
    """Say in one line what happened.

    Args:
        event: The run or step that ended.

    Returns:
        For example "❌ Pipeline failed: training_pipeline".
    """
    mark, verb = _MARKS[event.outcome], _VERBS[event.outcome]
    if event.recovery is not None and event.outcome == "completed":
        verb = "is green again"
    pipeline = one_line(event.pipeline, _NAME_LIMIT)
    if event.step is None:
        return f"{mark} Pipeline {verb}: {pipeline}"
    attempt = f" (attempt {event.attempt})" if event.attempt > 1 else ""
    return f"{mark} Step {verb}{attempt}: {one_line(event.step, _NAME_LIMIT)} in {pipeline}"


def notes(event: Event) -> list[str]:
    """Say what is remarkable about an event, or about the message itself.

    Args:
        event: The run or step that ended.

    Returns:
        Sentences without full stop, in our own words throughout.
    """
    told = []
    if event.outcome == "stale":
        after = "" if event.duration is None else f" after {duration_text(event.duration)}"
        told.append(f"No end and no sign of life{after}")
    if event.recovery is not None:
        count, earlier = event.recovery.failed_runs, duration_text(event.recovery.seconds)
        runs = "a failed run," if count == 1 else f"{count} failed runs, the first"
        told.append(f"After {runs} {earlier} earlier")
    if event.repeats is not None:
        ago = (event.time - event.repeats.since).total_seconds()
        told.append(
            f"The same failure as at {_moment(event.repeats.since, ago)}"
            + _silent(event.repeats.count)
        )
    if event.late is not None:
        told.append(
            f"Delayed by {duration_text(event.late)}, from {_moment(event.time, event.late)}: "
            "the channel took no message before"
        )
    return told


def title(cause: Cause, event: Event) -> str:
    """Name a cause: the step, unless the headline does, and the exception's class.

    Args:
        cause: One of the event's causes.
        event: The run or step that ended.

    Returns:
        For example "train (attempt 3): ValueError".
    """
    error = one_line(cause.error, _NAME_LIMIT) or "Error"
    if event.step is not None or cause.step is None:
        return error
    attempt = f" (attempt {cause.attempt})" if cause.attempt > 1 else ""
    return f"{one_line(cause.step, _NAME_LIMIT)}{attempt}: {error}"


def of_step(cause: Cause, event: Event) -> str:
    """Say which step a log belongs to, where more than one failed.

    Args:
        cause: One of the event's causes.
        event: The run or step that ended.

    Returns:
        For example " of train"; empty where the message is about one step only.
    """
    several = len(event.causes) > 1 and cause.step
    return f" of {one_line(cause.step or '', _NAME_LIMIT)}" if several else ""


def further(causes: tuple[Cause, ...]) -> str:
    """Name the failed steps that there was no room to tell about.

    Args:
        causes: Their causes.

    Returns:
        For example "… and 2 more failed steps: evaluate, deploy"; empty where there are none.
    """
    if not causes:
        return ""
    names = one_line(", ".join(cause.step for cause in causes[:10] if cause.step), _NAME_LIMIT)
    steps = "step" if len(causes) == 1 else "steps"
    return f"… and {len(causes)} more failed {steps}" + (f": {names}" if names else "")


def place(frame: Frame) -> str:
    """Say where in the code a frame is.

    Args:
        frame: A line of a traceback.

    Returns:
        For example "pipelines/train.py:42 in train".
    """
    within = "" if frame.function == "<module>" else f" in {frame.function}"
    return one_line(f"{frame.file}:{frame.line}{within}", _NAME_LIMIT)


def facts(event: Event) -> dict[str, str]:
    """List what is known about the run, the most wanted first.

    Args:
        event: The run or step that ended.

    Returns:
        Values by name, each on one line; what is not known is left out.
    """
    # A run of which nothing is heard has no duration: its note says for how long.
    measured = event.outcome != "stale" and event.duration is not None
    known = {
        "Run": event.run,
        "Owner": event.owner,
        "Duration": duration_text(event.duration or 0.0) if measured else None,
        "Model": event.model,
        "Environment": event.environment,
        "Stack": event.stack,
        "User": event.user,
        "Commit": event.commit,
    }
    lines = {name: one_line(value, _FACT_LIMIT) for name, value in known.items() if value}
    return {name: line for name, line in lines.items() if line}


def brief_facts(event: Event) -> dict[str, str]:
    """List the same facts on fewer lines: stack and user stand behind the run.

    Args:
        event: The run or step that ended.

    Returns:
        Values by name, each on one line.
    """
    known = facts(event)
    told = [f"{name.lower()} {known.pop(name)}" for name in ("Stack", "User") if name in known]
    if told:
        known["Run"] = f"{known.get('Run', '')} ({', '.join(told)})".strip()
    return known


def link(event: Event) -> str | None:
    """Give the run's address, where it is one that can be followed.

    Args:
        event: The run or step that ended.

    Returns:
        An http or https URL of at most 300 ASCII characters, none of which means anything to a
        chat service. A link cut short leads nowhere, so a longer one is left out.
    """
    # Some services read @everyone in a link, too.
    url = redact((event.url or "").strip()).replace("@", "%40")
    return url if len(url) <= _URL_LIMIT and _URL.fullmatch(url) else None


def _silent(count: int) -> str:
    if count == 0:
        return ""
    return f"; {count} more in between {'was' if count == 1 else 'were'} counted in silence"


def _moment(time: datetime, ago: float) -> str:
    told = time.astimezone(timezone.utc)
    recent = abs(ago) < _RECENT
    return f"{told:%H:%M} UTC" if recent else f"{told:%Y-%m-%d %H:%M} UTC"
