"""What must never leave the run: secrets in foreign text."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from governance.hooks._detector import detected_secrets, is_suspicious
from governance.hooks._known_secret import forms, is_telling, known_secrets
from governance.hooks._secret_format import issued_secrets
from governance.hooks._secret_name import named_secrets
from governance.hooks._secret_place import placed_secrets
from governance.hooks._text import cut, ends, printable

_PLACEHOLDER = "[redacted]"
# What is taken away can bring a name and a value together: then they are read again.
_PASSES = 4
# What is read beyond what is shown, so that a secret at the edge is seen whole: the
# largest header that servers take.
_MARGIN = 8_192
_RUN = re.compile(r"[A-Za-z0-9+/=_.%\-]*")


def redact(text: str, values: Collection[str] = ()) -> str:
    """Replace every secret that can be recognized in a text.

    Args:
        text: Foreign text of any length: an exception, a parameter, a log line, a URL.
        values: Known secret values, replaced as they are and in their encoded forms.

    Returns:
        The text with `[redacted]` in the place of each secret, without control characters.
    """
    text = printable(text)
    for _ in range(_PASSES):
        before = text
        text = _without(text, _secrets(text, values), 0, len(text))
        if text == before:
            break
    return text


def shorten(text: str, limit: int, values: Collection[str] = ()) -> str:
    """Redact a text and cut it in its middle, at a cost that its length does not change.

    Only the ends are read, and more of them than is shown: what lies across the edge
    of what is shown is recognized as a whole.

    Args:
        text: Foreign text of any length.
        limit: Characters the result may have, at least 40.
        values: Known secret values.

    Returns:
        At most `limit` characters without secrets, with a note where some are missing.
    """
    known = (len(form) for value in values if is_telling(value) for form in forms(value))
    margin = max(_MARGIN, *known, 0)
    reach = limit + margin
    if len(text) <= 2 * reach:
        return cut(redact(text, values), limit)
    first, last = printable(text[:reach]), printable(text[-reach:])
    head = _without(first, _secrets(first, values), 0, max(len(first) - margin, 0))
    secrets = _secrets(last, values)
    run = _RUN.match(last)
    if run and run.end() > margin and any(map(str.isdigit, run[0])):
        # Nothing tells whose end this is: it began before all that was read.
        secrets = _merged([(0, run.end()), *secrets])
    tail = _without(last, secrets, min(margin, len(last)), len(last))
    return ends(head, tail, limit, len(text))


def _secrets(text: str, values: Collection[str]) -> list[tuple[int, int]]:
    own = _merged(
        chain(
            known_secrets(text, values),
            issued_secrets(text),
            named_secrets(text),
            placed_secrets(text),
        )
    )
    if is_suspicious(_without(text, own, 0, len(text))):
        return _merged([*own, *detected_secrets(text)])
    return own


def _merged(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put places in order, those that touch or overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(text: str, secrets: list[tuple[int, int]], start: int, end: int) -> str:
    return "".join(_pieces(text, secrets, start, end))


def _pieces(text: str, secrets: list[tuple[int, int]], start: int, end: int) -> Iterator[str]:
    position = start
    for first, last in secrets:
        if last <= position or first >= end:
            continue
        yield text[position : max(first, position)]
        yield _PLACEHOLDER
        position = last
    yield text[position:end]
