"""Where the audit proofs take place: a trail in a folder or in S3, its keys, and its programs."""

import contextlib
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from moto.server import ThreadedMotoServer

from tools.fork_server import ForkServer, WarmProcess
from tools.process_warmth import warm_server
from tools.zenml_server import clean_environment

STORES = ("local", "s3")

_TICK = 0.02
_LOG = "programs.log"
_BUCKET = "audited"


class Vault:
    """A trail and the programs that work on it, with a ZenML of their own.

    Args:
        folder: What belongs to the proof is kept below it.
        warm: Starts the programs.
        uri: The trail.
    """

    def __init__(self, folder: Path, warm: ForkServer, uri: str) -> None:
        self.folder = folder
        self.uri = uri
        self._warm = warm
        key = Ed25519PrivateKey.generate()
        pem = serialization.Encoding.PEM
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        private = folder / "key.pem"
        private.touch(0o600)
        private.write_bytes(key.private_bytes(pem, pkcs8, plain))
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        (folder / "key.pub").write_bytes(key.public_key().public_bytes(pem, spki))

    def start(self, program: str, **todo: Any) -> "tuple[WarmProcess, Callable[[], Any]]":
        """Start a program.

        Args:
            program: One of `auditors`.
            todo: Its arguments.

        Returns:
            The program, and what gives its answer when it is over.
        """
        answer = self.folder / f"answer-{uuid4().hex}.json"
        environment = clean_environment() | {"ZENML_CONFIG_PATH": str(self.folder / "zenml")}
        process = self._warm.start(
            "tools.stress_hooks.auditors",
            [program, json.dumps(todo | {"answer": str(answer)})],
            environment,
        )
        return process, lambda: json.loads(answer.read_text("utf-8"))

    def run(self, program: str, **todo: Any) -> Any:
        """Run a program to its end, and give its answer."""
        process, answer = self.start(program, **todo)
        self.wait(process)
        return answer()

    def write(self, records: int, confirmed: Path) -> "tuple[WarmProcess, Callable[[], Any]]":
        """Start a writer."""
        return self.start("write", uri=self.uri, records=records, confirmed=str(confirmed))

    def audit(self, action: str, times: int = 1) -> "tuple[WarmProcess, Callable[[], Any]]":
        """Start the command line, to seal or to verify."""
        options = {
            "seal": ["--key", str(self.folder / "key.pem")],
            "verify": ["--public-key", str(self.folder / "key.pub"), "--json"],
        }
        anchors = ["--anchor", "zenml", "--anchor", f"file:{self.folder / 'heads'}"]
        arguments = [action, "--uri", self.uri, *options[action], *anchors]
        return self.start("audit", arguments=arguments, times=times)

    def call(self, action: str) -> tuple[int, float, str]:
        """Seal or verify once, and give exit code, seconds and output."""
        process, answer = self.audit(action)
        self.wait(process)
        code, seconds, said = answer()[0]
        return code, seconds, said

    def covered(self) -> set[str]:
        """List the records that digests cover."""
        digests: list[str] = self.run("covered", uri=self.uri)
        return set(digests)

    def wait(self, process: WarmProcess) -> None:
        """Wait for a program's end.

        Raises:
            RuntimeError: If it failed; the error has the end of all programs' output.
        """
        while (status := process.poll()) is None:
            time.sleep(_TICK)
        if status:
            said = (self.folder / _LOG).read_text("utf-8", errors="replace")[-4_000:]
            raise RuntimeError(f"A program ended with status {status}:\n{said}")


@contextlib.contextmanager
def vault(store: str) -> Iterator[Vault]:
    """Set up a vault, and remove all of it afterwards.

    Args:
        store: "local" or "s3".

    Yields:
        The vault.
    """
    with (
        tempfile.TemporaryDirectory(prefix="governance-vault-") as name,
        contextlib.ExitStack() as stack,
    ):
        folder = Path(name)
        configuration = stack.enter_context(_s3()) if store == "s3" else {}
        warm = warm_server(folder / _LOG)
        stack.callback(warm.close)
        root = configuration.get("path", str(folder / "store"))
        made = Vault(folder, warm, f"{root}/governance/audit")
        made.run("setup", store=configuration)
        yield made


@contextlib.contextmanager
def _s3() -> Iterator[dict[str, Any]]:
    # Each request would be a line on the terminal.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    place = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    access = {"aws_access_key_id": "moto", "aws_secret_access_key": "moto"}
    boto3.client("s3", **place, **access).create_bucket(Bucket=_BUCKET)
    yield {
        "path": f"s3://{_BUCKET}/zenml",
        "key": "moto",
        "secret": "moto",
        "client_kwargs": place,
    }
    server.stop()


def problems_in(stores: Iterable[str], prove: "Callable[[Vault, str], list[str]]") -> list[str]:
    """Run a proof in each store.

    Args:
        stores: Their names.
        prove: The proof; it gives what is wrong.

    Returns:
        What is wrong, with the store's name.
    """
    problems = []
    for store in stores:
        with vault(store) as place:
            problems += [f"{store}: {text}" for text in prove(place, store)]
    return problems
