"""The materializer inside ZenML: pipelines, artifacts, metadata, the dashboard's card."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest
from zenml import load_artifact, pipeline, save_artifact, step
from zenml.artifact_stores.base_artifact_store import BaseArtifactStore, BaseArtifactStoreConfig
from zenml.client import Client
from zenml.enums import ArtifactType, StackComponentType, VisualizationType
from zenml.integrations.pandas.materializers.pandas_materializer import PandasMaterializer
from zenml.models import ArtifactVersionResponse, PipelineRunResponse

from governance.materializers import (
    DataFrameLoadError,
    DataFrameMaterializer,
)

Check = Callable[[pd.DataFrame, pd.DataFrame], None]
SOURCE = "governance.materializers.dataframe_materializer.DataFrameMaterializer"


def customers() -> Any:
    """Return a frame with an index, categories and missing values of several kinds."""
    frame = pd.DataFrame(
        {
            "age": [31.0, None, 47.0, None],
            "city": pd.Series(["Bern", None, "Bonn", "Brno"], dtype=object),
            "plan": pd.Categorical(["a", "b", None, "a"], categories=["b", "a", "c"]),
            "since": pd.DatetimeIndex(["2020", None, "2021", "2022"]),
            "visits": pd.array([1, 2, None, 4], dtype="Int64"),
        }
    )
    frame.index = pd.Index([11, 12, 13, 14], name="customer")
    return frame


@step
def load_data() -> Annotated[pd.DataFrame, "raw_data"]:
    frame: pd.DataFrame = customers()
    return frame


@step
def gate(dataset: Any) -> Annotated[Any, "validated_data"]:
    return dataset


@step
def count(data: pd.DataFrame) -> Annotated[int, "rows"]:
    assert data.index.name == "customer"
    assert list(data["plan"].cat.categories) == ["b", "a", "c"]
    return len(data)


@step
def load_waves() -> pd.DataFrame:
    frame: pd.DataFrame = pd.DataFrame({"wave": [1j], "fine": [1]})
    return frame


@step(output_materializers=DataFrameMaterializer)
def load_named() -> Annotated[pd.DataFrame, "named"]:
    frame: pd.DataFrame = customers()
    return frame


def chain() -> None:
    count(gate(load_data()))


static_chain = pipeline(enable_cache=False, name="static_chain")(chain)
dynamic_chain = pipeline(enable_cache=False, name="dynamic_chain", dynamic=True)(chain)


@pipeline(enable_cache=False)
def refused() -> None:
    load_waves()


@pipeline(enable_cache=False)
def named() -> None:
    load_named()


def output(run: PipelineRunResponse | None, name: str) -> ArtifactVersionResponse:
    """Return the artifact of this name that the run wrote."""
    assert run is not None
    (artifact,) = [
        artifact
        for step_run in run.steps.values()
        for artifact in step_run.regular_outputs.values()
        if artifact.name == name
    ]
    return artifact


@pytest.fixture(scope="module", params=["static", "dynamic"])
def run(request: pytest.FixtureRequest) -> PipelineRunResponse | None:
    """Give a finished run of load, gate and count."""
    return {"static": static_chain, "dynamic": dynamic_chain}[request.param]()


def test_steps_pass_frames_on(run: PipelineRunResponse | None, assert_same: Check) -> None:
    """A frame goes through a pipeline unchanged, also through a gate that takes anything."""
    assert run is not None
    assert run.status == "completed"
    for name in ("raw_data", "validated_data"):
        artifact = output(run, name)
        assert artifact.materializer.import_path == SOURCE
        assert artifact.type == ArtifactType.DATA
        assert_same(customers(), artifact.load())


def test_metadata_is_in_the_client(run: PipelineRunResponse | None) -> None:
    """Every stored frame tells its rows, columns, schema, missing values and size."""
    artifact = output(run, "validated_data")
    metadata: dict[str, Any] = dict(artifact.run_metadata)
    size = metadata.pop("size")
    assert size == Path(artifact.uri, "data.parquet").stat().st_size
    assert metadata.pop("storage_size") >= size
    schema = {"age": "float64", "city": "object", "plan": "category", "visits": "Int64"}
    assert metadata == {
        "rows": 4,
        "columns": 5,
        "schema": schema | {"since": str(customers()["since"].dtype)},
        "missing": {"age": 2, "city": 1, "plan": 1, "since": 1, "visits": 1},
        "columns_omitted": 0,
    }


def test_card_is_in_the_dashboard(run: PipelineRunResponse | None) -> None:
    """The dashboard gets one HTML page, which holds names and figures but no value."""
    (entry,) = output(run, "raw_data").visualizations or []
    assert entry.type == VisualizationType.HTML
    page = Path(entry.uri).read_text()
    assert "city" in page
    assert "Bern" not in page


def test_a_step_can_name_the_materializer() -> None:
    """`output_materializers=` takes the class."""
    assert output(named(), "named").materializer.import_path == SOURCE


def test_a_frame_that_cannot_be_stored_fails_the_step(caplog: pytest.LogCaptureFixture) -> None:
    """The run fails with an error that names the column, and no artifact is left."""
    with pytest.raises(RuntimeError, match="load_waves"):
        refused()
    last = Client().list_pipeline_runs(pipeline="refused", sort_by="desc:created").items[0]
    assert last.status == "failed"
    assert "column wave: dtype complex128" in caplog.text
    assert last.steps["load_waves"].regular_outputs == {}


def test_frames_outside_of_a_pipeline(assert_same: Check) -> None:
    """`save_artifact` and `load_artifact` use the materializer as well; nothing is pickled."""
    saved = save_artifact(customers(), "outside")
    assert saved.materializer.import_path == SOURCE
    assert_same(customers(), load_artifact("outside"))


def test_artifacts_of_zenml_are_read(folder: Path) -> None:
    """What ZenML's own materializer wrote as Parquet can be loaded."""
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, None]}, index=pd.Index([5, 6], name="id"))
    PandasMaterializer(str(folder)).save(frame)
    loaded = DataFrameMaterializer(str(folder)).load(pd.DataFrame)
    pd.testing.assert_frame_equal(loaded, frame)


def test_a_damaged_artifact_of_zenml_names_its_uri(folder: Path) -> None:
    """A file that ZenML's own materializer cut short is refused by name."""
    PandasMaterializer(str(folder)).save(pd.DataFrame({"a": [1, 2]}))
    file = folder / "df.parquet.gzip"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DataFrameLoadError, match="is cut off or damaged") as caught:
        DataFrameMaterializer(str(folder)).load(pd.DataFrame)
    assert caught.value.uri == str(folder)


def test_csv_of_zenml_is_refused(folder: Path) -> None:
    """CSV has no types, so a guess at them is refused, with the way out."""
    (folder / "df.csv").write_text(",a\n0,1\n")
    with pytest.raises(DataFrameLoadError, match=r"load it with .*PandasMaterializer"):
        DataFrameMaterializer(str(folder)).load(pd.DataFrame)


def test_a_missing_file_names_the_uri(folder: Path) -> None:
    """An artifact without its file is refused by name."""
    with pytest.raises(DataFrameLoadError, match=r"it has no data\.parquet") as caught:
        DataFrameMaterializer(str(folder)).load(pd.DataFrame)
    assert str(folder) in str(caught.value)


class TornError(Exception):
    """The connection broke, or the disk is full."""


class TornFile:
    """A file that takes some data and then no more."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> "TornFile":  # noqa: PYI034 (Self needs Python 3.11)
        self.file.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.file.__exit__(*error)

    def write(self, data: bytes) -> None:
        self.file.write(data[: len(data) // 2 + 2])
        if self.file.tell() > 500:
            raise TornError


def tear(store: BaseArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file written to the store break off."""
    whole = store.open
    monkeypatch.setattr(store, "open", lambda path, mode: TornFile(whole(path, mode)))


@pytest.fixture(scope="module")
def disk() -> BaseArtifactStore:
    """Give the local artifact store."""
    return Client().active_stack.artifact_store


def test_a_save_that_dies_leaves_nothing(
    folder: Path, disk: BaseArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A save that fails half-way leaves no file, and the error that made it fail."""
    tear(disk, monkeypatch)
    with pytest.raises(TornError):
        DataFrameMaterializer(str(folder), disk).save(customers())
    assert list(folder.iterdir()) == []


def test_a_save_that_dies_keeps_what_was_there(
    folder: Path, disk: BaseArtifactStore, monkeypatch: pytest.MonkeyPatch, assert_same: Check
) -> None:
    """A save over an older file replaces it whole or not at all."""
    DataFrameMaterializer(str(folder), disk).save(customers())
    tear(disk, monkeypatch)
    with pytest.raises(TornError):
        DataFrameMaterializer(str(folder), disk).save(customers().head(2))
    monkeypatch.undo()
    assert_same(customers(), DataFrameMaterializer(str(folder), disk).load(pd.DataFrame))
    assert [path.name for path in folder.iterdir()] == ["data.parquet"]


def test_a_process_that_dies_leaves_nothing_to_read(
    folder: Path, disk: BaseArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed process had written has no name under which it could be loaded."""

    def killed(*_: Any, **__: Any) -> None:
        raise TornError

    tear(disk, monkeypatch)
    monkeypatch.setattr(disk, "remove", killed)
    with pytest.raises(TornError):
        DataFrameMaterializer(str(folder), disk).save(customers())
    monkeypatch.undo()
    assert len(list(folder.iterdir())) == 1
    with pytest.raises(DataFrameLoadError, match=r"it has no data\.parquet"):
        DataFrameMaterializer(str(folder), disk).load(pd.DataFrame)


class BucketConfig(BaseArtifactStoreConfig):
    """The configuration of a store with the manners of S3."""

    SUPPORTED_SCHEMES: ClassVar[set[str]] = {"s3://"}


class Bucket(BaseArtifactStore):
    """A store in memory with the manners of S3: an object appears when it is closed."""

    def __init__(self) -> None:
        now = datetime.now(tz=timezone.utc)
        super().__init__(
            name="bucket",
            id=uuid4(),
            config=BucketConfig(path="s3://bucket"),
            flavor="bucket",
            type=StackComponentType.ARTIFACT_STORE,
            user=None,
            created=now,
            updated=now,
        )
        self.objects: dict[str, bytes] = {}

    def open(self, path: Any, mode: str = "r") -> Any:
        if mode == "rb":
            return io.BytesIO(self.objects[path])

        class Upload(io.BytesIO):
            def close(upload) -> None:  # noqa: N805
                self.objects[path] = upload.getvalue()
                super().close()

        return Upload()

    def exists(self, path: Any) -> bool:
        return path in self.objects

    def remove(self, path: Any) -> None:
        del self.objects[path]

    def rename(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    copyfile = glob = isdir = listdir = makedirs = mkdir = rmtree = size = stat = walk = rename


@pytest.fixture(scope="module")
def bucket() -> Bucket:
    """Give an object store."""
    return Bucket()


def test_object_stores_get_one_upload(bucket: Bucket, assert_same: Check) -> None:
    """In an object store the file is written once, under its own name, and never renamed."""
    materializer = DataFrameMaterializer("s3://bucket/one", bucket)
    materializer.save(customers())
    assert [path for path in bucket.objects if "/one/" in path] == ["s3://bucket/one/data.parquet"]
    assert_same(customers(), materializer.load(pd.DataFrame))
    assert materializer.save_visualizations(customers()) == {
        "s3://bucket/one/profile.html": VisualizationType.HTML
    }


def test_object_stores_keep_no_half_file(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload that the store completed although it was cut short is removed."""
    tear(bucket, monkeypatch)
    materializer = DataFrameMaterializer("s3://bucket/torn", bucket)
    with pytest.raises(TornError):
        materializer.save(customers())
    assert not [path for path in bucket.objects if "/torn/" in path]


def test_half_files_that_cannot_be_removed_cannot_be_read(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even removing it fails, half a file is refused, and the first error is told."""
    tear(bucket, monkeypatch)
    monkeypatch.setattr(bucket, "remove", bucket.rename)
    materializer = DataFrameMaterializer("s3://bucket/stuck", bucket)
    with pytest.raises(TornError):
        materializer.save(customers())
    monkeypatch.undo()
    assert "s3://bucket/stuck/data.parquet" in bucket.objects
    with pytest.raises(DataFrameLoadError, match="is cut off or damaged"):
        materializer.load(pd.DataFrame)


def test_metadata_without_a_save(folder: Path) -> None:
    """Metadata is the same for a frame that this instance did not save, except for its size."""
    saved = DataFrameMaterializer(str(folder))
    saved.save(customers())
    expected = saved.extract_metadata(customers())
    assert "size" not in expected
    frame = customers()
    saved.save(frame)
    assert saved.extract_metadata(frame) == expected | {
        "size": (folder / "data.parquet").stat().st_size
    }


def test_metadata_of_the_saved_frame_costs_no_second_pass(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the save has counted is not counted again."""
    frame = customers()
    materializer = DataFrameMaterializer(str(folder))
    materializer.save(frame)
    monkeypatch.delattr(pd.Series, "isna")
    assert materializer.extract_metadata(frame)["missing"]["age"] == 2


def test_metadata_is_strict_json(folder: Path) -> None:
    """No NaN, no infinity and no label that is not text gets into the metadata."""
    frame = pd.DataFrame({1.5: [np.inf, np.nan], "1.5": [1, 2], ("a", 1): [None, None]})
    metadata = DataFrameMaterializer(str(folder)).extract_metadata(frame)
    assert json.loads(json.dumps(metadata, allow_nan=False)) == metadata
    assert metadata["missing"] == {"1.5": 1, "1.5 (column 1)": 0, "('a', 1)": 2}
