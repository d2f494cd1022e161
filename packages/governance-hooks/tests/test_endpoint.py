import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.hooks._endpoint import Endpoint, endpoint

_WORDS = st.text("abc%:/@é ", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("http://gw:9091", Endpoint("http://gw:9091")),
        (" https://gw/prefix/ ", Endpoint("https://gw/prefix")),
        ("https://ada:p%40ss@gw:1", Endpoint("https://gw:1", "ada", "p@ss")),
        ("https://token@gw", Endpoint("https://gw", "token", "")),
        ("http://[::1]:9091/x?key=k#f", Endpoint("http://[::1]:9091/x")),
    ],
)
def test_credentials_stand_apart(url: str, known: Endpoint) -> None:
    """An address is shown without credentials and without what stands behind a question mark."""
    assert endpoint(url) == known
    assert known.password == "" or known.password not in repr(known)


@given(_WORDS, _WORDS)
def test_no_credential_is_shown(user: str, password: str) -> None:
    """Whatever user and password are, the address is the same without them."""
    from urllib.parse import quote

    found = endpoint(f"https://{quote(user, safe='')}:{quote(password, safe='')}@gw:9091/x")
    assert found == Endpoint("https://gw:9091/x", user, password)


@pytest.mark.parametrize(
    "url", ["", "gw:9091", "ftp://gw", "http://", "http://gw:port", "http://[gw", "http://:9091"]
)
def test_other_addresses_are_refused(url: str) -> None:
    """What is no http or https URL is an error that shows how one looks."""
    with pytest.raises(ValueError, match="such as http://pushgateway:9091"):
        endpoint(url)
