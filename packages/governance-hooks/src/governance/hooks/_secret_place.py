"""Secrets that stand where a protocol or a command puts them: in addresses and arguments."""

import re
from collections.abc import Iterator

from governance.hooks._secret_value import is_masked, is_word

# In each, the last group is the secret.
_SCHEME = re.compile(
    r"\b(?:[bB](?i:earer|asic)|[tT](?i:oken)|[aA](?i:pikey)|[nN](?i:egotiate|tlm)) {1,3}"
    r"([A-Za-z0-9+/=._~\-]{8,})"
)
_QUERY = re.compile(
    r"[?&;](?i:sig|key|auth|code|pw|pass|apikey|jwt|sid|hmac|ticket)=([^\s&\"'<>#]{6,})"
)
_USER_OPTION = re.compile(
    r"(?<![\w\-])-(?:u|-user|-proxy-user)(?:[ =]|[\"'], ?)[\"']?[^\s:\"']{1,256}:"
    r"(?!\d{1,5}(?!\S))([^\s\"']+)"  # a user's and a group's numbers are no secret
)
_AUTH_PAIR = re.compile(r"\bauth=\([^()\n]{1,300}?, ?[\"']([^\"'\n]+)")
_SQL = re.compile(r"(?i:identified by|encrypted password) {1,3}'([^'\n]+)")
_CLIENT = re.compile(
    r"\b(?:sshpass|mysql\w{0,10}|mariadb\w{0,10}|redis-cli|docker login|mongo\w{0,10})\b"
    r"[^\n|;]{0,200}? -(?:p(?!ort|ath|rofile|rotocol|lugin)|a) ?[\"']?([^\s\"']+)"
)
_SECRET_TYPE = re.compile(r"\bSecret(?:Str|Bytes)\((?:value=)?b?[\"']([^\"'\n]*[^\"'*\n][^\"'\n]*)")
_ORACLE = re.compile(r"(?:jdbc:oracle:\w{1,10}:|\bsqlplus )[^/\s]{1,64}/([^\s@\"']+)@")
# A pattern is tried where its sign is found: that costs next to nothing.
_SCHEME_SIGNS = ("earer ", "EARER ", "asic ", "ASIC ", "oken ", "pikey ", "iKey ", "egotiate ")
_PLACES = (
    ("=", _QUERY),
    ("-u", _USER_OPTION),
    ("-proxy-user", _USER_OPTION),
    ("auth=(", _AUTH_PAIR),
    ("'", _SQL),
    (" -p", _CLIENT),
    (" -a", _CLIENT),
    ("Secret", _SECRET_TYPE),
    ("oracle:", _ORACLE),
    ("sqlplus ", _ORACLE),
)
# An address' user information reaches to its last @, for passwords hold @ and / as they
# please; where digits and a slash follow the colon, they are a port.
_ADDRESS = re.compile(r"(?<=://)[^\s\"'<>`]+")
_PORT = re.compile(r"[^/@:\[\]]*:\d{1,5}(?![^/?#,\])])")
_LONE_USER = 16  # a user without a password that is this long is a token


def placed_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Find secrets by the place they stand in.

    Args:
        text: Text of any length; the cost grows in proportion to it.

    Yields:
        Where a secret starts and ends.
    """
    if "://" in text:
        yield from _user_information(text)
    if any(sign in text for sign in _SCHEME_SIGNS):
        yield from (match.span(1) for match in _SCHEME.finditer(text) if not is_word(match[1]))
    for sign, place in _PLACES:
        if sign in text:
            yield from (match.span(1) for match in place.finditer(text) if not is_masked(match[1]))


def _user_information(text: str) -> Iterator[tuple[int, int]]:
    for address in _ADDRESS.finditer(text):
        user, at, _ = address[0].rpartition("@")
        if not at or _PORT.match(address[0]):
            continue
        name, colon, password = user.partition(":")
        if colon and "/" not in name and password and not is_masked(password):
            yield address.start() + len(name) + 1, address.start() + len(user)
        elif not colon and "/" not in user and len(user) >= _LONE_USER and not is_word(user):
            yield address.start(), address.start() + len(user)
