"""What the materializer raises: errors that say what was found, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

_LONGEST_NAME = 80  # characters
_MOST_LINES = 25  # A message is read in a terminal; `.problems` has the rest.


class Unfaithful(Exception):  # noqa: N818 (a signal between modules, never seen by a user)
    """Values that Parquet would give back changed; the caller knows where they are.

    Attributes:
        found: What was found, by type. Never a value of the data.
        remedy: What to do about it, with `{it}` where the values are to be named.
    """

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.found = found
        self.remedy = remedy


def shown(label: object) -> str:
    """Return a column label as text: itself, or its `repr` where it is no string.

    Args:
        label: The column label.
    """
    return label if isinstance(label, str) else repr(label)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a DataFrame cannot be stored.

    Attributes:
        part: `column`, `index`, `column labels`, `attrs` or `frame`.
        name: The label of the column as text; None where `part` says it all.
        found: What was found, by type. Never a value of the data.
        remedy: What to do about it.
    """

    part: str
    name: str | None
    found: str
    remedy: str

    @classmethod
    def of_column(cls, label: object, found: str, remedy: str) -> "Problem":
        """Return a problem of one column.

        Args:
            label: The column's label.
            found: What was found, by type.
            remedy: What to do about it, with `{it}` for the column.
        """
        code = f"frame[{label!r}]"
        it = code if len(code) <= _LONGEST_NAME else "the column"
        return cls("column", shown(label), found, remedy.replace("{it}", it))

    @classmethod
    def of_part(cls, part: str, it: str, found: str, remedy: str) -> "Problem":
        """Return a problem of anything but a column.

        Args:
            part: What the problem is with.
            it: The same, as code.
            found: What was found, by type.
            remedy: What to do about it, with `{it}` for `it`.
        """
        return cls(part, None, found, remedy.replace("{it}", it))

    def __str__(self) -> str:
        subject = self.part
        if self.name is not None:
            # One problem is one line, whatever the label is.
            name = self.name if self.name.isprintable() else repr(self.name)
            subject += " " + (name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "...")
        return f"{subject}: {self.found}. Remedy: {self.remedy}."


class DataFrameMaterializationError(ValueError):
    """The DataFrame cannot be stored without changing it; nothing was written.

    Attributes:
        problems: Every reason, in the order of the message.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        plural = "" if count == 1 else "s"
        lines = [f"The DataFrame cannot be stored without changing it: {count} problem{plural}."]
        lines += [f"  {problem}" for problem in self.problems[:_MOST_LINES]]
        if count > _MOST_LINES:
            lines.append(f"  ... and {count - _MOST_LINES} more, all in the error's `problems`.")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type["DataFrameMaterializationError"], tuple[object, ...]]:
        # Exceptions are rebuilt from `args`, which holds the message and not the problems.
        return type(self), (self.problems,)


class DataFrameLoadError(ValueError):
    """A stored DataFrame is missing, damaged, or beyond what is installed here.

    Attributes:
        uri: The artifact's folder in the artifact store.
        reason: What is wrong with it, and what to do.
    """

    def __init__(self, uri: str, reason: str) -> None:
        self.uri = uri
        self.reason = reason
        super().__init__(f"The DataFrame stored at {uri} cannot be loaded: {reason}")

    def __reduce__(self) -> tuple[type["DataFrameLoadError"], tuple[str, str]]:
        return type(self), (self.uri, self.reason)
