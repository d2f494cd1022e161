import base64
import json
import logging
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from governance.hooks import _detector
from governance.hooks._known_secret import is_telling
from governance.hooks._redaction import redact, shorten

pytestmark = pytest.mark.any_version

INNOCENT = [
    text.replace("\\n", "\n")
    for text in Path(__file__).with_name("innocent_texts.txt").read_text("utf-8").splitlines()
]
ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SOURCE = random.Random(30)  # noqa: S311 the same secrets in every run


def made(length: int) -> str:
    return "".join(SOURCE.choice(ALNUM) for _ in range(length - 1)) + "7"


BODY = "\n".join(made(64) for _ in range(50))
PEM = "-----BEGIN RSA " + f"PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----"
VALUE = "Tr0ub4dor&3 \"or\" 'so'/ü?"
# What is placed at the edge of a cut: as it is written, and what of it must not be seen.
EDGES = [
    (token := "ghp_" + made(36), token),
    (token := "sk-ant-" + made(95), token),
    (PEM, BODY),
    (f"password={(value := made(30))}", value),
    (f"client_secret: '{(value := made(3000))}'", value),
    (f"Authorization: Bearer {(value := made(6000))}", value),
    (f"postgresql://ada:{(value := made(24))}@db/prod", value),
    ("eyJ" + (value := made(900)) + ".eyJ" + made(900) + "." + made(43), value),
    (value := made(12_000), value),  # known, and longer than what is read beyond the cut
]


def leaks(text: str, secret: str) -> set[str]:
    return {secret[i : i + 8] for i in range(len(secret) - 7)} & {
        text[i : i + 8] for i in range(len(text) - 7)
    }


def test_enough_innocent_texts() -> None:
    """At least two hundred texts, no two of them alike, show what must stay readable."""
    assert len(set(INNOCENT)) == len(INNOCENT) >= 200


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_text_stays_as_it_is(text: str) -> None:
    """A text without a secret is not touched."""
    assert redact(text) == text


@given(st.text())
@example("password: |\n  [redacted]\n")
@example("tokens: [[redacted]]")
def test_redacting_twice_changes_nothing(text: str) -> None:
    """What was redacted once is safe to redact again."""
    once = redact(text)
    assert redact(once) == once


@given(
    st.lists(
        st.sampled_from(
            [*"=:'\"&;,|<>[](){}\n\\ @/-_", "password", "token", "key", "api", "Bearer ", "://",
             "[redacted]", "ghp_" + "a1" * 20, "eyJhbGciOi", "-----BEGIN PRIVATE KEY-----", "x9"]
        )
    ).map("".join)
)  # fmt: skip
@settings(max_examples=500)
def test_redacting_pieces_twice_changes_nothing(text: str) -> None:
    """What was redacted once is safe to redact again, however names and signs are mixed."""
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password: hunter2", "password: [redacted]"),
        ("Incorrect password 'hunter2'", "Incorrect password '[redacted]'"),
        ("password: monkey", "password: [redacted]"),
        ("mysql -u ada -pcorrecthorse prod", "mysql -u ada -p[redacted] prod"),
        ("mysql -port 3306", None),
        ("docker run -u 1000:1000 image", None),
        ("https://api.example/?pass=correcthorse", "https://api.example/?pass=[redacted]"),
        ("{'user': 'ada', 'pw': 'hunter2'}", "{'user': 'ada', 'pw': '[redacted]'}"),
        ("credentials={'user': 'ada', 'x': 'hunter2'}", "credentials={[redacted]}"),
        ('{"tokens": {"prompt": 812, "completion": 128}}', None),
        ("api_keys: [{name: x}]", None),
        ("f'token={token} password={password}'", None),
        ("pw = 3, ipw=4", None),
        ("Bearer correcthorsebatterystaple", "Bearer [redacted]"),
        ("DbPass=hunter2", "DbPass=[redacted]"),
        ("https://hunter2hunter2hunter2@git.example/x", "https://[redacted]@git.example/x"),
        ("https://continuous-integration@git.example/x", None),
        ("https://ada@git.example/x", None),
        ("https://ada:@git.example/x", None),
        ("https://host/with:colon@2x.png", None),
        ("encryption key -----END PRIVATE KEY-----", "[redacted]"),
        ("(AAAA\nBBBB\n-----END PRIVATE KEY----- after", "([redacted] after"),
        ("before -----BEGIN PRIVATE KEY-----\nAAAA", "before [redacted]"),
        ("DSN=https://abc@sentry.example/1", "DSN=[redacted]"),
        ("webhook_url: https://chat.example/x", "webhook_url: [redacted]"),
        ("signature=0123456789abcdef0123", "signature=[redacted]"),
        ('"auth": "basic"', None),
        ("secret: 3", None),
        ("token: hello", None),
        ("passport: 12, passing: yes, pass = open", None),
        ("Pass=1 key=2 monkey: 3", None),
        ("connection=3 webhook=4 webhook: enabled", None),
        ("first pass: data cleaning, second pass = training", None),
        ("path=3 pattern: x", None),
        ("a secret ProdDb2Login was not found", None),
        ("the token a -> b > c", None),
        ("A" * 86 + "==", "[redacted]"),
    ],
)
def test_edge_of_a_pattern(text: str, shown: str | None) -> None:
    """A secret is replaced and nothing beside it; what only looks like one stays."""
    assert redact(text) == (shown or text)


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        json.dumps(VALUE),
        json.dumps(VALUE, ensure_ascii=False),
        json.dumps(json.dumps(VALUE)),
        repr(VALUE),
        repr([VALUE]),
        quote(VALUE),
        quote(VALUE, safe=""),
        quote_plus(VALUE),
        re.sub("%..", lambda code: code[0].lower(), quote(VALUE, safe="")),
        base64.b64encode(VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
        base64.b64encode(f"a:{VALUE}".encode()).decode(),
        base64.b64encode(f"ada:{VALUE}:".encode()).decode(),
        VALUE.replace("&", "&amp;"),
    ],
)
def test_known_value_is_redacted_in_every_form(written: str) -> None:
    """A value that is known to be secret is replaced as it is, escaped and encoded."""
    text = redact(f"before {written} after", [VALUE])
    assert leaks(text, VALUE) == set()
    assert leaks(text, written) == set()
    assert text.startswith("before ")
    assert text.endswith(" after")


@pytest.mark.parametrize(
    ("value", "telling"),
    [
        ("", False),
        ("abc12", False),
        ("production", False),
        ("Admin ", False),
        ("54321987", False),
        ("********", False),
        ("abc123", True),
        ("1234567890", True),
        ("hunter", True),
    ],
)
def test_common_value_hides_nothing(value: str, telling: bool) -> None:  # noqa: FBT001
    """A value that is short, common or a small number is not looked for."""
    assert is_telling(value) is telling
    text = f"before {value} after"
    assert (redact(text, [value]) != text) is telling


def test_weak_known_value_counts_alone() -> None:
    """A known value that is a plain word leaves longer words as they are."""
    assert redact("hunter hunters (hunter)", ["hunter"]) == "[redacted] hunters ([redacted])"
    assert redact("xS3cretV4lue9x", ["S3cretV4lue9"]) == "x[redacted]x"


def test_known_values_that_overlap_leave_nothing() -> None:
    """A known value that is part of another does not leave the rest of it."""
    assert redact("= abc123def456ghi =", ["abc123def456ghi", "123def456"]) == "= [redacted] ="


def test_value_that_is_part_of_the_mask_comes_to_an_end() -> None:
    """A known value that the mask itself holds does not keep the search busy for ever."""
    assert redact("x=[redacted]", ["[redacted", "redacted"]).startswith("x=[redacted]")


@pytest.mark.parametrize("edge", range(len(EDGES)))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_secret_leaks_at_the_cut(edge: int, data: st.DataObject) -> None:
    """Wherever a secret lies in a long text, no eight characters of it are shown."""
    written, secret = EDGES[edge]
    limit = data.draw(st.sampled_from([40, 200, 4_000]))
    reach = 3 * limit + len(written) + 9_000
    length = 2 * reach + 1_000
    offset = data.draw(st.integers(0, reach) | st.integers(length - reach, length), label="offset")
    filler = "the quick brown fox. " * (length // 21 + 1)
    text = f"{filler[:offset]} {written} {filler[offset:length]}"
    shown = shorten(text, limit, [secret] if edge == len(EDGES) - 1 else ())
    assert leaks(shown, secret) == set()
    assert len(shown) <= limit


@given(st.text(max_size=300), st.integers(min_value=40, max_value=200))
def test_shortened_text_fits(text: str, limit: int) -> None:
    """A text of any length and kind fits into its limit once shortened."""
    assert len(shorten(text, limit)) <= limit
    assert len(shorten(text * 200, limit)) <= limit


def test_end_of_an_endless_token_is_not_shown() -> None:
    """What ends a run of characters longer than all that is read is hidden, but a rule is not."""
    assert leaks(shorten("first sk-" + (token := made(50_000)) + " last", 100), token) == set()
    assert shorten("first " + "x" * 50_000 + " last", 100).endswith("xxx last")
    assert shorten("\x1b[0m" * 9_000, 100) == " […36000 characters cut…] "


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "-",
        "eyJa.",
        "://a:",
        "://a:@",
        "password=",
        'password="',
        "password='\"",
        'password=\\"',
        'password="""',
        "password=a(",
        "password=a,",
        "password: |\n ",
        "token: [",
        "token\n",
        "token, value",
        "&quot;key",
        "api key",
        "--a-",
        "--token ",
        "auth=(",
        "Bearer ",
        "-u a:",
        "mysql ",
        "?sig=",
        "a:AA",
        "==",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "ghp_",
        "xoxb-1",
        "<a",
        "\x1b[",
        "\x1b]",
        "\u200b",
    ],
)
def test_cost_grows_with_length_only(part: str) -> None:
    """A text made to keep a pattern busy costs in proportion to its length."""

    def cost(length: int) -> float:
        text = part * (length // len(part))
        times = []
        for _ in range(3):
            start = time.process_time()
            redact(text)
            times.append(time.process_time() - start)
        return min(times)

    assert cost(160_000) < 12 * max(cost(40_000), 0.005)


@pytest.mark.parametrize("size", [100_000, 10_000_000])
def test_long_text_is_cheap(size: int) -> None:
    """An exception of any length is made ready to be shown in a fraction of 50 ms."""
    line = '  File "/app/steps/train.py", line 42, in train\n    password = load("db", 7)\n'
    text = line * (size // len(line))
    shorten(text, 4_000)
    times = []
    for _ in range(5):
        start = time.process_time()
        shorten(text, 4_000)
        times.append(time.process_time() - start)
    assert min(times) < 0.025


def test_detector_knows_what_own_patterns_do_not() -> None:
    """A token of an issuer that is in no pattern of ours is found by the detector."""
    token = "duffel_live_" + made(43)
    helper = "https://abcdefghijklmnopqrst.supabase.co"  # tells whose, and is no secret
    text = redact(f"ünïcode {token} refused by {helper}")
    assert text == f"ünïcode [redacted] refused by {helper}"


CANDIDATE = "nothing known: A1b2C3d4E5f6G7h8I9"


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> _detector._Net:
    caplog.set_level(logging.WARNING)
    net = _detector._Net()
    monkeypatch.setattr(_detector, "_NET", net)
    return net


@pytest.mark.usefixtures("net")
def test_detector_is_an_extra(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the detector is not installed our own patterns apply, and nobody is warned of it."""
    monkeypatch.setitem(sys.modules, "kingfisher_sdk", None)
    assert redact(f"{CANDIDATE} password=x") == f"{CANDIDATE} password=[redacted]"
    assert caplog.records == []


@pytest.mark.usefixtures("net")
def test_broken_detector_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the detector cannot be used our own patterns apply, and the log says so once."""

    def broken() -> None:
        message = "no such instruction"
        raise OSError(message)

    monkeypatch.setitem(sys.modules, "kingfisher_sdk", SimpleNamespace(Scanner=broken))
    assert redact(f"{CANDIDATE} password=x") == f"{CANDIDATE} password=[redacted]"
    redact(CANDIDATE)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_slow_detector_keeps_no_alert_back(
    net: _detector._Net, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A detector that is not ready in time leaves the text to our own patterns."""
    ready = threading.Event()
    monkeypatch.setattr(net, "_load", ready.wait)
    monkeypatch.setattr(_detector, "_PATIENCE", 0.01)
    assert redact(f"{CANDIDATE} password=x") == f"{CANDIDATE} password=[redacted]"
    assert "not ready" in caplog.text
    ready.set()


def test_failing_detector_stops_no_alert(
    net: _detector._Net, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A detector that fails leaves the text to our own patterns."""

    def scan(_data: bytes, **_options: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(net, "scanner", lambda: SimpleNamespace(scan=scan))
    assert redact(f"{CANDIDATE} password=x") == f"{CANDIDATE} password=[redacted]"
    assert "TimeoutError" in caplog.text


def test_detector_is_loaded_when_it_is_needed() -> None:
    """Neither an import nor the redaction of plain text loads the detector."""
    code = (
        "import sys; from governance.hooks._redaction import redact\n"
        "redact('ValueError: run 0b5ed2b4-1c0e-4a5e-9f8a-8b7a6c5d4e3f password=hunter2')\n"
        "assert 'kingfisher_sdk' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
