"""A channel that is down for a while: everything arrives later, and no step waits for it."""

import argparse
import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from governance.hooks.testing import FakeSlack
from tools.stress_hooks.arena import Arena, arena, progress
from tools.stress_hooks.runs import texts

_RECORDED = ("refuse", "raise", "hang")
_ANSWERED = {"429": 429, "500": 500}
_HOOKS = ("nothing", "zenml", "ours")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen.

    Args:
        parser: The proof's own parser.
    """
    behaviours = [*_RECORDED, *_ANSWERED]
    parser.add_argument("--behaviours", nargs="+", choices=behaviours, default=behaviours)
    parser.add_argument("--runs", type=int, default=3, help="per behaviour and hook")
    parser.add_argument("--failures", type=int, default=2, help="calls that meet the outage")
    parser.add_argument("--hang", type=float, default=60, help="seconds that a call hangs")


def prove(arguments: argparse.Namespace) -> list[str]:
    """Let runs fail in each kind of outage, with a hook that does nothing, ZenML's own and ours.

    Args:
        arguments: What was chosen.

    Returns:
        What is wrong.
    """
    rows = []
    with FakeSlack() as slack, arena() as place:
        for behaviour in arguments.behaviours:
            measured = {hook: _measure(place, slack, behaviour, hook, arguments) for hook in _HOOKS}
            rows.append((behaviour, measured))
            progress(f"{behaviour}: {measured}")
    print(
        "| behaviour | step held up, ours (ms) | zenml's "
        "| added to the pipeline's call, ours (ms) | zenml's | added to its process, ours (ms) "
        "| zenml's | delivered, ours | zenml's | duplicates, ours | zenml's |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    problems = []
    for behaviour, measured in rows:
        nothing, zenml, ours = (measured[hook] for hook in _HOOKS)
        cells = [
            *(f"{hook.held * 1000:.0f}" for hook in (ours, zenml)),
            *(f"{(hook.step - nothing.step) * 1000:.0f}" for hook in (ours, zenml)),
            *(f"{(hook.process - nothing.process) * 1000:.0f}" for hook in (ours, zenml)),
            *(f"{hook.delivered}/{arguments.runs}" for hook in (ours, zenml)),
            *(str(hook.duplicates) for hook in (ours, zenml)),
        ]
        print(f"| {behaviour} | {' | '.join(cells)} |")
        if ours.delivered != arguments.runs or ours.duplicates:
            problems.append(
                f"{behaviour}: {ours.delivered} of {arguments.runs} runs told, "
                f"{ours.duplicates} duplicates"
            )
    return problems


@dataclass(frozen=True)
class _Measured:
    """What runs with one hook met.

    Attributes:
        held: Seconds for which the hook held its step up, as ZenML records it, the median of
            the runs that met the outage.
        step: The same from the step's exception to the end of the pipeline's call.
        process: The same to the end of the process, which is what a next step in another
            container waits for.
        delivered: How many runs were told.
        duplicates: How many messages too many.
    """

    held: float
    step: float
    process: float
    delivered: int
    duplicates: int


def _measure(
    place: Arena, slack: FakeSlack, behaviour: str, hook: str, arguments: argparse.Namespace
) -> _Measured:
    name = f"{behaviour}-{hook}"
    file = place.folder / f"{name}.jsonl"
    before = len(slack.messages)
    if behaviour in _ANSWERED:
        channel = {"slack_token": slack.token, "slack_channel_id": slack.channel}
        place.register(name, ("slack", channel))
        if hook != "nothing":
            slack.trouble(arguments.failures, status=_ANSWERED[behaviour])
    else:
        trouble = {"failures": arguments.failures, "hang_seconds": arguments.hang}
        place.register(name, ("recording", {"path": str(file), "behaviour": behaviour, **trouble}))

    def said() -> list[str]:
        return texts(file) + _slack_texts(slack, before)

    names = [f"outage-{name}-{number}" for number in range(arguments.runs)]
    times = [_run(place, name, hook, run) for run in names]
    if hook == "ours":
        place.reconcile_until(lambda: _told(names, said()) == len(names))
    met = times[: arguments.failures]
    return _Measured(
        held=statistics.median(held for held, _, _ in met),
        step=statistics.median(step for _, step, _ in met),
        process=statistics.median(process for _, _, process in met),
        delivered=_told(names, said()),
        duplicates=len(said()) - _told(names, said()),
    )


def _run(place: Arena, stack: str, hook: str, name: str) -> tuple[float, float, float]:
    clock = Path(place.folder / f"{name}.clock")
    process, answer = place.submit(stack, hook, {name: {"clock": str(clock)}})
    ended = place.wait(process)
    raised = float(clock.read_text("utf-8"))
    told = answer()
    return told["held"], told["over"] - raised, ended - raised


def _told(names: list[str], said: list[str]) -> int:
    return sum(any(name in message for message in said) for name in names)


def _slack_texts(slack: FakeSlack, start: int) -> list[str]:
    return [json.dumps(message, ensure_ascii=False) for message in slack.messages[start:]]
