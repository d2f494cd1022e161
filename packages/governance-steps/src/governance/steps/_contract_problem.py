"""What is wrong with a contract: every key, what it holds, and what it should."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from governance.steps._wording import shown

_OPENING = "Input should be "
_NOTHING = object()


def told_problems(
    source: str, error: ValidationError, value: object, known: Collection[str]
) -> str:
    """Write all problems of a contract into one message.

    Args:
        source: The file, or the parameter, that the contract came from.
        error: What pydantic found.
        value: What it was given.
        known: All keys there are, to tell which one was probably meant.

    Returns:
        A line for each key that is wrong.
    """
    problems: dict[str, tuple[object, list[str]]] = {}
    for problem in error.errors():
        key, found = _place(value, problem["loc"], problem["type"])
        _, expected = problems.setdefault(key, (found, []))
        wanted = _expected(dict(problem), known)
        if wanted not in expected:
            expected.append(wanted)
    count = len(problems)
    lines = [f"{source} is no data contract: {count} key{'s are' if count > 1 else ' is'} wrong."]
    lines += [
        f"  {key or 'the whole'}: "
        f"found {'nothing' if found is _NOTHING else shown(found)}, "
        f"expected {' or '.join(expected)}"
        for key, (found, expected) in problems.items()
    ]
    return "\n".join([*lines, "The README of governance-steps lists all keys."])


def _place(value: object, loc: Sequence[int | str], kind: str) -> tuple[str, object]:
    """Return the key that a problem is about, and what it holds.

    In a choice of types, pydantic adds the name of each type to the place.
    """
    key = ""
    here: Any = value
    for part in loc:
        listed = isinstance(part, int) and isinstance(here, list | tuple)
        if listed or (isinstance(here, Mapping) and part in here):
            here = here[part]
        elif kind == "missing":
            return f"{key}.{part}".lstrip("."), _NOTHING
        else:
            break
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return key.lstrip("."), here


def _expected(problem: dict[str, Any], known: Collection[str]) -> str:
    if problem["type"] == "extra_forbidden":
        meant = get_close_matches(str(problem["loc"][-1]), known, n=1)
        return f"no such key; did you mean {meant[0]!r}?" if meant else "no such key"
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    kind = str(problem["type"])
    words = _WORDS.get(kind) or _WORDS.get(kind.partition("_")[0])
    return words or str(problem["msg"]).removeprefix(_OPENING)


# By pydantic's name of a problem, or the first word of it.
_WORDS = {
    "missing": "a value",
    "model": "keys and values",
    "too": "at least one value",
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "datetime": "a time",
    "date": "a time",
    "string": "text",
}
