"""Patterns of an ODCS contract, which are those of ECMA-262, as patterns of a data contract."""

from typing import Any

from governance.steps._odcs_limit import UnheldError
from governance.steps._pattern import pattern_problem


def found_anywhere(pattern: Any) -> str:
    """Return a pattern that matches a whole text exactly if the given one is found in it.

    Args:
        pattern: A pattern as ECMA-262 has it, where only `^` and `$` tie it to the ends.

    Raises:
        UnheldError: If it is none that RE2 knows: one with a look-ahead, for example.
    """
    if not isinstance(pattern, str):
        raise UnheldError("its pattern is no text")
    tied = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    # An alternative would end the tie: `^a|b$` is found in "ax".
    whole = pattern if tied and "|" not in pattern else f"(?s:.*)(?:{pattern})(?s:.*)"
    problem = pattern_problem(whole)
    if problem is not None:
        raise UnheldError(f"its pattern is not in the syntax of RE2 ({problem})")
    return whole
