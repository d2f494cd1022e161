"""Many runs of a wide DAG, half of them failing: each sends one message, and the right one."""

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path

from governance.hooks.testing import messages
from tools.stress_hooks.arena import arena, progress, verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen.

    Args:
        parser: The proof's own parser.
    """
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--leaves", type=int, default=8, help="how many steps end at once")
    parser.add_argument("--clients", type=int, default=2, help="how many runs at the same time")
    parser.add_argument("--start", choices=["fork", "spawn"], default="fork")


def prove(arguments: argparse.Namespace) -> list[str]:
    """Run the DAG, count the messages, reconcile twice, and count again.

    Args:
        arguments: What was chosen.

    Returns:
        What is wrong.
    """
    names = [f"stress-{number:04}" for number in range(arguments.runs)]
    expected = {name: "failed" if number % 2 else "completed" for number, name in enumerate(names)}
    began = time.monotonic()
    with arena() as place:
        file = place.folder / "messages.jsonl"
        place.register(
            "stress",
            ("recording", {"path": str(file)}),
            {"parallel": arguments.leaves, "start": arguments.start},
        )
        share = -(-len(names) // arguments.clients)
        clients = [
            place.submit(
                "stress",
                "fan",
                {
                    name: {"leaves": arguments.leaves, "fail": expected[name] == "failed"}
                    for name in names[at : at + share]
                },
            )
            for at in range(0, len(names), share)
        ]
        progress(f"{len(names)} runs in {len(clients)} clients")
        statuses: dict[str, str] = {}
        for process, answer in clients:
            place.wait(process)
            statuses |= answer()["statuses"]
        problems = [
            f"{name} was to be {expected[name]} and is {status}"
            for name, status in statuses.items()
            if status != expected[name]
        ]
        by_hooks = texts(file)
        problems += verdict(by_hooks, expected)
        for _ in range(2):
            place.reconcile()
        more = len(texts(file)) - len(by_hooks)
        problems += [f"{more} more messages by reconciling twice"] if more else []
        processes = {call["process"] for call in messages(file)}
    print(
        f"{len(names)} runs, {list(expected.values()).count('failed')} of them failing: "
        f"{len(by_hooks)} messages from {len(processes)} processes, {more} more by reconciling "
        f"twice; {time.monotonic() - began:.0f} s"
    )
    return problems


def texts(file: Path) -> list[str]:
    """Read what a recording alerter took.

    Args:
        file: Its file.

    Returns:
        Each message with its parameters, the headline first.
    """
    return list(_texts(messages(file, taken=True)))


def _texts(calls: Iterable[dict[str, str]]) -> Iterable[str]:
    for call in calls:
        yield call["message"] + "\n" + json.dumps(call.get("params"), ensure_ascii=False)
