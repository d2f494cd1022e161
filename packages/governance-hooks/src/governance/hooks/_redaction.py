"""What must never leave the run: secrets in foreign text, and chat commands hidden in it."""

import re

_PLACEHOLDER = "[redacted]"

# What in a name gives away that its value is a secret, as in `db_password=...`,
# `"apiKey": "..."` or `--token ...`. No pattern starts with a repetition: a long
# text costs time in proportion to its length.
_NAME = (
    r"(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|signature"
    r"|(?:api|access|account|private|secret|session|sas|signing|encryption)[_\-]?key"
    r"|connection[_\-]?string|webhook[_\-]?url)s?(?:[_\-](?:value|key|id))?"
)
_ASSIGNMENT = re.compile(
    rf"""(?P<name>{_NAME})
    (?P<between>["']?\s{{0,3}}(?:=>|:=|=|:)\s{{0,3}}|["']?\s{{1,3}}(?=["']))
    (?:"(?:[^"\\\n]|\\.){{1,4096}}"|'(?:[^'\\\n]|\\.){{1,4096}}'|[^\s"',;&}})\]<>]{{1,4096}})""",
    re.IGNORECASE | re.VERBOSE,
)
_FLAG = re.compile(
    rf"(?P<name>(?<![\w\-])--[\w\-]{{0,40}}?{_NAME}\s{{1,3}})[^\s\-][^\s]{{0,4095}}", re.IGNORECASE
)
_AUTHORIZATION = re.compile(
    r"(?P<name>(?:authorization|x-api-key|x-auth-token|cookie)[\"']?\s{0,3}[:=]\s{0,3}[\"']?)"
    r"[^\r\n\"']{1,4096}",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"\b(?P<name>bearer|basic|digest)\s{1,3}[A-Za-z0-9+/=._~\-]{8,4096}", re.IGNORECASE
)
_USERINFO = re.compile(r"(?<=://)[^\s/@:]{0,256}:[^\s/@]{1,1024}@")
# Without its last line a key is still a key: then all that follows is replaced.
_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----"
    r".*?(?:-----END [A-Z0-9 ]{0,60}-----|\Z)",
    re.DOTALL,
)
# Token formats that their issuers document as recognizable by prefix.
_TOKENS = re.compile(
    "|".join(  # noqa: FLY002 one line per issuer
        (
            r"\bxox[abeoprs]-[A-Za-z0-9\-]{8,}",  # Slack tokens
            r"\bxapp-[A-Za-z0-9\-]{8,}",
            r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_\-]{8,}",
            r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/[A-Za-z0-9/_\-]{8,}",
            r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[A-Z0-9]{16}\b",  # AWS key ids
            r"\bgh[oprsu]_[A-Za-z0-9]{20,}",  # GitHub
            r"\bgithub_pat_[A-Za-z0-9_]{20,}",
            r"\bglpat-[A-Za-z0-9_\-]{16,}",  # GitLab
            r"\bAIza[A-Za-z0-9_\-]{30,}",  # Google API keys
            r"\bya29\.[A-Za-z0-9_\-]{16,}",  # Google OAuth
            r"\bGOCSPX-[A-Za-z0-9_\-]{16,}",
            r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}",  # Stripe
            r"\bsk-[A-Za-z0-9_\-]{16,}",  # OpenAI, Anthropic
            r"\bhf_[A-Za-z0-9]{16,}",  # Hugging Face
            r"\bdapi[a-f0-9]{32}\b",  # Databricks
            r"\bpypi-[A-Za-z0-9_\-]{16,}",  # PyPI
            r"\bnpm_[A-Za-z0-9]{20,}",  # npm
            r"\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}",  # SendGrid
            r"\bhv[bs]\.[A-Za-z0-9_\-]{16,}",  # Vault
            r"\bdop_v1_[a-f0-9]{32,}",  # DigitalOcean
            r"\bZEN(?:PRO)?KEY_[A-Za-z0-9_\-=+/]{8,}",  # ZenML API keys
            r"\bey[A-Za-z0-9_\-]{8,}\.ey[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{4,}",  # JSON Web Tokens
        )
    )
)
# Slack reads <!channel>, <@U1>, <#C1> and <https://x|text>; Slack and Discord
# read @everyone and @here. A zero-width space takes their meaning, not their text.
_CHAT_COMMAND = re.compile(
    r"<(?=[!@#]|[a-z][a-z0-9+.\-]*:)|@(?=(?:everyone|here|channel)\b)", re.IGNORECASE
)


def redact(text: str) -> str:
    """Replace every secret that can be recognized in a text.

    Args:
        text: Foreign text of any length: an exception, a parameter, a log line, a URL.

    Returns:
        The text with `[redacted]` in the place of each secret.
    """
    text = _PEM.sub(_PLACEHOLDER, text)
    text = _TOKENS.sub(_PLACEHOLDER, text)
    text = _USERINFO.sub(f"{_PLACEHOLDER}@", text)
    text = _AUTHORIZATION.sub(rf"\g<name>{_PLACEHOLDER}", text)
    text = _SCHEME.sub(rf"\g<name> {_PLACEHOLDER}", text)
    text = _FLAG.sub(rf"\g<name>{_PLACEHOLDER}", text)
    return _ASSIGNMENT.sub(rf"\g<name>\g<between>{_PLACEHOLDER}", text)


def defuse(text: str) -> str:
    """Take the meaning from chat commands, mentions and links in foreign text.

    Args:
        text: Foreign text that a chat service will show.

    Returns:
        The text, readable as before, that mentions nobody and links nowhere.
    """
    return _CHAT_COMMAND.sub("\\g<0>\u200b", text)


def cut(text: str, limit: int) -> str:
    """Shorten a text in its middle, where it tells least.

    Args:
        text: Text of any length.
        limit: Characters the result may have, at least 40.

    Returns:
        The text, at most `limit` characters long, with a note of how many are missing.
    """
    if len(text) <= limit:
        return text
    note = f" […{len(text) - limit} characters cut…] "
    keep = limit - len(note) - 2  # the note may grow by digits once its own length is counted
    head = keep * 2 // 3
    missing = len(text) - keep
    return f"{text[:head]} […{missing} characters cut…] {text[len(text) - (keep - head) :]}"
