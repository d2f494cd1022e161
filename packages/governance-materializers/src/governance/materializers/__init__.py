"""pandas DataFrames as ZenML artifacts: fast Parquet that comes back as it was saved.

Importing the package makes `DataFrameMaterializer` ZenML's default for DataFrames; a step can
also name it:

    from governance.materializers import DataFrameMaterializer

    @step(output_materializers=DataFrameMaterializer)
    def load_data() -> pd.DataFrame:
        return pd.read_csv("data.csv")
"""

from typing import TYPE_CHECKING, Any

from governance.materializers._failure import (
    DataFrameLoadError,
    DataFrameMaterializationError,
    Problem,
)
from governance.materializers._registration import register_with_pandas

if TYPE_CHECKING:
    from governance.materializers.dataframe_materializer import DataFrameMaterializer

__all__ = [
    "DataFrameLoadError",
    "DataFrameMaterializationError",
    "DataFrameMaterializer",
    "Problem",
]


def __getattr__(name: str) -> Any:
    # Imports pandas, and so only when it is asked for.
    if name != "DataFrameMaterializer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from governance.materializers.dataframe_materializer import (  # noqa: PLC0415
        DataFrameMaterializer,
    )

    return DataFrameMaterializer


register_with_pandas()
