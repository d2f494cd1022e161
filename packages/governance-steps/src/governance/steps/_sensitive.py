"""Which columns look as if they held personal data or secrets: by name, and by their text."""

import re
from collections.abc import Iterable

# Parts of a name that tell it wherever they stand ...
_ANYWHERE = (
    "account", "address", "adresse", "birth", "cookie", "credential", "credit", "email",
    "firstname", "fullname", "geburt", "gender", "iban", "ipaddr", "lastname", "licence",
    "license", "mobil", "passport", "passwd", "password", "patient", "phone",
    "postal", "postcode", "religion", "salary", "secret", "signature", "social", "ssn", "strasse",
    "street", "surname", "telefon", "token", "username", "vorname", "zipcode",
)  # fmt: skip
# ... and those that are words of their own.
_WORDS = frozenset(
    ("bic", "card", "cvv", "dob", "fax", "ip", "lat", "latitude", "lon", "longitude", "mac",
     "mail", "name", "names", "nin", "pan", "pass", "pin", "sex", "swift", "tax", "tel", "url",
     "user", "vat", "zip")
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PERSONAL = re.compile(
    r"\S@\S"  # an e-mail address
    r"|[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9]{4}[ -]?[A-Za-z0-9]"  # an IBAN
    r"|\d(?:[ ()./+-]*\d){6}"  # a number of a phone, a card, a person
    r"|://"
)


def is_sensitive_name(name: str) -> bool:
    """Tell whether a column's name says that it holds personal data or secrets.

    Args:
        name: Such as `customer_email` or `homePhone`.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    return not _WORDS.isdisjoint(words) or any(part in joined for part in _ANYWHERE)


def has_personal_text(values: Iterable[str]) -> bool:
    """Tell whether a value looks like an address, an account, or somebody's number.

    Args:
        values: Values of a column.
    """
    return any(_PERSONAL.search(value) for value in values)
