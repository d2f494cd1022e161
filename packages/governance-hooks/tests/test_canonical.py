import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.hooks._canonical import canonical, fingerprint

_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
)
_FACTS = st.dictionaries(
    st.text(st.characters(codec=None), max_size=5),
    st.recursive(
        _SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
        max_leaves=10,
    ),
    max_size=4,
)


def test_example_of_the_standard() -> None:
    """The sample of RFC 8785, section 3.2.3, is written as it is there."""
    sample: dict[str, Any] = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(sample).decode() == expected


@given(_FACTS)
def test_anything_can_be_written(facts: dict[str, Any]) -> None:
    """Whatever the facts hold, strict JSON comes out, and the same again when it is read."""
    written = canonical(facts)
    read = json.loads(written, parse_constant=pytest.fail)
    assert canonical(read) == written


def test_order_of_keys_does_not_matter() -> None:
    """The same facts in another order have the same fingerprint, others another."""
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": (2,), "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_what_has_no_canonical_form_is_text() -> None:
    """NaN and integers that a double does not hold are written as text."""
    assert canonical([float("nan"), 2**60, -(2**53)]) == (
        b'["nan","1152921504606846976","-9007199254740992"]'
    )
