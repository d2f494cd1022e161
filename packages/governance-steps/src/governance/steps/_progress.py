"""A bar on a terminal while long work is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from governance.steps._source import Told


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told]:
    """Show how far reading got, on the standard error if that is a terminal.

    Args:
        quiet: Whether to show nothing there either.

    Yields:
        What is to be told how many rows are read, and of how many.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        # Of a bar that is only disabled, older versions of rich print an empty line.
        yield lambda _read, _rows: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as shown:
        task = shown.add_task("reading", total=None)

        def told(read: int, rows: int) -> None:
            shown.update(task, completed=read, total=rows)
            if read == rows:  # what comes next has no measure of how far it got
                shown.update(task, description="checking", total=None)

        yield told
