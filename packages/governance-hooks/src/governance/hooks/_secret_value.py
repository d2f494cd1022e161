"""What stands behind a secret's name without being one: a mask, a type, a word of prose, code."""

import re
from collections.abc import Callable

# Masks, templates and constants, as they stand in documents, logs and code.
_MASK = re.compile(
    r"[\s\"',\[\]]*(?:redacted[\s\"',\[\]]*)+|[*•.…]{2,}|x{3,}|<[^<>]*>|\$[A-Z_][A-Z0-9_]*"
    r"|\$\{[^{}]*\}|\{\{[^{}]*\}\}|\{[A-Z_][\w.]*\}|%\(\w+\)s"
    r"|none|null|nil|nan|n/a|true|false|yes|no|undefined|ellipsis",
    re.IGNORECASE,
)
# Words that follow a colon in an error message, where a value follows it in a document.
_MESSAGE_WORDS = re.compile(
    r"a|absent|an|any|are|at|bad|be|bool|bytes|can|cannot|could|dict|did|does|empty|error"
    r"|expected|expired|expires|extra|failed|field|float|for|found|from|given|has|have|if|in"
    r"|input|instance|int|invalid|is|it|its|length|list|malformed|may|mismatch|missing|must|no"
    r"|not|object|of|on|only|optional|or|permission|please|provided|rejected|required|requires"
    r"|revoked|rotated|secretstr|set|should|str|string|than|that|the|this|to|token|too|type"
    r"|unauthorized|unexpected|unknown|unset|use|used|value|was|were|which|will|with|without"
    r"|wrong|you|your",
    re.IGNORECASE,
)
# An attribute, a variable named as the secret is, a call that fetches it: no value, but its origin.
_CODE = re.compile(
    r"(?:self|cls|os|args|kwargs|config|cfg|conf|settings|env|environ|options|params|ctx|context"
    r"|request|response|session|client|secrets|credentials|getpass)(?:\.[A-Za-z_]\w*|\[)+.*"
    r"|(?:[A-Za-z_.]*[_.])?(?:passw(?:or)?d|passphrase|pwd|secret|token|key|credentials?|dsn)(?:\(\))?",
    re.IGNORECASE,
)
_FETCH = re.compile(r"(?:[\w.]*\.)?(?:[gG]et|getenv|get_secret\w*|getpass|environ\w*)\(\s?")
_NUMBER = re.compile(r"[+\-]?\d{1,8}(?:\.\d*)?%?")
_WORD = re.compile(r"[A-Za-z]?[a-z]{0,20}(?:[\-_/.][A-Za-z]?[a-z]{1,20})*[.]?|[A-Z]{1,20}")
_SIGNATURE = re.compile(r"(?=[^\s]*\d)[\w+/=%\-.]{16,}")
_LONE = 12  # a webhook's secret part alone is longer
_CREDENTIALS = ("@", "key", "pass", "pwd", "secret", "token", "sig")
# What a language model's settings and a parser's messages call a token.
_TOKEN_KINDS = re.compile(
    r"(?:.*[_\-.])?(?:"
    r"all|any|avg|bad|bos|cached|cls|completion|eos|eot|extra|first|generated|image|input|last"
    r"|mask|max|mean|min|n|new|next|num|output|pad|per|prev|prompt|reasoning|sep|special|stop"
    r"|sum|total|unk|vocab"
    r")[_\-.]",
    re.IGNORECASE,
)


def is_word(value: str) -> bool:
    """Tell a word of prose, or several joined by hyphens, from what a machine made.

    Args:
        value: Text without spaces.

    Returns:
        Whether it is letters only, as a word writes them.
    """
    return _WORD.fullmatch(value) is not None


def is_masked(value: str) -> bool:
    """Tell whether a value was taken away already, or never given.

    Args:
        value: Text that stands where a secret may stand.

    Returns:
        Whether it is a mask, a template or a constant, or begins with our own mask.
    """
    return value.lstrip("{[").startswith("redacted]") or _MASK.fullmatch(value) is not None


def is_harmless(kind: str, prefix: str, opening: str, value: str, *, quoted: bool) -> bool:
    """Tell whether a value is no secret although its name says so.

    Args:
        kind: The word that made the name suspicious, in lower case.
        prefix: What precedes it in the name, as `max_` in `max_tokens`.
        opening: What precedes the value, such as a call.
        value: The value, without its quotes.
        quoted: Whether it stands in quotes.

    Returns:
        Whether it may be shown.
    """
    value = value.strip()
    if not value or is_masked(value) or _FETCH.fullmatch(opening):
        return True
    if not quoted and (
        _MESSAGE_WORDS.fullmatch(value.rstrip(".,:;!")) or _CODE.fullmatch(value.rstrip("([,)"))
    ):
        return True
    judge = _JUDGES.get(kind)
    return judge is not None and judge(prefix, value)


def _is_directory(prefix: str, value: str) -> bool:
    named = prefix.upper() in ("", "OLD")
    return named and (value[0] in "/~." or value[1:3] in (":\\", ":/"))


def _is_number(_prefix: str, value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None


def _is_plain(prefix: str, value: str) -> bool:
    return _is_number(prefix, value) or is_word(value) or " " in value


def _is_no_address(_prefix: str, value: str) -> bool:
    return "://" not in value and len(value) < _LONE


def _is_open(_prefix: str, value: str) -> bool:
    return not any(sign in value.lower() for sign in _CREDENTIALS)


def _is_prose(_prefix: str, value: str) -> bool:
    return len(value) < 8 or is_word(value)  # noqa: PLR2004 shorter than any user and password


def _is_description(_prefix: str, value: str) -> bool:
    return _SIGNATURE.fullmatch(value) is None


def _is_language(prefix: str, value: str) -> bool:
    longest = max(map(len, re.split(r"[\s,\"']+", value)))
    return (
        longest < 6  # noqa: PLR2004 no issuer's is
        or _TOKEN_KINDS.fullmatch(prefix) is not None
        or _NUMBER.fullmatch(value) is not None
    )


_JUDGES: dict[str, Callable[[str, str], bool]] = {
    "pwd": _is_directory,
    "pass": _is_number,
    "bare pass": _is_plain,
    "pw": _is_number,
    "pat": _is_prose,
    "bearer": _is_prose,
    "secret": _is_number,
    "credential": _is_number,
    "cred": _is_number,
    "dsn": _is_open,
    "conn": _is_open,
    "webhook": _is_no_address,
    "auth": _is_prose,
    "signature": _is_description,
    "token": _is_language,
}
