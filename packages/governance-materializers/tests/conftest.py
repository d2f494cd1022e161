"""Every test runs on a real ZenML store in a temporary folder."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from pandas.testing import assert_frame_equal, assert_index_equal

_HOME = tempfile.mkdtemp(prefix="governance-zenml-")
# ZenML reads its environment when it is first imported.
os.environ.update(
    ZENML_ANALYTICS_OPT_IN="false",
    ZENML_CONFIG_PATH=_HOME,
    ZENML_ENABLE_REPO_INIT_WARNINGS="false",
    ZENML_LOGGING_COLORS_DISABLED="true",
)

from zenml.utils import source_utils  # noqa: E402 not before its environment is set

# How long an example takes says how busy the machine is. In CI the examples are the same each
# time, and so is what they cover.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

# A process that pytest-xdist starts has no main module whose place would tell ZenML where the
# tests' own steps are.
source_utils.set_custom_source_root(str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _zenml_home() -> Iterator[None]:
    """Remove the store when the tests are over."""
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an artifact's folder in the artifact store of the active stack."""
    from zenml.client import Client

    path = Path(Client().active_stack.artifact_store.path, "artifact")
    path.mkdir()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def assert_same() -> Callable[[pd.DataFrame, pd.DataFrame], None]:
    """Give the strictest comparison: pandas' own, and of objects type and value."""

    def check(saved: pd.DataFrame, loaded: pd.DataFrame) -> None:
        assert type(loaded) is type(saved)
        assert list(loaded.dtypes) == list(saved.dtypes)
        objects = [place for place, dtype in enumerate(saved.dtypes) if dtype == np.dtype("O")]
        for place in objects:
            # pandas takes 1.5 for Decimal("1.50"), and [NaN] for unequal to itself.
            before, after = saved.iloc[:, place], loaded.iloc[:, place]
            assert list(map(repr, after)) == list(map(repr, before))
            assert list(map(type, after)) == list(map(type, before))
        others = [place for place in range(saved.shape[1]) if place not in objects]
        assert_frame_equal(
            loaded.iloc[:, others],
            saved.iloc[:, others],
            check_exact=True,
        )
        assert loaded.columns.identical(saved.columns)
        assert_index_equal(loaded.index, saved.index, exact=True)
        assert getattr(loaded.index, "freq", None) == getattr(saved.index, "freq", None)
        assert repr(loaded.attrs) == repr(saved.attrs)

    return check
