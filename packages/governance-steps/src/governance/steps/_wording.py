"""How values and column labels are written in messages: short, printable, no data."""

from collections.abc import Hashable

from governance.steps._number import is_number, number_text

_LONGEST_STRING = 20
_LONGEST_LABEL = 100


def shown(value: object) -> str:
    """Return what a message says about a value it did not expect.

    Args:
        value: Anything. Numbers and short strings are written out; of everything else the
            type alone, for it could hold rows of data.
    """
    if value is None:
        return "None"
    if isinstance(value, bool):
        return f"{value} (bool)"
    if isinstance(value, str):
        if len(value) > _LONGEST_STRING:
            return f"a string of {len(value)} characters"
        return f"{str(value)!r} (str)"
    if is_number(value):
        return number_text(value)
    return type_name(value)


def type_name(value: object) -> str:
    """Return the full name of a value's type, without the module for built-in types."""
    kind = type(value)
    prefix = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return prefix + kind.__qualname__


def column_label(label: Hashable) -> str:
    """Return a column's label as one printable line.

    Args:
        label: A column label. A string stays as it is, of any other label it is the `repr`;
            unprintable characters are escaped, and what is longer is cut.
    """
    text = str(label) if isinstance(label, str) and label else repr(label)
    text = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 3] + "..."
