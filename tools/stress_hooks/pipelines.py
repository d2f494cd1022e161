"""The pipelines under stress; their steps are imported in processes of their own."""

import time
from pathlib import Path

from zenml import pipeline, step
from zenml.hooks import alerter_failure_hook
from zenml.pipelines.pipeline_definition import Pipeline

from governance.hooks import pipeline_failure_hook, pipeline_success_hook

_WORK_SECONDS = 0.5


@step
def root() -> int:
    """Come before all leaves.

    Returns:
        A number.
    """
    return 1


@step
def leaf(number: int, fail: bool = False) -> int:  # noqa: FBT001, FBT002 a step's parameters
    """End at about the same time as the other leaves.

    Args:
        number: What the root gave.
        fail: Whether this leaf fails.

    Returns:
        The number.

    Raises:
        ValueError: If it is to fail.
    """
    if fail:
        raise ValueError("this leaf was told to fail")
    return number


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def fan(leaves: int = 8, fail: bool = False) -> None:  # noqa: FBT001, FBT002
    """Run a root, and leaves that all end at once.

    Args:
        leaves: How many.
        fail: Whether the last but one leaf fails.
    """
    number = root()
    for place in range(leaves):
        leaf(number, fail=fail and place == leaves - 2)


@step
def victim(marks: str, fail: bool = False) -> None:  # noqa: FBT001, FBT002
    """Leave a mark when the work begins and when it ends.

    Args:
        marks: Beginning of the files' names: `.began` and `.ended` follow.
        fail: Whether the step fails then.

    Raises:
        ValueError: If it is to fail.
    """
    Path(f"{marks}.began").touch()
    time.sleep(_WORK_SECONDS)
    Path(f"{marks}.ended").touch()
    if fail:
        raise ValueError("this step was told to fail")


@pipeline(on_success=pipeline_success_hook, on_failure=pipeline_failure_hook, enable_cache=False)
def killed(marks: str, fail: bool = False) -> None:  # noqa: FBT001, FBT002
    """Run one step, the one that is killed.

    Args:
        marks: As of the step.
        fail: As of the step.
    """
    victim(marks, fail=fail)


@step
def fails(clock: str) -> None:
    """Fail, and note when.

    Args:
        clock: File that gets the time.

    Raises:
        ValueError: Always.
    """
    Path(clock).write_text(str(time.monotonic()), "utf-8")
    raise ValueError("this step always fails")


def _failing(clock: str) -> None:
    fails(clock)


def nothing(exception: BaseException) -> None:
    """Be a hook that does nothing: what it takes is ZenML's own bookkeeping.

    Args:
        exception: What the step raised.
    """
    del exception


failing: dict[str, Pipeline] = {
    "nothing": pipeline(name="failing_with_nothing", enable_cache=False, on_failure=nothing)(
        _failing
    ),
    "zenml": pipeline(
        name="failing_with_zenml_s", enable_cache=False, on_failure=alerter_failure_hook
    )(_failing),
    "ours": pipeline(
        name="failing_with_ours", enable_cache=False, on_failure=pipeline_failure_hook
    )(_failing),
}
