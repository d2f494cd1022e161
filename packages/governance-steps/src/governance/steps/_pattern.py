"""Patterns of text: which may be asked for, and what they have to match."""


def whole(pattern: str) -> str:
    """Return a pattern that a whole value has to match, and not a part of it."""
    return rf"\A(?:{pattern})\z"


def pattern_problem(pattern: str) -> str | None:
    """Tell why a pattern cannot be used.

    Args:
        pattern: A pattern in the syntax of RE2, which has no way to backtrack and so takes a
            time that grows with the length of the text alone.

    Returns:
        The reason; None if it can be used.
    """
    # Only a contract with a pattern pays for it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    try:
        pc.match_substring_regex(pa.array([""]), whole(pattern))
    except pa.ArrowInvalid as error:
        return str(error).partition(": ")[2] or str(error)
    return None
