"""What drift and overlap cost beside scipy and pandas, in one run: [--rows N].

Each column has as many rows in the reference as in the data. Kolmogorov-Smirnov's D is measured
beside scipy.stats.ks_2samp, whose statistic it equals; the index beside one from pandas.cut and
value_counts; the overlap beside pandas.merge.
"""

import argparse
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from governance.steps._check import Check
from governance.steps._reference import read_reference
from tools.bench_data_quality import measured
from tools.memory import peak

if TYPE_CHECKING:
    from collections.abc import Callable

_MILLION = 1_000_000
_SIDES = ("gate", "rival")


def main() -> None:
    """Print seconds, ratios and extra peak memory of each pair of ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=_MILLION)
    rows = parser.parse_args().rows
    reference, data = made(rows, 1), made(rows, 2)
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        f"{method}, {name}": (
            partial(drift, reference, data, name, method),
            partial(rival, reference[name], data[name]),
        )
        for method, rival, names in (
            ("ks", scipy_ks, ("normal", "skewed", "integer")),
            ("psi", pandas_psi, ("normal", "integer", "text", "id")),
        )
        for name in names
    }
    ways["overlap, all columns"] = (
        partial(overlap, reference, data),
        partial(pandas_overlap, reference, data),
    )
    for name, (ours, theirs) in ways.items():
        if name.startswith("ks") and abs(ours() - theirs()) > 1e-12:  # noqa: PLR2004 (rounding)
            raise AssertionError(name)
    seconds = measured(
        {
            f"{name}: {side}": way
            for name, pair in ways.items()
            for side, way in zip(_SIDES, pair, strict=True)
        }
    )
    print(f"{rows:,} x {rows:,} rows; CPU seconds, and extra peak memory in MB")
    print(f"  {'':22} {'gate':>8} {'rival':>8} {'ratio':>7} {'gate MB':>8} {'rival MB':>9}")
    for name, (ours, theirs) in ways.items():
        gate, rival = (seconds[f"{name}: {side}"] for side in _SIDES)
        print(
            f"  {name:22} {gate:8.3f} {rival:8.3f} {rival / gate:7.1f} "
            f"{peak(ours):8,.0f} {peak(theirs):9,.0f}"
        )


def made(rows: int, seed: int) -> pd.DataFrame:
    """Make a frame, the same in every run."""
    rng = np.random.default_rng(seed)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "normal": rng.normal(50, 10, rows),
            "skewed": rng.lognormal(0, 3, rows),
            "integer": rng.integers(0, 1_000, rows),
            "text": pd.Series(rng.choice(["alpha", "beta", "gamma"], rows), dtype="str"),
            "id": pd.Series([f"c-{n:010d}" for n in rng.permutation(rows)], dtype="str"),
        }
    )
    return frame


def drift(reference: pd.DataFrame, data: pd.DataFrame, name: str, method: str) -> float:
    """Measure a column as the gate does."""
    check = Check("max_drift", (name,), {"method": method, "limit": 0.1})
    figure = read_reference(data, reference, [check])[0][name].figure
    return float(figure or 0)


def overlap(reference: pd.DataFrame, data: pd.DataFrame) -> int:
    """Count the rows in both as the gate does."""
    check = Check("max_overlap", (), {"limit": 0})
    return read_reference(data, reference, [check])[0][None].count


def scipy_ks(reference: Any, data: Any) -> float:
    """Measure Kolmogorov-Smirnov's D as a user of scipy would."""
    return float(ks_2samp(reference, data, method="asymp").statistic)


def pandas_psi(reference: Any, data: Any) -> float:
    """Compute the index as most users would write it."""
    if reference.dtype.kind in "if":
        edges = np.unique(np.quantile(reference, np.linspace(0, 1, 11)))
        edges[[0, -1]] = -np.inf, np.inf
        reference, data = (pd.cut(column, edges.tolist()) for column in (reference, data))
    shares = pd.concat([c.value_counts(normalize=True) for c in (reference, data)], axis=1)
    expected, actual = shares.fillna(1e-4).to_numpy().T
    return float(((actual - expected) * np.log(actual / expected)).sum())


def pandas_overlap(reference: pd.DataFrame, data: pd.DataFrame) -> int:
    """Count the rows in both as most users would write it."""
    return len(data.merge(reference.drop_duplicates(), how="inner"))


if __name__ == "__main__":
    main()
