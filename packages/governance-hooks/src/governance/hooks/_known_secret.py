"""Secrets whose values are known, in every form in which a text may hold them."""

import base64
import json
import re
from collections.abc import Collection, Iterator
from html import escape
from urllib.parse import quote, quote_plus

# A shorter value would be found in every other text.
_SHORTEST = 6
# Not known to be a word, and long enough that no innocent text holds it by chance.
_STRONG = 10
_ESCAPE = re.compile("%..")
# What secrets hold beside secrets: users, hosts, stages. Hiding these hides the cause.
_COMMON = re.compile(
    r"account|admin|administrator|airflow|anonymous|bucket|database|default|develop"
    r"|development|disabled|docker|enabled|github|google|localhost|master|minioadmin|mlflow"
    r"|mysql|password|postgres|postgresql|production|public|redacted|region|root|secret|server|service"
    r"|staging|testing|username|zenml",
    re.IGNORECASE,
)


def known_secrets(text: str, values: Collection[str]) -> Iterator[tuple[int, int]]:
    """Find known values in a text, as they are or encoded.

    Args:
        text: Text of any length.
        values: Secret values. Too short or too common ones are not looked for.

    Yields:
        Where a value starts and ends.
    """
    for value in filter(is_telling, values):
        written = forms(value)
        if value.isalpha() or len(value) < _STRONG:
            # A weak value is part of other words: it counts where it stands alone.
            alone = re.compile(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])")
            yield from (match.span() for match in alone.finditer(text))
            written.discard(value)
        for form in written:
            yield from _places(text, form)


def is_telling(value: str) -> bool:
    """Tell whether a value can be looked for without hiding innocent text.

    Args:
        value: A value that a secret holds.

    Returns:
        False for short values, common words and numbers that may be a port or an id.
    """
    plain = value.strip()
    return not (
        len(plain) < _SHORTEST
        or _COMMON.fullmatch(plain) is not None
        or (plain.isdigit() and len(plain) < _STRONG)
        or len(set(plain)) == 1
    )


def forms(value: str) -> set[str]:
    """Write a value as documents, addresses, code and headers do.

    Args:
        value: A secret value.

    Returns:
        The value, and its escaped and encoded forms.
    """
    escaped = json.dumps(value)[1:-1]
    written = {
        value,
        value.strip(),
        escaped,
        escaped.replace('"', '\\"'),
        json.dumps(escaped)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        escape(value),
        escape(value, quote=False),
        quote(value, safe="", errors="replace"),
        quote(value, errors="replace"),
        quote_plus(value, errors="replace"),
    }
    written |= {
        re.sub("%..", lambda code: code[0].lower(), form) for form in written if "%" in form
    }
    raw = value.encode("utf-8", "replace")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # Base64 writes three bytes as four characters: what precedes a value, as the
        # user its password, shifts it. The characters it shares are left out.
        for shift, first in enumerate((0, 2, 3)):
            code = encode(b"\0" * shift + raw).decode().rstrip("=")
            whole = (shift + len(raw)) % 3 == 0
            written.add(code[first : None if whole else -1])
    return {form for form in written if len(form) >= _SHORTEST}


def _places(text: str, form: str) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + len(form))
