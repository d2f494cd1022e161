"""Figures about a frame: counted once, JSON-safe, and never more than ZenML stores."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from governance.materializers import DataFrameMaterializer

ARROW_DOUBLES = pd.arrays.ArrowExtensionArray(pa.chunked_array([[1.0, float("nan"), None]]))


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        (pd.Series([1.0, np.nan, None]), 2),
        (pd.Series([1, None, 3], dtype="Int64"), 1),
        (pd.Series([0.5, None, None], dtype="Float32"), 2),
        (pd.Series(["a", None, "b"], dtype=object), 1),
        (pd.Series(["a", np.nan, np.nan], dtype=object), 2),
        (pd.Series(["a", pd.NA, "b"], dtype=object), 1),
        (pd.Series(["a", None, "b"], dtype="string"), 1),
        (pd.Series(["a", None, "b"], dtype="category"), 1),
        (pd.Series(pd.Categorical([1, None, None])), 2),
        (pd.Series(pd.DatetimeIndex(["2020", None, None])), 2),
        (pd.Series(pd.to_timedelta(["1D", None, "2D"])), 1),
        (pd.Series(pd.PeriodIndex(["2020", None, None], freq="D")), 2),
        (pd.Series(pd.IntervalIndex.from_arrays([0.0, np.nan, 1], [1.0, np.nan, 2])), 1),
        (pd.Series([[None], None, [1.0]]), 1),
        (pd.Series(ARROW_DOUBLES), 2),
        (pd.Series([1, None, 3], dtype="int64[pyarrow]"), 1),
        (pd.Series([], dtype="float64"), 0),
        (pd.Series([], dtype="double[pyarrow]"), 0),
        (pd.Series([True, False, True]), 0),
        (pd.Series(["", "nan", "None"]), 0),
        (pd.Series([np.inf, -np.inf, 0.0]), 0),
    ],
    ids=lambda value: str(getattr(value, "dtype", "")),
)
def test_missing(values: Any, missing: int, folder: Path) -> None:
    """None, NaN, NaT and NA are missing, nothing else is; saved or not, the count is the same."""
    frame = pd.DataFrame({"x": values})
    materializer = DataFrameMaterializer(str(folder))
    assert materializer.extract_metadata(frame)["missing"] == {"x": missing}
    materializer.save(frame)
    assert materializer.extract_metadata(frame)["missing"] == {"x": missing}


def test_nan_beside_na_is_missing_too(folder: Path) -> None:
    """A nullable column that hides NaN behind its mask counts both."""
    array = pd.arrays.FloatingArray(np.array([1.0, np.nan, 0.0]), np.array([False, False, True]))
    frame = pd.DataFrame({"x": array})
    assert DataFrameMaterializer(str(folder)).extract_metadata(frame)["missing"] == {"x": 2}


@pytest.mark.parametrize("label", ["column {}", "Spalte für Überschüsse {}", 'quoted "{}"'])
def test_metadata_fits_into_zenml(label: str, folder: Path) -> None:
    """Of 5,000 columns as many are told as ZenML stores, and how many are left out."""
    frame = pd.DataFrame(np.zeros((1, 5_000)), columns=[label.format(n) for n in range(5_000)])
    metadata = DataFrameMaterializer(str(folder)).extract_metadata(frame)
    assert (metadata["rows"], metadata["columns"]) == (1, 5_000)
    for key in ("schema", "missing"):
        assert 50_000 < len(json.dumps(metadata["schema"])) < 65_535
        assert len(metadata[key]) + metadata["columns_omitted"] == 5_000
        assert next(iter(metadata[key])) == label.format(0)


def test_one_label_beyond_the_limit_is_left_out(folder: Path) -> None:
    """A label of 100 kB does not take the metadata of the whole frame with it."""
    frame = pd.DataFrame({"a": [1], "b" * 100_000: [2], "c": [3]})
    metadata = DataFrameMaterializer(str(folder)).extract_metadata(frame)
    assert metadata["schema"] == {"a": "int64"}
    assert metadata["columns_omitted"] == 2
