"""Files that a command writes: whole, or not at all."""

from pathlib import Path

from governance.steps._source import SourceError


def write_file(path: Path, text: str) -> None:
    """Write a file; what was there before stays if that does not work out.

    Args:
        path: Where it goes.
        text: What it holds.

    Raises:
        SourceError: If it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        try:
            partial.write_text(text, "utf-8")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}.") from error
