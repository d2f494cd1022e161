"""ZenML's application, in a server that meets the fake Slack of the test that started it.

A client that registers a Slack alerter asks Slack whether it is valid, and so does the server.
"""

from typing import Any

from governance.hooks.testing import FakeSlack


def application() -> Any:
    """Load the application.

    Returns:
        What uvicorn serves.
    """
    FakeSlack.attach()
    from zenml.zen_server.zen_server_api import app  # noqa: PLC0415 reads its environment at once

    return app
