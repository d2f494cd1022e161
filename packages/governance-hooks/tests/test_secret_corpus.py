"""Secrets as they are met in exceptions, parameters, logs and addresses: none gets through.

All of them are made up: random characters in the forms that issuers document, put
together here, so that no scanner takes this file for a leak.
"""

import base64
import html
import json
import random
import shlex
import string
from collections.abc import Callable
from datetime import datetime, timezone
from types import SimpleNamespace
from urllib.parse import quote
from uuid import UUID

import pytest

from governance.hooks import _detector
from governance.hooks._discord import render_discord
from governance.hooks._event import Event, Frame, cause_of
from governance.hooks._evidence import Origin
from governance.hooks._governed import run_record
from governance.hooks._letter import Letter, to_bytes
from governance.hooks._message import render
from governance.hooks._redaction import redact
from governance.hooks._returned import no_report, stay_in_log
from governance.hooks._slack import blocks, notification

pytestmark = pytest.mark.any_version

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)

ALNUM = string.ascii_letters + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
PER_FORMAT = 4

# Format: what precedes the secret part, its alphabet and length, what follows.
ISSUED = {
    "slack bot": ("xoxb-", string.digits, 12, "-" + "AbCdEfGhIjKl"),
    "slack user": ("xoxp-", ALNUM, 40, ""),
    "slack app": ("xapp-1-", UPPER, 40, ""),
    "slack refresh": ("xoxe.xoxp-1-", ALNUM, 60, ""),
    "slack webhook": ("https://hooks.slack.com/services/" + "T00000000/B00000000/", ALNUM, 24, ""),
    "discord webhook": ("https://discord.com/api/webhooks/" + "1234567890/", URLSAFE, 68, ""),
    "discord bot": ("MTIzNDU2Nzg5MDEyMzQ1Njc4" + ".Gabcde.", ALNUM, 38, ""),
    "teams webhook": ("https://company.webhook.office.com/" + "webhookb2/", HEX, 32, "@tenant"),
    "telegram bot": ("1234567890" + ":AA", URLSAFE, 33, ""),
    "aws access key": ("AKIA", UPPER, 16, ""),
    "aws session key": ("ASIA", UPPER, 16, ""),
    "aws bedrock": ("ABSK", BASE64, 108, ""),
    "google api": ("AIza", URLSAFE, 35, ""),
    "google oauth": ("ya29.", URLSAFE, 120, ""),
    "google refresh": ("1//0", URLSAFE, 60, ""),
    "google client secret": ("GOCSPX-", URLSAFE, 28, ""),
    "azure storage": ("", BASE64, 86, "=="),
    "digitalocean": ("dop_v1_", HEX, 64, ""),
    "alibaba": ("LTAI", ALNUM, 20, ""),
    "heroku": ("HRKU-", URLSAFE, 60, ""),
    "github classic": ("ghp_", ALNUM, 36, ""),
    "github server": ("ghs_", ALNUM, 36, ""),
    "github fine-grained": ("github_pat_", ALNUM, 82, ""),
    "gitlab personal": ("glpat-", URLSAFE, 20, ""),
    "gitlab runner": ("glrt-", URLSAFE, 20, ""),
    "atlassian": ("ATATT3", URLSAFE, 180, "=1A2B3C4D"),
    "pypi": ("pypi-", URLSAFE, 150, ""),
    "npm": ("npm_", ALNUM, 36, ""),
    "rubygems": ("rubygems_", HEX, 48, ""),
    "docker hub": ("dckr_pat_", URLSAFE, 27, ""),
    "docker swarm": ("SWMTKN-1-", string.ascii_lowercase + string.digits, 50, "-abc"),
    "openai": ("sk-proj-", ALNUM, 48, ""),
    "anthropic": ("sk-ant-api03-", URLSAFE, 95, ""),
    "hugging face": ("hf_", ALNUM, 34, ""),
    "groq": ("gsk_", ALNUM, 52, ""),
    "xai": ("xai-", ALNUM, 80, ""),
    "perplexity": ("pplx-", ALNUM, 48, ""),
    "replicate": ("r8_", ALNUM, 37, ""),
    "langsmith": ("lsv2_pt_", HEX, 32, "_0123456789"),
    "weights and biases": ("wandb_v1_", ALNUM, 60, ""),
    "databricks": ("dapi", HEX, 32, ""),
    "zenml api key": ("ZENKEY_", ALNUM, 60, ""),
    "zenml pro": ("ZENPROKEY_", ALNUM, 60, ""),
    "stripe": ("sk_live_", ALNUM, 24, ""),
    "stripe webhook": ("whsec_", ALNUM, 32, ""),
    "square": ("sq0csp-", URLSAFE, 43, ""),
    "shopify": ("shpat_", HEX, 32, ""),
    "sendgrid": ("SG." + "abcdefghij1234567890AB.", URLSAFE, 43, ""),
    "mailgun": ("key-", HEX, 32, ""),
    "mailchimp": ("", HEX, 32, "-us12"),
    "twilio": ("SK", HEX, 32, ""),
    "vault": ("hvs.", URLSAFE, 90, ""),
    "grafana": ("glsa_", ALNUM, 32, "_1a2b3c4d"),
    "new relic": ("NRAK-", UPPER, 27, ""),
    "sentry": ("sntrys_", ALNUM, 60, ""),
    "postman": ("PMAK-" + "0123456789abcdef01234567-", HEX, 34, ""),
    "doppler": ("dp.pt.", ALNUM, 43, ""),
    "pulumi": ("pul-", HEX, 40, ""),
    "terraform cloud": ("AbCdEfGhIjKlMn" + ".atlasv1.", URLSAFE, 60, ""),
    "tailscale": ("tskey-auth-", ALNUM, 30, ""),
    "linear": ("lin_api_", ALNUM, 40, ""),
    "notion": ("ntn_", ALNUM, 46, ""),
    "figma": ("figd_", URLSAFE, 40, ""),
    "hubspot": ("pat-na1-", HEX, 36, ""),
    "supabase": ("sbp_", HEX, 40, ""),
    "planetscale": ("pscale_tkn_", URLSAFE, 43, ""),
    "1password": ("ops_ey", URLSAFE, 250, ""),
    "age": ("AGE-SECRET-KEY-1", UPPER, 58, ""),
    "json web token": ("eyJhbGciOiJIUzI1NiJ9.eyJ", URLSAFE, 80, ".c2lnbmF0dXJlMDEyMw"),
}
# Where such a secret stands: it needs no name to be known.
PLACES = {
    "exception": "ConnectionError: cannot log in with {}, giving up",
    "exception at its end": "HTTPError: 401 Client Error for token {}",
    "repr": "ValueError('rejected', {!r})",
    "positional argument": "connect('db.internal', 5432, '{}')",
    "parameters": "{{'epochs': 3, 'remote': '{}', 'lr': 0.1}}",
    "json": '{{"remote":"{}","retries":3}}',
    "json in json": '{{"body": "{{\\"remote\\": \\"{}\\"}}"}}',
    "yaml": "steps:\n  train:\n    remote: {}\n    epochs: 3",
    "log line": "2026-01-02 03:04:05,678 INFO [trainer] using {} for upload",
    "coloured log line": "\x1b[32mINFO\x1b[0m using \x1b[1m{}\x1b[0m for upload",
    "hidden by zero-width characters": "using \u200b{}\u200b",
    "address path": "GET https://api.example/v1/{}/runs returned 403",
    "address query": "https://api.example/v1/runs?x={}&page=2",
    "encoded query": "https://login.example/?next=%2Frun%3Fx%3D{}%26page%3D2",
    "command line": "$ deploy --with {} --dry-run",
    "environment": "HOME=/root\nREMOTE={}\nLANG=C",
    "traceback": 'File "/app/train.py", line 3, in <module>\n    run("{}")\nKeyError: 1',
    "bytes": "b'remote {}\\n'",
    "escaped newline": "'first\\n{}\\nlast'",
    "list": "['a', '{}', 'b']",
    "markdown": "`{}`",
    "html": "<td>{}</td>",
    "sentence": "The key is {}.",
    "brackets": "({}) [{}] <{}>",
}
NAMES = [
    "db_password",
    "DB_PASS",
    "API_KEY",
    "clientSecret",
    "accessToken",
    "AWS_SECRET_ACCESS_KEY",
    "private_key",
    "passphrase",
    "auth_token",
    "openai_api_key",
    "PGPASSWORD",
    "sasToken",
    "MYSQL_PWD",
    "encryption-key",
    "x-api-key",
    "credential",
]


def dashed(name: str) -> str:
    return name.lower().replace("_", "-")


# How a name and its value are written: only the name tells what the value is.
WRITINGS: dict[str, Callable[[str, str], str]] = {
    "environment": lambda n, v: f"HOME=/root\n{n.upper()}={v}\nLANG=C",
    "exported": lambda n, v: f"export {n.upper()}='{v}'",
    "yaml": lambda n, v: f"database:\n  {n}: {v}\n  port: 5432",
    "quoted yaml": lambda n, v: f"{n}: {json.dumps(v)}",
    "yaml block": lambda n, v: f"{n}: |\n  {v}\nport: 5432",
    "ini": lambda n, v: f"[database]\n{n} = {v}\nport = 5432",
    "toml": lambda n, v: f"{n} = {json.dumps(v)}",
    "json": lambda n, v: json.dumps({"host": "db", n: v, "port": 5432}),
    "compact json": lambda n, v: json.dumps({n: v, "port": 1}, separators=(",", ":")),
    "indented json": lambda n, v: json.dumps({n: v}, indent=2),
    "json in json": lambda n, v: json.dumps({"body": json.dumps({n: v})}),
    "dictionary": lambda n, v: repr({"host": "db", n: v, "port": 5432}),
    "dictionary of bytes": lambda n, v: repr({n.encode(): v.encode()}),
    "keyword": lambda n, v: f"connect('db', {n.replace('-', '_')}={v!r}, retries=3)",
    "secret type": lambda n, v: f"Settings({n.replace('-', '_')}=SecretStr({v!r}))",
    "assignment": lambda n, v: f"os.environ[{n!r}] = {v!r}",
    "pair": lambda n, v: repr([(n, v), ("accept", "*/*")]),
    "pair of bytes": lambda n, v: repr([(n.encode(), v.encode())]),
    "list": lambda n, v: repr({f"{n}s": [v, v]}),
    "entry": lambda n, v: json.dumps([{"name": n.upper(), "value": v}]),
    "yaml entry": lambda n, v: f"env:\n  - name: {n.upper()}\n    value: {v}\n",
    "nested value": lambda n, v: repr({n: {"value": v}}),
    "option": lambda n, v: f"train --{dashed(n)} {v} --epochs 3",
    "option with sign": lambda n, v: f"train --{dashed(n)}={v} --epochs 3",
    "quoted option": lambda n, v: f"train --{dashed(n)} {shlex.quote(v)} --epochs 3",
    "arguments": lambda n, v: repr(["train", f"--{dashed(n)}", v]),
    "container": lambda n, v: f"docker run -e {n.upper()}={v} image",
    "query": lambda n, v: f"https://api.example/runs?{n}={quote(v, safe='')}&page=2",
    "encoded query": lambda n, v: f"next=%2Fruns%3F{n}%3D{quote(v, safe='')}",
    "log line": lambda n, v: f"2026-01-02 03:04:05,678 ERROR refused ({n}={v}, user=ada)",
    "logfmt": lambda n, v: f"level=error {n}={json.dumps(v)} took=3ms",
    "exception": lambda n, v: f"ConnectionError: refused: {n}: {v}",
    "traceback": lambda n, v: f'File "/app/a.py", line 3\n    go({n.replace("-", "_")}={v!r})',
    "validation error": lambda n, v: (
        f"1 validation error for Settings\n{n}\n  Input should be a valid integer "
        f"[type=int_parsing, input_value={v!r}, input_type=str]"
    ),
    "xml": lambda n, v: f"<{n}>{html.escape(v)}</{n}>",
    "xml attribute": lambda n, v: f'<add key="{n}" value="{html.escape(v)}" />',
    "html": lambda n, v: html.escape(json.dumps({n: v})),
    "connection string": lambda n, v: f"Server=db;User=ada;{n}={v};Timeout=3",
    "cut off": lambda n, v: f'{{"host": "db", "{n}": "{v}',
}
# Where a protocol or a command puts a value that has no name.
SITES: dict[str, Callable[[str], str]] = {
    "user information": lambda v: f"postgresql://ada:{v}@db.internal:5432/prod",
    "user information, encoded": lambda v: f"amqp://ada:{quote(v, safe='')}@mq:5672/%2F",
    "user information without a name": lambda v: f"redis://:{v}@cache:6379/0",
    "several hosts": lambda v: f"mongodb+srv://ada:{v}@a.example,b.example/prod?w=majority",
    "repository": lambda v: f"pip install git+https://ada:{v}@git.example/team/repo.git",
    "bearer": lambda v: f"Authorization: Bearer {v}",
    "bearer in a command": lambda v: f"curl -H 'Authorization: Bearer {v}' https://api.example",
    "bearer in a dictionary": lambda v: repr({"Authorization": f"Bearer {v}", "Accept": "*/*"}),
    "bearer in a list": lambda v: repr([("Authorization", f"Bearer {v}")]),
    "basic": lambda v: "authorization: Basic " + base64.b64encode(f"ada:{v}".encode()).decode(),
    "digest": lambda v: f'Authorization: Digest username="ada", response="{v}"',
    "cookie": lambda v: f"Set-Cookie: session={v}; Path=/; HttpOnly",
    "registry": lambda v: json.dumps(
        {"auths": {"r.example": {"auth": base64.b64encode(f"ada:{v}".encode()).decode()}}}
    ),
    "curl": lambda v: f"curl -u ada:{v} https://api.example",
    "arguments of curl": lambda v: repr(["curl", "-u", f"ada:{v}", "https://api.example"]),
    "requests": lambda v: f"requests.get(url, auth=('ada', {v!r}), timeout=3)",
    "mysql": lambda v: f"mysql -h db -u ada -p{v} prod",
    "sshpass": lambda v: f"sshpass -p {v} ssh ada@host",
    "sql": lambda v: f"CREATE USER ada IDENTIFIED BY '{v}'",
    "postgres": lambda v: f"ALTER ROLE ada WITH PASSWORD '{v}'",
    "netrc": lambda v: f"machine api.example login ada password {v}",
    "signed address": lambda v: f"https://s.blob.example/c/f?sv=2024&sig={quote(v, safe='')}&se=1",
    "storage": lambda v: (
        f"DefaultEndpointsProtocol=https;AccountName=s;AccountKey={v};EndpointSuffix=core"
    ),
}


# What people and tools write otherwise; {} is a value of capitals, small letters and digits.
SPOKEN = """
set password {}
the password was '{}'
PASSWORD {}
password\t{}
| password | {} |
│ api_key │ {} │
aws configure set aws_secret_access_key {}
Tunnel failed, proxy=http://ada:{}@proxy:3128
SERVER=db;UID=ada;PWD={};Encrypt=yes
jdbc:postgresql://db/prod?user=ada&password={}&ssl=true
jdbc:oracle:thin:ada/{}@//db:1521/prod
sqlplus ada/{}@prod
kubectl create secret generic x --from-literal=password={}
vault kv put secret/x password={}
zenml secret create db --values='{{"password": "{}"}}'
X-Vault-Token: {}
Ocp-Apim-Subscription-Key: {}
Authorization=Bearer {}
JSESSIONID={}
sessionid={}; path=/
openssl rsa -passin pass:{}
keytool -storepass {}
requirepass {}
docker login -u ada -p {} registry.example
api_key: str = '{}'
token: Optional[str] = "{}"
os.environ.setdefault('API_KEY', '{}')
SecretStr('{}')
<Password type='text'>{}</Password>
<value key='password'>{}</value>
user=ada pass={}
db.pass={}
spring.datasource.password={}
jwt={}
bearer: {}
GH_PAT={}
creds={}
credentials_json={}
consumer_key={}
SLACK_WEBHOOK=https://chat.example/{}
https://outlook.office.com/webhook/{}
https://chat.example/v1/spaces/A/messages?key={}
s3://KEY:{}@bucket
""".strip().splitlines()


def characters(source: random.Random, alphabet: str, length: int) -> str:
    # A digit and a letter at least, as every issuer's tokens have.
    chosen = [source.choice(alphabet) for _ in range(length)]
    chosen[1] = next((letter for letter in "7A" if letter in alphabet), chosen[1])
    return "".join(chosen)


def values() -> list[str]:
    """Values that show nothing of what they are."""
    source = random.Random(20)  # noqa: S311 the same secrets in every run
    alphabets = [
        (HEX, 32),
        (ALNUM, 20),
        (BASE64, 40),
        (URLSAFE, 43),
        (string.ascii_lowercase, 12),
        (ALNUM + "!#%*+.:=@^_~-", 16),
    ]
    made = [
        "x" + characters(source, alphabet, length) + "9"
        for alphabet, length in alphabets
        for _ in range(6)
    ]
    return [*made, "correct-horse-battery-1", "Tr0ub4dor&3,and;more", "pa$$w0rd!@home/2026"]


def issued() -> dict[str, list[tuple[str, str]]]:
    """Every format's secrets, each with the part of it that must not be seen."""
    source = random.Random(10)  # noqa: S311 the same secrets in every run
    made: dict[str, list[tuple[str, str]]] = {}
    for name, (before, alphabet, length, after) in ISSUED.items():
        parts = [characters(source, alphabet, length) for _ in range(PER_FORMAT)]
        made[name] = [(before + part + after, part) for part in parts]
    return made


def leaks(text: str, secret: str) -> list[str]:
    """Every piece of eight characters of a secret that a text shows."""
    return [secret[i : i + 8] for i in range(len(secret) - 7) if secret[i : i + 8] in text]


VALUES = values()
CORPUS = issued()


@pytest.fixture(params=[True, False], ids=["with the detector", "own patterns only"])
def _detector_or_not(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.setattr(_detector, "_NET", SimpleNamespace(scanner=lambda: None))


@pytest.mark.usefixtures("_detector_or_not")
@pytest.mark.parametrize("place", PLACES)
def test_no_issued_secret_gets_through(place: str) -> None:
    """A secret in its issuer's form is replaced wherever it stands, and its surroundings stay."""
    for name, secrets in CORPUS.items():
        for secret, part in secrets:
            carrier = PLACES[place]
            text = redact(carrier.format(*[secret] * carrier.count("{")))
            assert leaks(text, part) == [], (name, text)
            assert "[redacted]" in text


@pytest.mark.usefixtures("_detector_or_not")
@pytest.mark.parametrize("writing", WRITINGS)
def test_no_named_secret_gets_through(writing: str) -> None:
    """A value whose name says that it is secret is replaced in every way of writing it."""
    for name in NAMES:
        for value in VALUES:
            written = WRITINGS[writing](name, value)
            text = redact(written)
            assert leaks(text, value) == [], (written, text)
            assert leaks(text, quote(value, safe="")) == [], (written, text)


@pytest.mark.usefixtures("_detector_or_not")
@pytest.mark.parametrize("site", SITES)
def test_no_placed_secret_gets_through(site: str) -> None:
    """A value that stands where a protocol puts secrets is replaced."""
    for value in VALUES:
        written = SITES[site](value)
        text = redact(written)
        assert leaks(text, value) == [], (written, text)
        assert leaks(text, base64.b64encode(f"ada:{value}".encode()).decode()) == []
        assert leaks(text, quote(value, safe="")) == []


@pytest.mark.usefixtures("_detector_or_not")
@pytest.mark.parametrize("sentence", SPOKEN)
def test_no_spoken_secret_gets_through(sentence: str) -> None:
    """A value that prose, a table, a command or a setting names is replaced."""
    source = random.Random(40)  # noqa: S311 the same secrets in every run
    for length in (12, 20, 40):
        value = "aB3" + characters(source, ALNUM, length)
        text = redact(sentence.format(value))
        assert leaks(text, value) == [], text


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_leaves_by_any_way(place: str, caplog: pytest.LogCaptureFixture) -> None:
    """From exception, parameters, code, log and link no secret gets into anything that leaves."""
    carrier = PLACES[place]
    for name, ((secret, part), *_) in CORPUS.items():
        text = carrier.format(*[secret] * carrier.count("{"))
        cause = cause_of(
            "ConnectionError",
            text,
            "load",
            [SimpleNamespace(as_dict=lambda text=text: {"parameters": text})],
            frames=[Frame("load.py", 1, "load", text)],
            log=text.splitlines(),
        )
        url = redact(f"https://zenml.example/{text}")  # as where it is read from ZenML
        event = Event("failed", "train", "train-1", "1", TIME, causes=(cause,), url=url)
        one = UUID(int=1)
        letter = Letter(one, one, event, one, one, one, "slack")
        stay_in_log(event, "Nobody takes it", no_report)
        left = (
            render(event),
            render_discord(event),
            json.dumps(blocks(event), ensure_ascii=False),
            notification(event),
            to_bytes(letter).decode(),
            run_record(event, (), Origin("hook")).to_bytes().decode(),
            caplog.text,
        )
        assert leaks("\n".join(left), part) == [], (name, left)
        caplog.clear()
