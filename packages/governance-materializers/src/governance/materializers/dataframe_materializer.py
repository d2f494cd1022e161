"""`DataFrameMaterializer`: pandas DataFrames as ZenML artifacts."""

import contextlib
import io
from typing import Any, ClassVar
from uuid import uuid4

import pandas as pd
from zenml.enums import ArtifactType, VisualizationType
from zenml.materializers.base_materializer import BaseMaterializer
from zenml.materializers.materializer_registry import materializer_registry
from zenml.metadata.metadata_types import StorageSize
from zenml.utils import io_utils

from governance.materializers import _card, _container
from governance.materializers._failure import DataFrameLoadError
from governance.materializers._fidelity import encode_faithfully
from governance.materializers._profile import Profile, profile_frame, profile_stored

_FILE = "data.parquet"
_CARD = "profile.html"
_BUILT_IN_PARQUET = "df.parquet.gzip"
_BUILT_IN_CSV = "df.csv"


class DataFrameMaterializer(BaseMaterializer):
    """Stores a pandas DataFrame as one Parquet file that comes back as it was.

    A frame that Parquet would change is refused, and a file that was damaged or cut off is
    refused on load. Artifacts written by ZenML's own pandas materializer can be read too.
    """

    ASSOCIATED_TYPES: ClassVar[tuple[type[Any], ...]] = (pd.DataFrame,)
    ASSOCIATED_ARTIFACT_TYPE: ClassVar[ArtifactType] = ArtifactType.DATA

    _saved: tuple[pd.DataFrame, Profile] | None = None

    def save(self, data: pd.DataFrame) -> None:
        """Write a DataFrame to the artifact store.

        Args:
            data: The DataFrame.

        Raises:
            DataFrameMaterializationError: If it would not come back as it is; then nothing is
                written.
        """
        table, note = encode_faithfully(data)
        target = self._path(_FILE)
        # In an object store nothing can be read before the upload is complete, and what an
        # error cuts short has no footer. Elsewhere the file gets its name when it is whole.
        path = target if io_utils.is_remote(self.uri) else f"{target}.{uuid4().hex}"
        try:
            with self.artifact_store.open(path, "wb") as sink:
                size = _container.write(sink, table, note)
            if path != target:
                self.artifact_store.rename(path, target, overwrite=True)
        except BaseException:
            # Whatever removing it says, what matters is why it was not written.
            with contextlib.suppress(Exception):
                self.artifact_store.remove(path)
            raise
        self._saved = data, profile_stored(data, table, size)

    def load(self, data_type: type[Any]) -> pd.DataFrame:  # noqa: ARG002 (ZenML's signature)
        """Read the DataFrame from the artifact store.

        Args:
            data_type: What ZenML asks for; always a DataFrame.

        Raises:
            DataFrameLoadError: If the file is missing or damaged.
        """
        content = self._read(_FILE)
        if content is not None:
            return _container.read(content, self.uri)
        content = self._read(_BUILT_IN_PARQUET)
        if content is not None:
            return self._load_built_in(content)
        if self.artifact_store.exists(self._path(_BUILT_IN_CSV)):
            raise DataFrameLoadError(
                self.uri,
                "ZenML's own materializer wrote it as CSV, which keeps no types; load it with "
                "zenml.integrations.pandas.materializers.PandasMaterializer, repair the types "
                "and store it again.",
            )
        raise DataFrameLoadError(
            self.uri,
            f"it has no {_FILE}; restore the artifact from a backup, or run the step again.",
        )

    def extract_metadata(self, data: pd.DataFrame) -> dict[str, Any]:
        """Describe a DataFrame: rows, columns, schema, missing values and size.

        Args:
            data: The DataFrame.
        """
        profile = self._profile(data)
        metadata = profile.as_metadata()
        if profile.size is not None:
            metadata["size"] = StorageSize(profile.size)
        return metadata

    def save_visualizations(self, data: pd.DataFrame) -> dict[str, VisualizationType]:
        """Write a card for the dashboard; it shows no value of the data.

        Args:
            data: The DataFrame.
        """
        path = self._path(_CARD)
        with self.artifact_store.open(path, "wb") as sink:
            sink.write(_card.render(self._profile(data)).encode())
        return {path: VisualizationType.HTML}

    def _path(self, name: str) -> str:
        return f"{self.uri}/{name}"

    def _read(self, name: str) -> bytes | None:
        path = self._path(name)
        if not self.artifact_store.exists(path):
            return None
        with self.artifact_store.open(path, "rb") as source:
            content: bytes = source.read()
        return content

    def _load_built_in(self, content: bytes) -> pd.DataFrame:
        try:
            return pd.read_parquet(io.BytesIO(content), engine="pyarrow")
        except Exception as error:  # any bytes may come, and pandas wraps nothing
            raise DataFrameLoadError(
                self.uri,
                f"{_BUILT_IN_PARQUET} ({len(content)} bytes) is cut off or damaged "
                f"({type(error).__name__}); restore it from a backup, or run the step again.",
            ) from error

    def _profile(self, data: pd.DataFrame) -> Profile:
        if self._saved is not None and self._saved[0] is data:
            return self._saved[1]
        return profile_frame(data)


# Over ZenML's own materializer, whether that was registered before or will be: it registers
# itself only where nothing is registered.
materializer_registry.register_and_overwrite_type(pd.DataFrame, DataFrameMaterializer)
