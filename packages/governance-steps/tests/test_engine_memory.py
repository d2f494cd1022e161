"""Data larger than the memory that is used for it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

FILES = 24
ROWS = 250_000
COLUMNS = 14
MEGABYTES = FILES * ROWS * COLUMNS * 8 / 10**6

SCAN = """
import sys
import polars
import pyarrow.dataset
from governance.steps import DataContract, _arrow_dataset, _polars
from governance.steps._frame import read_facts

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1_000

columns = {f"f{n}": {"min": 0, "max": 1, "missing": 0, "finite": True} for n in range(12)}
columns["s"] = {"pattern": "c.*", "max_share": 1, "length": {"min": 2}}
checks = list(DataContract.of({"columns": columns}).checks())
open_data = {"polars": polars.scan_parquet, "pyarrow": pyarrow.dataset.dataset}[sys.argv[1]]
before = peak()
facts = read_facts(open_data(sys.argv[2]), checks)
print(facts.rows, sum(facts.missing), sum(m.count for m in facts.measures.values()))
print(peak() - before)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a folder of Parquet files: one, under many names."""
    path = tmp_path_factory.mktemp("large")
    rng = np.random.default_rng(3)
    columns = {f"f{number}": rng.random(ROWS) for number in range(COLUMNS - 2)}
    words = pa.array([f"c{number}" for number in range(100)])
    table = pa.table(
        columns | {"n": np.arange(ROWS), "s": words.take(pa.array(rng.integers(0, 100, ROWS)))},
    )
    pq.write_table(table, path / "0.parquet", row_group_size=50_000)
    for number in range(1, FILES):
        os.link(path / "0.parquet", path / f"{number}.parquet")
    return path


@pytest.mark.any_version
@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_peak_is_far_below_the_size_of_the_data(engine: str, folder: Path) -> None:
    """A folder of Parquet files is judged in under half of the memory that its data takes."""
    done = subprocess.run(
        [sys.executable, "-c", SCAN, engine, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    counts, megabytes = done.stdout.splitlines()
    assert counts == f"{FILES * ROWS} 0 0"
    assert float(megabytes) < MEGABYTES / 2
