"""Many processes that write audit records while others seal and verify: none lost, all proven."""

import argparse
import json

from tools.stress_hooks.arena import progress
from tools.stress_hooks.vault import STORES, Vault, problems_in


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen.

    Args:
        parser: The proof's own parser.
    """
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--records", type=int, default=200, help="of each process")
    parser.add_argument("--stores", nargs="+", choices=STORES, default=STORES)


def prove(arguments: argparse.Namespace) -> list[str]:
    """Write, seal and verify at the same time, then seal and verify what is left.

    Args:
        arguments: What was chosen.

    Returns:
        What is wrong.
    """
    return problems_in(arguments.stores, lambda place, store: _prove(place, store, arguments))


def _prove(place: Vault, store: str, arguments: argparse.Namespace) -> list[str]:
    confirmed = [place.folder / f"confirmed-{number}" for number in range(arguments.processes)]
    writers = [place.write(arguments.records, file) for file in confirmed]
    progress(f"{store}: {len(writers)} writers")
    meanwhile = []
    while any(process.poll() is None for process, _ in writers):
        for action in ("seal", "verify"):
            code, _, said = place.call(action)
            meanwhile.append((action, code, said))
    times = []
    for process, answer in writers:
        place.wait(process)
        times.append(answer())
    problems = [
        f"{action} while records were written: exit code {code}: {said}"
        for action, code, said in meanwhile
        if code
    ]
    seconds = max(end for _, end in times) - min(begin for begin, _ in times)
    expected = arguments.processes * arguments.records
    sealed, sealing, said = place.call("seal")
    problems += [f"seal: exit code {sealed}: {said}"] if sealed else []
    code, verifying, said = place.call("verify")
    found = json.loads(said)
    if (code, found["verified"], found["uncovered"]) != (0, expected, 0):
        problems.append(f"verify: {expected} records were written: {said}")
    print(
        f"{store}: {arguments.processes} processes x {arguments.records} records: "
        f"{found['verified']} stored and verified in {found['digests']} digests; "
        f"{expected / seconds:.0f} records/s while {len(meanwhile)} seals and verifications went "
        f"on beside; last seal {sealing:.2f} s, verify {verifying:.2f} s"
    )
    return problems
