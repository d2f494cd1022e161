"""Stress the hooks: `runs`, `kill` and `outage` on a real server, `audit` and `audit-kill`."""

import argparse
import sys

from tools.stress_hooks import audit, audit_kill, kill, outage, runs


def main() -> int:
    """Run one proof.

    Returns:
        0 if it holds, 1 otherwise.
    """
    parser = argparse.ArgumentParser(prog="stress_hooks", description=__doc__)
    proofs = parser.add_subparsers(required=True)
    for module in (runs, kill, outage, audit, audit_kill):
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        proof = proofs.add_parser(name, help=module.__doc__, description=module.__doc__)
        module.add_arguments(proof)
        proof.set_defaults(prove=module.prove)
    arguments = parser.parse_args()
    problems: list[str] = arguments.prove(arguments)
    for problem in problems:
        print(f"PROBLEM: {problem}")
    print("It does not hold." if problems else "It holds.")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
