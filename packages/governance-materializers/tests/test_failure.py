"""The errors: whole in a message, as data, and across processes."""

import copy

from governance.materializers import DataFrameLoadError, DataFrameMaterializationError, Problem


def test_many_problems_are_cut_in_the_message_only() -> None:
    """The message shows 25 problems and says how many more `problems` has."""
    problems = [Problem("column", str(n), "objects", "cast") for n in range(30)]
    error = DataFrameMaterializationError(problems)
    lines = str(error).splitlines()
    assert len(lines) == 27
    assert lines[0].endswith("30 problems.")
    assert lines[-1].strip() == "... and 5 more, all in the error's `problems`."
    assert error.problems == tuple(problems)


def test_one_problem_is_one_short_line() -> None:
    """A label with a line break, or of 100 kB, leaves the message readable; `name` has it whole."""
    broken = Problem.of_column("a\nb", "objects", "cast {it}")
    assert str(broken) == "column 'a\\nb': objects. Remedy: cast frame['a\\nb']."
    long = Problem.of_column("x" * 100_000, "objects", "cast {it}")
    assert str(long) == f"column {'x' * 80}...: objects. Remedy: cast the column."
    assert long.name == "x" * 100_000


def test_errors_survive_a_copy() -> None:
    """Copied, or sent to another process, the errors keep message and details."""
    problem = Problem("column", "x", "dtype complex128", "split it")
    refused = DataFrameMaterializationError([problem])
    again = copy.copy(refused)
    assert (str(again), again.problems) == (str(refused), (problem,))
    broken = DataFrameLoadError("s3://bucket/artifact", "it is gone.")
    copied = copy.copy(broken)
    assert (str(copied), copied.uri, copied.reason) == (str(broken), broken.uri, broken.reason)
    assert str(broken) == (
        "The DataFrame stored at s3://bucket/artifact cannot be loaded: it is gone."
    )
