"""Where measurements are sent: an address apart from the credentials that it may hold."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit


@dataclass(frozen=True)
class Endpoint:
    """An address over HTTP.

    Attributes:
        url: The address without credentials, as it may be shown.
        user: The user to log in as, or None.
        password: The user's password.
    """

    url: str
    user: str | None = None
    password: str = field(default="", repr=False)


def endpoint(url: str) -> Endpoint:
    """Take an address apart.

    Args:
        url: An http or https URL, possibly with `user:password@` before the host.

    Returns:
        The address and its credentials.

    Raises:
        ValueError: If it is no such URL; the message does not repeat it.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket without its other
        usable = False
    if not usable:
        raise ValueError("expected an http or https URL such as http://pushgateway:9091")
    host = parts.netloc.rpartition("@")[2]
    return Endpoint(
        # What stands behind a question mark may be a token.
        urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")),
        None if parts.username is None else unquote(parts.username),
        unquote(parts.password or ""),
    )
