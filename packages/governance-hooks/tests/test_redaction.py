import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.hooks._redaction import cut, defuse, redact

# Made up, in the shape their issuers document; assembled so that no scanner takes them for real.
SECRETS = {
    "slack bot": "xoxb-" + "123456789012-ABCDEFabcdef",
    "slack webhook": "https://hooks.slack.com/services/" + "T00000000/B00000000/abcdefABCDEF",
    "discord webhook": "https://discord.com/api/webhooks/" + "123456/abc-DEF_123",
    "aws key id": "AKIA" + "ABCDEFGHIJKLMNOP",
    "github": "ghp_" + "a1B2c3D4e5F6g7H8i9J0",
    "gitlab": "glpat-" + "abcdefghij1234567890",
    "google api": "AIza" + "SyA-1234567890abcdefghijklmnopqrs",
    "google oauth": "ya29." + "abcdefghij1234567890",
    "stripe": "sk_live_" + "abcdefghij1234",
    "openai": "sk-" + "proj-abcdefghij1234567890",
    "hugging face": "hf_" + "abcdefghij1234567890",
    "databricks": "dapi" + "0123456789abcdef" * 2,
    "pypi": "pypi-" + "AgEIcHlwaS5vcmcabcdef",
    "npm": "npm_" + "abcdefghij1234567890abcd",
    "sendgrid": "SG." + "abcdefghij1234567890.abcdefghij1234567890",
    "vault": "hvs." + "abcdefghij1234567890",
    "zenml": "ZENKEY_" + "eyJpZCI6IjEyMzQ1Njc4",
    "jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----",
}
VALUE = "Tr0ub4dor&3"
CARRIERS = [
    'password="{}"',
    "password={}",
    "DB_PASSWORD: {}",
    "{{'api_key': '{}'}}",
    '{{"clientSecret": "{}"}}',
    "--token {}",
    "postgresql://user:{}@db.internal:5432/prod",
    "aws_secret_access_key = {}",
    "Authorization: Bearer {}abcdefgh",
    "x-api-key: {}",
    "AccountKey={}",
    "https://store.example/file?sig=1&access_token={}",
]


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_known_token_is_redacted(secret: str) -> None:
    """A token that its issuer made recognizable is replaced wherever it stands."""
    assert secret not in redact(f"cannot log in with {secret}, giving up")
    assert "[redacted]" in redact(secret)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_named_secret_is_redacted(carrier: str) -> None:
    """A value whose name says that it is secret is replaced, and the name stays readable."""
    text = redact(f"connection failed: {carrier.format(VALUE)}")
    assert VALUE not in text
    assert "Tr0ub4dor" not in text
    assert text.startswith("connection failed: ")


@pytest.mark.parametrize(
    "text",
    [
        "column 'token_count' has 3 missing values",
        "expected 5 columns, found 4: user, password_hash_length",
        "KeyError: 'label'",
        "accuracy 0.61 is below min_accuracy 0.7",
        "see https://docs.zenml.io/how-to for help",
        "the secret of success is patience",
    ],
)
def test_innocent_text_stays_as_it_is(text: str) -> None:
    """A text without a secret is not touched."""
    assert redact(text) == text


@given(st.text())
def test_redacting_twice_changes_nothing(text: str) -> None:
    """What was redacted once is safe to redact again."""
    once = redact(text)
    assert redact(once) == once


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part",
    [
        "a",
        "-",
        "eyJa.",
        "://a:",
        "password=",
        "--a-",
        "-----BEGIN PRIVATE KEY-----",
        'token="',
        "<a",
    ],
)
def test_long_text_keeps_no_pattern_busy(part: str) -> None:
    """A long text made to set a pattern searching again and again is redacted all the same."""
    redact(part * (200_000 // len(part)))


@pytest.mark.parametrize(
    "command", ["<!channel>", "<@U123>", "<#C1>", "<https://x|y>", "@everyone"]
)
def test_chat_command_means_nothing(command: str) -> None:
    """A command, mention or link in foreign text loses its meaning and keeps its letters."""
    text = defuse(f"before {command} after")
    assert command not in text
    assert text.replace("\u200b", "") == f"before {command} after"


@given(st.text(max_size=300), st.integers(min_value=40, max_value=200))
def test_cut_text_fits_and_keeps_its_ends(text: str, limit: int) -> None:
    """A text that is too long is cut in its middle to at most the limit, with a note."""
    short = cut(text, limit)
    assert len(short) <= limit
    if len(text) > limit:
        assert "characters cut" in short
        assert text.startswith(short.partition(" […")[0])
        assert text.endswith(short.rpartition("…] ")[2])
    else:
        assert short == text
