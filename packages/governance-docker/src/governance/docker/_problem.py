"""How wrong Docker settings are told: everything at once, as text and as data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LONGEST = 80  # characters of a wrong value in a message
_CREDENTIALS = re.compile(r"//\S*@|\?\S*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the settings asked for.

    Attributes:
        option: Argument or environment variable, with the place in it:
            `extra_apt_packages[1]`, `extra_environment['A B']`.
        found: What it holds, without credentials; never the value of an environment
            variable.
        required: What it has to be, and how to get there.
    """

    option: str
    found: str
    required: str


class DockerConfigurationError(ValueError):
    """The Docker settings asked for cannot be built.

    Attributes:
        problems: Everything that is wrong, in the order of the message.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = [f"Docker settings: {count} problem{'s' if count != 1 else ''}."]
        lines += [f"  {p.option}: found {p.found}; required: {p.required}." for p in self.problems]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type["DockerConfigurationError"], tuple[tuple[Problem, ...]]]:
        # Exceptions are rebuilt from `args`, which holds the message and not the problems.
        return type(self), (self.problems,)


class DockerConfigurationWarning(UserWarning):
    """The Docker settings asked for can be built, but not with all that the platform promises."""


def shown(value: object) -> str:
    """Return a wrong value as a message may show it: short, and without credentials."""
    if not isinstance(value, str):
        return "None" if value is None else f"a value of type {type(value).__name__}"
    text = repr(_CREDENTIALS.sub(lambda found: "//***@" if "@" in found[0] else "?***", value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
