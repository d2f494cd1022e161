"""A fork server whose processes start with everything imported that a ZenML program needs."""

from pathlib import Path

from tools.fork_server import ForkServer
from tools.zenml_server import clean_environment


def warm_server(log: Path | None = None) -> ForkServer:
    """Start a fork server; it imports while the caller goes on.

    Args:
        log: File for what its processes print.

    Returns:
        The server.
    """
    # Threads of a numerical library would not survive the fork.
    environment = clean_environment() | {"OPENBLAS_NUM_THREADS": "1"}
    return ForkServer("tools.process_preload", environment, log)
