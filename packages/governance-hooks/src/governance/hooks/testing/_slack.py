"""A Slack Web API on loopback, for tests that go through ZenML's own Slack alerter."""

import inspect
import json
import os
import threading
import time
import urllib.parse
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from governance.hooks.testing._slack_rules import rejection

_ADDRESS = "GOVERNANCE_FAKE_SLACK_URL"


@dataclass(frozen=True)
class _Trouble:
    status: int
    error: str
    retry_after: int
    hang: float


class FakeSlack:
    """A Slack that exists while the context does.

    Inside of the context every client of `slack_sdk` in this process talks to it, ZenML's
    unmodified alerter included. Child processes find it through their environment and call
    `FakeSlack.attach()`. Leave no HTTP proxy in the environment: `slack_sdk` sends calls to
    loopback through it, too.

    Attributes:
        url: Where it listens.
        token: The one token that it accepts.
        channel: The one channel that it knows.
        calls: The names of all methods that were called, in trouble or not.
        messages: The messages that it accepted, oldest first: `channel`, `text`, `blocks`, `ts`.
    """

    def __init__(self, token: str = "xoxb-fake", channel: str = "C0FAKE") -> None:  # noqa: S107
        self.token = token
        self.channel = channel
        self.calls: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self._troubles: list[_Trouble] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._stack = ExitStack()
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/"

    def __enter__(self) -> "FakeSlack":  # noqa: PYI034 typing.Self needs Python 3.11
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(self._server.server_close)
        self._stack.callback(self._server.shutdown)
        self._stack.callback(self._closed.set)
        self._stack.callback(_set_address, os.environ.get(_ADDRESS))
        self._stack.callback(_set_defaults, _set_defaults(_defaults_for(self.url)))
        os.environ[_ADDRESS] = self.url
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @staticmethod
    def attach() -> bool:
        """Point this process at the fake Slack of the process that started it, for good.

        A program that a test starts calls this before it uses Slack.

        Returns:
            Whether there is one.
        """
        if url := os.environ.get(_ADDRESS):
            _set_defaults(_defaults_for(url))
        return bool(url)

    def trouble(
        self,
        times: int,
        *,
        status: int = 200,
        error: str = "internal_error",
        retry_after: int = 1,
        hang: float = 0,
    ) -> None:
        """Answer the next calls otherwise than a Slack in good health does.

        Args:
            times: How many calls, of any method, are answered so.
            status: The HTTP status: 429 is a limited rate, 500 an outage; 200 is an answer
                with `ok: false`, as for most of Slack's errors.
            error: The error's name in the answer; "ratelimited" for a limited rate.
            retry_after: Seconds that a limited rate asks to wait.
            hang: Instead of an answer the connection is closed after that many seconds.
        """
        error = "ratelimited" if status == 429 else error  # noqa: PLR2004 an HTTP status
        with self._lock:
            self._troubles += [_Trouble(status, error, retry_after, hang)] * times

    def _answer(self, method: str, token: str, arguments: dict[str, Any]) -> "_Answer | None":
        with self._lock:
            self.calls.append(method)
            trouble = self._troubles.pop(0) if self._troubles else None
        if trouble and trouble.hang:
            self._closed.wait(trouble.hang)
            return None
        if trouble:
            headers = {"Retry-After": str(trouble.retry_after)} if trouble.status == 429 else {}  # noqa: PLR2004
            return _Answer({"ok": False, "error": trouble.error}, trouble.status, headers)
        if token != self.token:
            return _Answer({"ok": False, "error": "invalid_auth"})
        if method != "auth.test" and arguments.get("channel") != self.channel:
            return _Answer({"ok": False, "error": "channel_not_found"})
        return _Answer(self._call(method, arguments))

    def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "auth.test":
                return {"ok": True, "team_id": "T0FAKE", "user_id": "U0FAKE"}
            case "conversations.info":
                return {"ok": True, "channel": {"id": self.channel}}
            case "conversations.history":
                since = float(arguments.get("oldest", 0))
                later = [message for message in self.messages if float(message["ts"]) > since]
                return {"ok": True, "messages": later[::-1]}
            case "chat.postMessage":
                return self._post(arguments)
        return {"ok": False, "error": "unknown_method"}

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
        if isinstance(blocks, str):  # sent as a form
            blocks = json.loads(blocks)
        if rejected := rejection(text, blocks):
            return {"ok": False, **rejected}
        with self._lock:
            ts = f"{time.time():.0f}.{len(self.messages):06d}"
            self.messages.append(
                {"channel": self.channel, "text": text, "blocks": blocks, "ts": ts}
            )
        return {"ok": True, "channel": self.channel, "ts": ts, "message": {"text": text}}


@dataclass(frozen=True)
class _Answer:
    body: dict[str, Any]
    status: int = 200
    headers: dict[str, str] | None = None


def _handler(slack: FakeSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            url = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            arguments: dict[str, Any] = dict(urllib.parse.parse_qsl(url.query))
            if "json" in self.headers.get("Content-Type", ""):
                arguments |= json.loads(body or "{}")
            else:
                arguments |= dict(urllib.parse.parse_qsl(body))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            answer = slack._answer(  # noqa: SLF001 its other half
                url.path.rpartition("/")[2], token or str(arguments.get("token")), arguments
            )
            if answer is None:
                self.close_connection = True
                return
            content = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            for name, value in (answer.headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 the server looks for this name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
            """Keep the requests out of the tests' output."""

    return Handler


def _defaults_for(url: str) -> tuple[Any, ...]:
    # The alerter makes its client with a token and nothing else, and the address is the default
    # of an argument: the class attribute BASE_URL changes nothing.
    address = inspect.signature(_client()).parameters["base_url"].default
    defaults: tuple[Any, ...] = _client().__init__.__defaults__ or ()
    return tuple(url if default == address else default for default in defaults)


def _set_defaults(defaults: tuple[Any, ...]) -> tuple[Any, ...]:
    before: tuple[Any, ...] = _client().__init__.__defaults__ or ()
    _client().__init__.__defaults__ = defaults
    return before


def _client() -> Any:
    # Heavy, and not needed by those who only record messages.
    from slack_sdk.web.base_client import BaseClient  # noqa: PLC0415

    return BaseClient


def _set_address(url: str | None) -> None:
    if url is None:
        os.environ.pop(_ADDRESS, None)
    else:
        os.environ[_ADDRESS] = url
