"""Secrets that their names give away: `password=...`, `--token ...`, `Authorization: ...`."""

import re
import string
from collections.abc import Iterator

from governance.hooks._secret_value import is_harmless

# Plain searches for these cost a tenth of what one pattern costs.
_STEMS = (
    "passw", "passphrase", "passcode", "pass", "pwd", "pw", "pat",
    "secret", "token", "cred", "signature", "jwt", "bearer", "sessionid", "sessid",
    "dsn", "conn", "webhook", "authorization", "cookie", "auth", "key",
)  # fmt: skip
_KEYS = (
    "access", "account", "admin", "api", "app", "application", "auth", "client", "consumer",
    "deploy", "encryption", "function", "hmac", "instrumentation", "integration", "kaggle",
    "license", "master", "private", "sas", "service", "session", "shared", "signing", "ssh",
    "storage", "subscription",
)  # fmt: skip
# What joins a bare `pass` to a name, as in `userpass` or `storepass`.
_PASSES = ("_", "-", ".", "user", "store", "require", "db", "root")
_HEADERS = ("authorization", "cookie", "x-api-key")
_QUOTE = r"(?:\\{0,3}[\"'`]|&quot;)"
# Between a name and its value: a sign, in a document, in code or in a URL; the comma of
# a pair or of a list of arguments; the next field of an entry; the rest of a tag; a space.
_NAMED = re.compile(
    r"(?P<kind>passw(?:or)?d|passphrase|passcode|pass|pwd|pw|pat|secret|token|cred(?:ential)?|signature"
    r"|jwt|bearer|sessionid|sessid|dsn|conn(?=(?:ection)?[_\-]?str)|webhook"
    r"|authorization|cookie|auth|key)"
    r"(?:(?<=conn)(?:ection)?[_\-]?str(?:ing)?|(?<=webhook)[_\-]?url)?"
    r"s?(?:[_\-]?(?:value|key|id|hash|text|plain(?:text)?|base64|b64|raw|json|prod|dev|\d{1,3}))?(?:"
    r"(?P<typed>: ?[a-z][\w.]{0,40}(?:\[[\w.\[\], |]{0,60}\])?"  # an annotation between
    r"(?: \| [\w.]{1,40}){0,3} ?= ?(?=[bruf]?[\"']))"
    rf"|(?P<sign>{_QUOTE}?\]?[ \t]{{0,3}}(?:=>|:=|==|=|:(?!//)|%3[ad])[ \t]{{0,3}})"
    rf"|(?P<field>{_QUOTE}?[,\s]\s{{0,40}}{_QUOTE}?value{_QUOTE}?\s?[:=]\s?)"
    r"|(?P<validated>\n {1,4}[^\n]{0,300}?input_value=)"  # as pydantic reports
    rf"|(?P<comma>{_QUOTE},\s{{0,3}}(?=[bu]?[\"']))"
    r"|(?P<tag>[\"']?[^<>\s\"'=]{0,20}>(?=[^\s<]))"
    r"|(?P<space>[ \t]{1,3}(?=\S)))"
)
_NAME_CHARACTERS = string.ascii_letters + string.digits + "_-."
_REACH = 60  # how far before its telling word a name may begin

# The value, the last group being the secret. A quote that is never closed was cut
# off: the rest of its line belongs to the value.
_QUOTED = re.compile(
    r"(?P<opening>(?:\{\s?\\?[\"'](?:value|data|secret|text)\\?[\"']\s?:\s?"
    r"|[A-Za-z_][\w.]{0,40}\(\s?)?[bBuUrRfF]{0,2})"
    r"(?:\"\"\"(.*?)(?:\"\"\"|\Z)|'''(.*?)(?:'''|\Z)"
    r"|\\{1,3}\"([^\"\n]*)|\\{1,3}'([^'\n]*)"
    r"|\"([^\"\\\n]*(?:\\[^\n][^\"\\\n]*)*)|'([^'\\\n]*(?:\\[^\n][^'\\\n]*)*)"
    r"|`([^`\n]*)|&quot;((?:[^&\n]|&(?!quot;))*))",
    re.DOTALL,
)
_LIST = re.compile(r"(?P<opening>\[)(?!\s*\{)([^\]\n]*)")
_OBJECT = re.compile(r"(?P<opening>\{)([^{}\n]*[\"':][^{}]*)")
_BLOCK = re.compile(r"(?P<opening>[|>][+\-]?\d?[ \t]*\n[ \t]+)([^\n]+(?:\n[ \t]+[^\n]+)*)")
# A sign that ends other values belongs to this one where neither a space nor the next
# name follows it.
_PLAIN = re.compile(
    r"(?P<opening>)(?!\[\s?\{)(\$?\{[^}\n\"']{0,99}\}+|<[^<>\n]{0,99}>(?!\w)"
    r"|(?:[^\s\"'`,;&(){}\]<>]|\{(?![\s\"'])"
    r"|[,;&()}\]<>](?=[\w$!#%*+/@^~.\-])(?![\w.\-]{1,40}[\"']?\s?(?:=|:\s)))+)"
)
_WORD = re.compile(r"(?P<opening>)(\S+)")
_ELEMENT = re.compile(r"(?P<opening>[^<>\n]{0,60}>|)([^<\n]+)")
# In prose or a table, where nothing but its look tells a value from a word.
_MADE = re.compile(
    r"(?P<opening>(?:(?:is|was|to|of|[|│]) )?[\"'`]?)"
    r"((?=[^\s\"'`,;]*[a-z])(?=[^\s\"'`,;]*[A-Z])(?=[^\s\"'`,;]*\d)[^\s\"'`,;]{8,})"
)
_HEADER = re.compile(r"(?P<opening>)((?i:digest|aws4)[^\r\n]+|[^\r\n\"']+)")
_ENTRY = re.compile(r"(?:^|\n|\bexport |\s-e |\bENV )[A-Z][A-Z0-9_]*\Z")
_PAIR = re.compile(r"\([bu]?[\"'][\w\-.]*\Z")


def named_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Find the values whose names say that they are secret.

    Args:
        text: Text of any length; the cost grows in proportion to it.

    Yields:
        Where a value starts and ends, its quotes not included.
    """
    lowered = text.replace("\u0130", "I").lower()  # the one letter that two letters lower
    position = 0
    for start in sorted({place for stem in _STEMS for place in _places(lowered, stem)}):
        name = _NAMED.match(lowered, start) if start >= position else None
        if name is None:
            continue
        before = text[max(0, start - _REACH) : start]
        prefix = before[len(before.rstrip(_NAME_CHARACTERS)) :]
        kind = _kind(name["kind"], text[start], before)
        if name["sign"] == ":" and before.endswith(":"):
            kind = ""  # a part of a cloud resource's name
        readers = _readers(name, kind, before, prefix) if kind else ()
        tries = (reader.match(text, name.end()) for reader in readers)
        value = next(filter(None, tries), None)
        if value is None:
            continue
        first, last = value.span(value.lastindex or 0)
        quoted = value.re in (_QUOTED, _LIST, _OBJECT)
        if not is_harmless(kind, prefix, value["opening"], text[first:last], quoted=quoted):
            yield first, last
            position = last


def _places(text: str, stem: str) -> Iterator[int]:
    place = text.find(stem)
    while place >= 0:
        yield place
        place = text.find(stem, place + len(stem))


def _kind(word: str, initial: str, before: str) -> str:
    if word == "pass":
        hump = initial == "P" and before[-1:].islower()
        joined = hump or before.lower().endswith(_PASSES)
        return word if joined else "" if before[-1:].isalpha() else "bare pass"
    if word in ("pw", "pat"):
        return "" if before[-1:].isalnum() else word
    if word == "key":
        owner = before.lower().rstrip("_- ")
        header = before.lower().endswith("x-api-")
        return "x-api-key" if header else word if owner.endswith(_KEYS) else ""
    return word


def _readers(
    name: re.Match[str], kind: str, before: str, prefix: str
) -> tuple[re.Pattern[str], ...]:
    """How the value that follows a name may be written, the first that fits counts."""
    option = prefix.startswith("--")
    in_tag = before.rfind("<") > before.rfind(">")
    if name["space"]:
        if option:
            return _QUOTED, _WORD
        if in_tag:
            return (_ELEMENT,)
        login = "login " in before  # as a .netrc file has it
        spoken = () if kind == "secret" else (_MADE,)  # what follows `secret` is its name
        return (_QUOTED, *((_WORD,) if login else ()), *spoken) if "pass" in kind else spoken
    if name["comma"]:
        return (_QUOTED,) if option or _PAIR.search(before) else ()
    if name["tag"]:
        return (_ELEMENT,) if in_tag else ()
    entry = name["sign"] == "=" and _ENTRY.search(before)
    inner = (_LIST,) if kind == "token" else (_LIST, _OBJECT)  # figures are told in tokens, too
    return _QUOTED, *inner, _BLOCK, _WORD if entry else _HEADER if kind in _HEADERS else _PLAIN
