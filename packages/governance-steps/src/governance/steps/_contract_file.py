"""A file with a data contract, in the short form or in that of a standard."""

from os import PathLike

from governance.steps._contract_text import read_yaml
from governance.steps._failure import GateConfigurationError
from governance.steps._odcs import is_odcs, translated
from governance.steps._wording import column_label


def read_contract_file(
    path: str | PathLike[str], name: str | None
) -> tuple[object, tuple[str, ...]]:
    """Read a contract's file.

    Args:
        path: Where the file is.
        name: The schema object that is meant, where a file describes several; None for the
            only one.

    Returns:
        The contract in the short form, not looked at yet; and a line for each rule that the
        short form cannot hold.

    Raises:
        GateConfigurationError: If it cannot be read, or has no such object.
    """
    value = read_yaml(path)
    if is_odcs(value):
        return translated(value, str(path), name)  # type: ignore[arg-type]
    if name is not None:
        raise GateConfigurationError(
            f"{path} describes one table, and no object {column_label(name)!r} to choose."
        )
    return value, ()


def told_unheld(path: str | PathLike[str], lines: tuple[str, ...]) -> str:
    """Return what is said of rules that are not checked.

    Args:
        path: The contract's file.
        lines: A line for each rule.
    """
    count = f"{len(lines)} rule{'s' if len(lines) > 1 else ''}"
    return "\n".join([f"{path}: {count} not checked:", *(f"  {line}" for line in lines)])
