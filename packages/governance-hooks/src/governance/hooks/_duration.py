"""How durations are written."""

_LONGEST = 1e10  # three centuries: whatever was measured, it was no run


def duration_text(seconds: float) -> str:
    """Write a duration as people say it.

    Args:
        seconds: Length in seconds.

    Returns:
        For example "0.42 s", "12.3 s", "3 min 12 s", "5 h" or "3 d 4 h".
    """
    if not seconds < _LONGEST:  # nor is NaN
        return "an unknown time"
    if seconds < 10:  # noqa: PLR2004 two digits are worth reading below ten seconds
        return f"{max(0.0, seconds):.2f} s"
    if round(seconds, 1) < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours == 0:
        return _two(minutes, "min", rest, "s")
    if hours < 48:  # noqa: PLR2004 "25 h" is compared with a day's schedule more easily than "1 d 1 h"
        return _two(hours, "h", minutes, "min")
    return _two(hours // 24, "d", hours % 24, "h")


def _two(count: int, unit: str, rest: int, smaller: str) -> str:
    return f"{count} {unit} {rest} {smaller}" if rest else f"{count} {unit}"
