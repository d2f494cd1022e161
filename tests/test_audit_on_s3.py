"""The audit trail in S3: moto's server on loopback, through ZenML's own S3 artifact store."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from subprocess import CompletedProcess

Program = Callable[..., "CompletedProcess[str]"]

_PROGRAM = """
import contextlib, io, json, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import boto3
from zenml.client import Client
from zenml.enums import StackComponentType as Kind

from governance.hooks._cli import main
from governance.hooks._trail import trail_at

endpoint = sys.argv[1]
access = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
bucket = boto3.resource("s3", endpoint_url=endpoint, **access).create_bucket(Bucket="audited")
Client().create_stack_component(
    name="audited",
    flavor="s3",
    component_type=Kind.ARTIFACT_STORE,
    configuration={
        "path": "s3://audited/zenml",
        "key": "a",
        "secret": "b",
        "client_kwargs": {"endpoint_url": endpoint, "region_name": "us-east-1"},
    },
)
uri = "s3://audited/zenml/governance/audit"
subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", "key.pem"], check=True)
subprocess.run(["openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "key.pub"], check=True)
trail = trail_at(uri)


def write(number):
    time = datetime.now(timezone.utc).isoformat()
    return trail.write(f"run/{number}.json", json.dumps({"id": number, "time": time}).encode())


def audit(*arguments):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main(["audit", *arguments, "--uri", uri])
    return code, said.getvalue()


def verify():
    code, said = audit("verify", "--public-key", "key.pub", "--json")
    found = [(one["kind"], one["path"]) for one in json.loads(said)["findings"]]
    return code, json.loads(said)["verified"], found


with ThreadPoolExecutor(8) as threads:
    written = list(threads.map(write, range(40)))
told = {"written": sum(written), "again": write(1)}
told["sealed"] = audit("seal", "--key", "key.pem")
write("later")
told["sealed again"] = audit("seal", "--key", "key.pem")
told["verified"] = verify()
folder = "zenml/governance/audit"
taken = {name: bucket.Object(f"{folder}/run/{name}.json").get()["Body"].read() for name in (1, 2)}
bucket.Object(f"{folder}/run/1.json").put(Body=taken[2])
bucket.Object(f"{folder}/run/2.json").put(Body=taken[1])
bucket.Object(f"{folder}/run/3.json").delete()
bucket.Object(f"{folder}/run/4.json").put(Body=b"{}")
bucket.Object(f"{folder}/digests/00000002.json").delete()
told["tampered"] = verify()
told["damaged"] = audit("seal", "--key", "key.pem")[0]
print("TOLD", json.dumps(told))
"""


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Run an S3 on loopback."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_trail_in_s3_is_sealed_verified_and_watched(program: Program, endpoint: str) -> None:
    """What is written in S3 is sealed and verified there, and what is tampered with is named."""
    done = program(_PROGRAM, endpoint)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.partition("TOLD ")[2])
    assert (told["written"], told["again"]) == (40, False)
    anchored = "\nDigest {0} is anchored in zenml.\n"
    assert told["sealed"] == [0, "Digest 1: 40 records." + anchored.format(1)]
    assert told["sealed again"] == [0, "Digest 2: 1 record." + anchored.format(2)]
    assert told["verified"] == [0, 41, []]
    code, verified, found = told["tampered"]
    assert (code, verified) == (1, 36)
    assert found == [
        ["dropped", "digests/00000002.json"],
        ["reordered", "run/1.json"],
        ["reordered", "run/2.json"],
        ["missing", "run/3.json"],
        ["altered", "run/4.json"],
        ["uncovered", "run/later.json"],
    ]
    assert told["damaged"] == 1
