"""An event as a message that a person wants to read."""

from governance.hooks._event import Cause, Event
from governance.hooks._redaction import cut, defuse, redact

# Slack's section block, the tightest of the usual channels but Discord.
_LIMIT = 3_000
_CAUSES = 3
_CAUSE_LIMIT = 800
_MARKS = {"completed": "✅", "failed": "❌", "stopped": "⏹️", "stale": "⏳"}
_VERBS = {
    "completed": "completed",
    "failed": "failed",
    "stopped": "was stopped",
    "stale": "does not end",
}


def render(event: Event) -> str:
    """Say in plain text what happened, why, and where to look.

    Args:
        event: The run or step that ended.

    Returns:
        At most 3,000 characters, the headline first, without secrets or chat commands.
    """
    lines = [_headline(event)]
    lines += [_why(cause, event) for cause in event.causes[:_CAUSES]]
    if len(event.causes) > _CAUSES:
        lines.append(f"… and {len(event.causes) - _CAUSES} more failed steps")
    lines += [f"{name}: {value}" for name, value in _fields(event) if value]
    return cut(defuse("\n".join(lines)), _LIMIT)


def duration_text(seconds: float) -> str:
    """Write a duration as people say it.

    Args:
        seconds: Length in seconds.

    Returns:
        For example "0.42 s", "12.3 s", "3 min 12 s" or "5 h 2 min".
    """
    if seconds < 10:  # noqa: PLR2004 two digits are worth reading below ten seconds
        return f"{seconds:.2f} s"
    if round(seconds, 1) < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _headline(event: Event) -> str:
    verb = _VERBS[event.outcome]
    mark = _MARKS[event.outcome]
    if event.step is None:
        return f"{mark} Pipeline {verb}: {event.pipeline}"
    attempt = f" (attempt {event.attempt})" if event.attempt > 1 else ""
    return f"{mark} Step {verb}{attempt}: {event.step} in {event.pipeline}"


def _why(cause: Cause, event: Event) -> str:
    where = f"{cause.step}: " if cause.step and event.step is None else ""
    return f"{where}{cause.error}: {cut(cause.message, _CAUSE_LIMIT)}"


def _fields(event: Event) -> list[tuple[str, str | None]]:
    duration = None if event.duration is None else duration_text(event.duration)
    where = [
        f"stack {event.stack}" if event.stack else "",
        f"user {event.user}" if event.user else "",
    ]
    told = ", ".join(part for part in where if part)
    return [
        ("Run", f"{event.run} ({told})" if told else event.run),
        ("Duration", duration),
        ("Model", event.model),
        ("Commit", event.commit),
        ("Link", event.url and redact(event.url)),
    ]
