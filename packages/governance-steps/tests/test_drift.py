"""Measures of drift: against scipy and slow formulas, and how often they are wrong."""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, ks_2samp

from governance.steps import _bins, _ks
from governance.steps._bins import counted_numbers, counted_values
from governance.steps._check import Check
from governance.steps._drift import drift_of_counts, drift_of_numbers
from governance.steps._drift_sample import NumberSample, ValueSample, measured_drift
from governance.steps._fact import Unfit
from governance.steps._ks import largest_gap

pytestmark = pytest.mark.any_version

Draw = Callable[[np.random.Generator, int], np.ndarray]
counts = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12).map(
    lambda pairs: tuple(np.array(side) for side in zip(*pairs, strict=True))
)
filled = counts.filter(lambda sides: all(side.sum() > 0 for side in sides))
NUMBERS = [-(2.0**70), -1.5, -0.0, 0.0, 0.1, 1.0, 2.0, 3.0, 1e300, math.inf, -math.inf]
numbers = st.lists(st.sampled_from(NUMBERS) | st.floats(allow_nan=False), min_size=2, max_size=40)
integers = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3), min_size=2, max_size=40)


def arrays(kind: Any, values: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[Any]:
    array = values.map(lambda cells: np.array(cells, dtype=kind))
    return st.tuples(array, array)


samples = arrays(float, numbers) | arrays(np.int64, integers)


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a few numbers treated like millions."""
    monkeypatch.setattr(_ks, "_BINS", 8)
    monkeypatch.setattr(_ks, "_BLOCK", 5)
    monkeypatch.setattr(_bins, "_BLOCK", 5)


def psi_by_hand(reference: list[int], data: list[int]) -> float:
    index = 0.0
    for expected, actual in zip(reference, data, strict=True):
        if expected or actual:
            p, q = (expected or 0.5) / sum(reference), (actual or 0.5) / sum(data)
            index += (q - p) * (math.log(q) - math.log(p))
    return index


@given(filled)
def test_index_equals_its_formula(sides: tuple[np.ndarray, np.ndarray]) -> None:
    """The population stability index is what its formula gives, bin after bin."""
    reference, data = sides
    expected = psi_by_hand(reference.tolist(), data.tolist())
    assert drift_of_counts("psi", reference, data).figure == pytest.approx(expected, abs=1e-12)


@given(filled)
def test_distance_equals_that_of_scipy(sides: tuple[np.ndarray, np.ndarray]) -> None:
    """The Jensen-Shannon distance is scipy's to base 2, from 0 to 1."""
    figure = drift_of_counts("js", *sides).figure
    expected = float(np.nan_to_num(jensenshannon(*sides, base=2)))
    assert figure == pytest.approx(expected, abs=1e-9)
    assert 0 <= figure <= 1 + 1e-12


@given(filled)
def test_cramers_v_of_samples_of_one_size_equals_that_of_scipy(
    sides: tuple[np.ndarray, np.ndarray],
) -> None:
    """Of samples of one size, V is the root of scipy's chi-squared over the number of values."""
    reference, data = sides[0] * int(sides[1].sum()), sides[1] * int(sides[0].sum())
    kept = reference + data > 0
    statistic = chi2_contingency(np.stack([reference, data])[:, kept], correction=False)[0]
    expected = math.sqrt(statistic / (reference.sum() + data.sum()))
    assert drift_of_counts("chi2", *sides).figure == pytest.approx(expected, abs=1e-9)


@settings(max_examples=300)
@given(samples)
def test_largest_gap_equals_that_of_scipy(pair: tuple[np.ndarray, np.ndarray]) -> None:
    """Whether numbers are sorted or counted in bins, D is scipy's."""
    expected = ks_2samp(*pair, method="asymp").statistic
    assert largest_gap(*pair) == pytest.approx(expected, abs=1e-12)
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        assert largest_gap(*pair) == pytest.approx(expected, abs=1e-12)


SHAPES: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "skewed": lambda rng, n: rng.lognormal(0, 3, n),
    "one far off": lambda rng, n: np.append(rng.normal(size=n - 1), 1e300),
    "few integers": lambda rng, n: rng.integers(0, 5, n),
    "small type": lambda rng, n: rng.integers(-128, 128, n).astype(np.int8),
    "large integers": lambda rng, n: rng.integers(0, 2**64, n, dtype=np.uint64),
    "infinite": lambda rng, n: np.append(rng.normal(size=n - 1), np.inf),
    "one number": lambda _, n: np.full(n, 3.5),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_largest_gap_of_many_numbers_equals_that_of_scipy(shape: str) -> None:
    """At the size at which numbers are counted in bins, D is scipy's for all shapes."""
    rng = np.random.default_rng(3)
    for other in (shape, "normal"):
        pair = SHAPES[shape](rng, 70_000), SHAPES[other](rng, 50_000)
        expected = ks_2samp(*pair, method="asymp").statistic
        assert largest_gap(*pair) == pytest.approx(expected, abs=1e-12)


def bins_by_hand(reference: list[Any], data: list[Any]) -> tuple[list[int], list[int]]:
    """Count between the deciles, number by number."""
    ordered = sorted(reference)
    deciles = [
        ordered[place] for place in sorted({-(-n * len(ordered) // 10) - 1 for n in range(1, 10)})
    ]
    single = {decile for decile in deciles if deciles.count(decile) > 1}

    def place(value: Any) -> tuple[int, bool]:
        below = sum(decile < value for decile in set(deciles))
        return below, value in single

    counts = [Counter(map(place, side)) for side in (reference, data)]
    told = sorted(counts[0] | counts[1])
    return [counts[0][bin_] for bin_ in told], [counts[1][bin_] for bin_ in told]


@settings(max_examples=300)
@given(samples)
def test_bins_of_numbers_equal_those_counted_by_hand(
    pair: tuple[np.ndarray, np.ndarray],
) -> None:
    """Numbers are counted between the deciles of the reference, repeated ones on their own."""
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        found = counted_numbers(*pair)
    kept = found[0] + found[1] > 0
    assert tuple(side[kept].tolist() for side in found) == bins_by_hand(
        *(side.tolist() for side in pair)
    )


def test_numbers_on_either_side_of_a_constant_are_seen() -> None:
    """A column of one number has bins below and above it, also at the end of a type's range."""
    five, low = np.full(9, 5.0), np.full(9, -128, np.int8)
    for moved in (4.0, 6.0):
        counts = counted_numbers(five, np.full(9, moved))
        assert drift_of_counts("psi", *counts).figure > 1
    assert [side.tolist() for side in counted_numbers(low, low + np.int8(1))] == [[9, 0], [0, 9]]
    assert [side.tolist() for side in counted_numbers(five[:0], five)] == [[0], [9]]


def test_values_beyond_the_most_frequent_share_a_bin() -> None:
    """Fifty values have a bin each, the rarer ones one together, and the new ones another."""
    reference = np.array([0, 3, *range(100, 150), 2, 0])
    data = np.array([5, 7, *[1] * 50, 11, 13])
    told = [side.tolist() for side in counted_values(reference, data)]
    assert told == [[*range(149, 99, -1), 5, 0], [*[1] * 50, 18, 18]]


def check(method: str) -> Check:
    return Check("max_drift", (), {"method": method, "limit": 0.1})


def test_missing_cells_are_a_bin() -> None:
    """Cells that went missing are drift, for numbers as for values."""
    nine = np.full(9, 4)
    for sample in (NumberSample(nine, nine[:5], (0, 4)), ValueSample(nine[:1], nine[:1], (0, 4))):
        assert measured_drift(sample, check("js")).figure > 0.3  # type: ignore[operator]


def test_distance_of_functions_needs_numbers() -> None:
    """Values without an order, and columns without numbers, have no Kolmogorov-Smirnov's D."""
    one, none = np.ones(1, np.int64), np.ones(0, np.int64)
    for sample, reason in (
        (ValueSample(one, one, (0, 0)), "without an order"),
        (NumberSample(one, none, (0, 1)), "the data has only missing"),
        (NumberSample(none, one, (1, 0)), "the reference has only missing"),
    ):
        with pytest.raises(Unfit, match=reason):
            measured_drift(sample, check("ks"))


def drifts(method: str, draw: Draw, other: Draw, n: int, m: int, rounds: int) -> list[bool]:
    """Tell in many rounds whether samples of two distributions would fail at 0.1."""
    rng = np.random.default_rng(11)
    failed = []
    for _ in range(rounds):
        reference, data = draw(rng, n), other(rng, m)
        if reference.dtype.kind == "i":
            sides = [np.bincount(values, minlength=8) for values in (reference, data)]
            sample: Any = ValueSample(sides[0], sides[1], (0, 0))
        else:
            sample = NumberSample(reference, data, (0, 0))
        measure = measured_drift(sample, check(method))
        assert isinstance(measure.figure, float)
        failed.append(measure.figure > max(0.1, measure.chance))
    return failed


def normal(mean: float) -> Draw:
    return lambda rng, n: rng.normal(mean, 1, n)


def chosen(*shares: float) -> Draw:
    return lambda rng, n: rng.choice(len(shares), n, p=shares)


PLAIN, MOVED = chosen(0.4, 0.3, 0.2, 0.1), chosen(0.1, 0.2, 0.3, 0.4)
WAYS = [
    *[(method, normal(0), normal(1)) for method in ("psi", "ks", "chi2", "js")],
    *[(method, PLAIN, MOVED) for method in ("psi", "chi2", "js")],
]


@pytest.mark.parametrize(("method", "draw", "moved"), WAYS)
def test_few_rows_are_not_taken_for_drift(method: str, draw: Draw, moved: Draw) -> None:
    """Without drift few comparisons fail at a hundred rows, none at many; a planted shift does."""
    # About one of twenty; measured in 3,000 rounds, from 2 to 8 %.
    assert np.mean(drifts(method, draw, draw, 100, 100, 400)) < 0.12
    assert np.mean(drifts(method, draw, draw, 10_000, 100, 200)) < 0.12
    assert not any(drifts(method, draw, draw, 20_000, 20_000, 20))
    assert all(drifts(method, draw, moved, 100, 100, 20))
    assert all(drifts(method, draw, moved, 20_000, 1_000, 20))


def test_distance_of_functions_has_its_critical_value() -> None:
    """For many rows, what chance exceeds is the D whose p-value by scipy is 5 %."""
    rng = np.random.default_rng(5)
    pair = rng.random(3_000), rng.random(2_000) * 0.97
    chance = drift_of_numbers(*pair).chance
    assert chance == pytest.approx(1.3581 * math.sqrt(5_000 / 6_000_000), rel=1e-4)
