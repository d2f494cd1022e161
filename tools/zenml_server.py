"""A real ZenML server for tests and tools: REST on loopback, in a temporary folder, gone after."""

import contextlib
import http
import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.component import ROOT

_USER = "default"
_START_SECONDS = 120
_STOP_SECONDS = 20

# A configuration folder holds address and credentials, so that programs need nothing else.
_CONNECT = """
import os
from zenml.config.global_config import GlobalConfiguration
from zenml.zen_stores.rest_zen_store import RestZenStoreConfiguration

GlobalConfiguration().set_store(
    RestZenStoreConfiguration(
        url=os.environ["URL"], username=os.environ["USERNAME"], password=os.environ["PASSWORD"]
    )
)
"""


@dataclass(frozen=True)
class ZenMLServer:
    """A server that is up.

    Attributes:
        url: Where it listens.
        user: The administrator's name.
        password: The administrator's password.
        folder: Everything that server and clients write is below it.
    """

    url: str
    user: str
    password: str
    folder: Path

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.folder / "server.log"

    def environment(self) -> dict[str, str]:
        """Describe to a program how to be the client that is connected to the server.

        Returns:
            The environment of such a program: this process's own, with ZenML's settings replaced.
        """
        return clean_environment() | {"ZENML_CONFIG_PATH": str(self.folder / "client")}


@contextlib.contextmanager
def zenml_server(environment: Mapping[str, str] | None = None) -> Iterator[ZenMLServer]:
    """Start a server, wait until it answers, and connect a client's configuration folder to it.

    Args:
        environment: More environment variables for the server, such as
            `ZENML_SERVER_EVENT_HANDLER_SOURCES`.

    Yields:
        The server; it is stopped and its folder removed when the context ends.

    Raises:
        RuntimeError: If it does not come up; the error has the end of its log.
    """
    folder = Path(tempfile.mkdtemp(prefix="governance-server-"))
    url = f"http://127.0.0.1:{_free_port()}"
    server = ZenMLServer(url, _USER, secrets.token_urlsafe(), folder)
    process = _start(server, environment or {})
    try:
        _wait_until_healthy(server, process)
        connect = server.environment() | {
            "URL": url,
            "USERNAME": server.user,
            "PASSWORD": server.password,
        }
        subprocess.run(
            [sys.executable, "-c", _CONNECT],
            env=connect,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        yield server
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def clean_environment() -> dict[str, str]:
    """Give this process's environment without what ZenML would read from it.

    Returns:
        Variables for a program with a ZenML of its own, which reports nothing to anybody.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZENML_")}
    return kept | {
        "ZENML_ANALYTICS_OPT_IN": "false",
        "ZENML_ENABLE_REPO_INIT_WARNINGS": "false",
        "ZENML_LOGGING_COLORS_DISABLED": "true",
    }


def _start(server: ZenMLServer, more: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    home = server.folder / "server"
    home.mkdir()
    environment = clean_environment() | {
        "ZENML_CONFIG_PATH": str(home),
        "ZENML_DEFAULT_USER_NAME": server.user,
        "ZENML_DEFAULT_USER_PASSWORD": server.password,
        "ZENML_LOGGING_VERBOSITY": "INFO",
        "ZENML_SERVER": "true",
        "ZENML_SERVER_AUTH_SCHEME": "OAUTH2_PASSWORD_BEARER",
        "ZENML_SERVER_AUTO_ACTIVATE": "true",
        "ZENML_SERVER_DEPLOYMENT_TYPE": "other",
        "ZENML_SERVER_JWT_SECRET_KEY": secrets.token_hex(32),
        "ZENML_STORE_TYPE": "sql",
        "ZENML_STORE_URL": f"sqlite:///{home / 'zenml.db'}",
        **more,
    }
    host, _, port = _address(server.url).partition(":")
    command = [sys.executable, "-m", "uvicorn", "tools.zenml_server_app:application", "--factory"]
    command += [f"--app-dir={ROOT}", f"--host={host}", f"--port={port}", "--log-level=warning"]
    with server.log.open("wb") as log:
        return subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=log)


def _wait_until_healthy(server: ZenMLServer, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if _is_healthy(server):
            return
        time.sleep(0.2)
    said = server.log.read_text("utf-8", errors="replace")[-3_000:]
    raise RuntimeError(f"The ZenML server did not come up at {server.url}:\n{said}")


def _is_healthy(server: ZenMLServer) -> bool:
    connection = http.client.HTTPConnection(_address(server.url), timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _address(url: str) -> str:
    return url.removeprefix("http://")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
