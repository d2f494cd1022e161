"""What semantic versioning protects: a change here is a change of the major version."""

import inspect
import json
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from syrupy.assertion import SnapshotAssertion
from zenml.enums import ArtifactType
from zenml.metadata.metadata_types import StorageSize
from zenml.utils import source_utils

import governance.materializers
from governance.materializers import (
    DataFrameLoadError,
    DataFrameMaterializationError,
    DataFrameMaterializer,
    Problem,
)


def test_public_names() -> None:
    """These names, no more and no fewer, are public."""
    assert sorted(governance.materializers.__all__) == [
        "DataFrameLoadError",
        "DataFrameMaterializationError",
        "DataFrameMaterializer",
        "Problem",
    ]
    assert all(hasattr(governance.materializers, name) for name in governance.materializers.__all__)


def test_source_in_stored_artifacts() -> None:
    """ZenML keeps this path with every artifact, and loads the class by it, for ever."""
    source = source_utils.resolve(DataFrameMaterializer)
    assert source.import_path == (
        "governance.materializers.dataframe_materializer.DataFrameMaterializer"
    )
    assert source_utils.load(source) is DataFrameMaterializer


def test_what_it_is_for() -> None:
    """It stores DataFrames, as data, through the methods that ZenML calls."""
    assert (pd.DataFrame,) == DataFrameMaterializer.ASSOCIATED_TYPES
    assert DataFrameMaterializer.ASSOCIATED_ARTIFACT_TYPE == ArtifactType.DATA
    methods = ("extract_metadata", "load", "save", "save_visualizations")
    assert {
        name: list(inspect.signature(getattr(DataFrameMaterializer, name)).parameters)
        for name in methods
    } == {
        "extract_metadata": ["self", "data"],
        "load": ["self", "data_type"],
        "save": ["self", "data"],
        "save_visualizations": ["self", "data"],
    }


def test_files_and_metadata(folder: Path) -> None:
    """Names of files, and names and types of metadata, are what others read by."""
    frame = pd.DataFrame({"a": [1.0, None]})
    materializer = DataFrameMaterializer(str(folder))
    materializer.save(frame)
    (card,) = materializer.save_visualizations(frame)
    assert card == f"{folder}/profile.html"
    assert sorted(path.name for path in folder.iterdir()) == ["data.parquet", "profile.html"]
    metadata = materializer.extract_metadata(frame)
    assert {name: type(value) for name, value in metadata.items()} == {
        "rows": int,
        "columns": int,
        "schema": dict,
        "missing": dict,
        "columns_omitted": int,
        "size": StorageSize,
    }


def test_errors_are_what_callers_catch() -> None:
    """Both errors are ValueErrors with their details as attributes."""
    assert DataFrameMaterializationError.__bases__ == DataFrameLoadError.__bases__ == (ValueError,)
    assert [field.name for field in fields(Problem)] == ["part", "name", "found", "remedy"]
    problem = Problem(part="index", name=None, found="names of type tuple", remedy="rename it")
    with pytest.raises(AttributeError):
        problem.found = ""  # type: ignore[misc]
    assert str(problem) == "index: names of type tuple. Remedy: rename it."


def test_note_in_the_file(folder: Path, snapshot: SnapshotAssertion) -> None:
    """The note that says how to read a file is the same as in every file of this format."""
    frame = pd.DataFrame(
        {
            "plain": [1],
            "seconds": pd.Series(["2020"]).astype("datetime64[s]"),
            "object": pd.Series([b"x"], dtype=object),
            "masked": pd.array([1], dtype="Int8"),
            "string": pd.array(["x"], dtype="string[python]"),
            "arrow": pd.array([1], dtype="int8[pyarrow]"),
            "category": pd.Categorical([2]),
            "period": pd.period_range("2020", periods=1, freq="D"),
            "interval": pd.interval_range(0, 1),
        }
    )
    frame.index = pd.DatetimeIndex(["2020"], freq="D", name="day", dtype="datetime64[ns]")
    frame.columns = frame.columns.astype(object)
    frame.attrs["source"] = "crm"
    DataFrameMaterializer(str(folder)).save(frame)
    note = pq.ParquetFile(folder / "data.parquet").metadata.metadata[b"governance.materializers"]
    entries = json.loads(note)
    assert set(entries.pop("written_by")) == {"governance-materializers", "pandas", "pyarrow"}
    assert entries["labels"].pop("packet")
    assert [spec.pop("categories", None) is None for spec in entries["columns"]].count(False) == 1
    assert entries == snapshot
