"""The command `governance-steps check`."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from syrupy.assertion import SnapshotAssertion
from zenml import save_artifact
from zenml.integrations.pandas.materializers.pandas_materializer import PandasMaterializer
from zenml.materializers import CloudpickleMaterializer

from governance.steps import DataQualityError, validate_data_quality
from governance.steps._source import read_source

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(command: Run) -> Run:
    """Run `check` in a folder of its own: its exit code, output and errors."""
    return partial(command, "check")


def people(rows: int = 120, missing: int = 0) -> pd.DataFrame:
    ages = [None] * missing + list(range(20, 20 + rows - missing))
    frame: pd.DataFrame = pd.DataFrame({"age": ages, "city": ["Bern", "Bonn"] * (rows // 2)})
    return frame


def written(name: str, data: pd.DataFrame) -> str:
    """Write a frame to a file of the form that its name says."""
    table = pa.Table.from_pandas(data, preserve_index=False)
    if name.endswith((".csv", ".csv.gz")):
        data.to_csv(name, index=False)
    elif name.endswith(".stream.arrow"):
        with pa.OSFile(name, "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table)
    elif name.endswith(".parquet"):
        data.to_parquet(name)
    else:
        data.to_feather(name)
    return name


@pytest.mark.parametrize(
    "name", ["a.parquet", "a.csv", "a.csv.gz", "a.feather", "a.arrow", "a.ipc", "a.stream.arrow"]
)
def test_each_kind_of_file_gets_the_gate_s_verdict(run: Run, name: str) -> None:
    """Whatever file the data is in, good data passes with 0 and bad data is refused with 1."""
    assert run(written(name, people()))[:2] == (
        0,
        f"{name} passed: 120 rows, 2 columns, 4 checks.\n",
    )
    few = people(rows=40, missing=30)
    code, out, err = run(written(name, few))
    assert (code, err) == (1, "")
    with pytest.raises(DataQualityError) as caught:
        validate_data_quality.entrypoint(few)
    assert out == f"{caught.value}\n"


def test_options_are_the_gate_s_parameters(run: Run, snapshot: SnapshotAssertion) -> None:
    """Each option sets the gate's parameter of its name, and all that is missed is told."""
    name = written("people.parquet", people(rows=40, missing=8))
    arguments = (
        "--min-rows=50",
        "--max-missing-fraction=0.05",
        "--max-column-missing-fraction=0.1",
        "--max-duplicate-fraction=0.1",
        "--require-column=agee",
        "--require-column=plan",
    )
    code, out, _ = run(name, *arguments)
    assert code == 1
    assert out == snapshot
    assert run(name, "--min-rows=40", "--max-missing-fraction=0.1")[0] == 0


def test_contract_is_judged_and_warnings_are_told(run: Run, snapshot: SnapshotAssertion) -> None:
    """A contract's rules are judged; what only warns is told below and leaves the code 0."""
    name = written("people.parquet", people())
    rules = "columns: {age: {max: 130, warn: [max]}, city: {allowed: [Bern, Bonn]}}"
    Path("people.yaml").write_text(rules)
    code, out, _ = run(name, "--contract=people.yaml")
    assert code == 0
    assert out == snapshot


def test_folder_is_read_as_one_table(run: Run) -> None:
    """All Parquet files of a folder count, in the order of their names; its parts are columns."""
    for year, rows in ((2025, 70), (2026, 60)):
        folder = Path("data") / f"year={year}"
        folder.mkdir(parents=True)
        written(str(folder / "part.parquet"), people(rows=rows))
    Path("data/_SUCCESS").touch()
    Path("data/.hidden").mkdir()
    Path("data/.hidden/x.parquet").touch()
    out = run("data", "--require-column=year")[1]
    assert out == "data passed: 130 rows, 3 columns, 5 checks.\n"


def test_column_of_some_files_only_is_missing_in_the_others(run: Run) -> None:
    """A column that only a later file has is neither left out nor an error."""
    Path("data").mkdir()
    written("data/1.parquet", people(rows=100))
    written("data/2.parquet", people(rows=100).assign(plan="basic"))
    code, out, _ = run("data", "--max-column-missing-fraction=0.4")
    assert code == 1
    assert ["max_column_missing_fraction", "plan", "at", "most", "0.4", "0.5", "100", "-"] in [
        line.split() for line in out.splitlines()
    ]


def test_repeated_column_names_are_a_refusal(run: Run) -> None:
    """A file whose column names are repeated is judged, and refused for that."""
    table = pa.table([pa.array(range(120))] * 2, names=["a", "a"])
    pq.write_table(table, "twice.parquet")
    code, out, _ = run("twice.parquet")
    assert code == 1
    assert "unique_column_names  a       unique    2 columns" in out


def test_stored_categories_and_index_are_read_as_in_a_pipeline(run: Run) -> None:
    """Categories are of the family of their values, and an index without a name is no column."""
    data = people().assign(city=lambda frame: frame["city"].astype("category"))
    data.iloc[::-1].to_parquet("people.parquet")
    Path("people.yaml").write_text(
        "columns: {age: {}, city: {dtype: text, allowed: [Bern, Bonn]}}\nextra_columns: false"
    )
    assert run("people.parquet", "--contract=people.yaml")[0] == 0


def test_every_type_that_pandas_has_is_read(run: Run) -> None:
    """No type of Arrow is an obstacle; one that pandas has not is named with its column."""
    kinds: dict[str, Any] = {
        "null": pa.nulls(100),
        "decimal": pa.array([Decimal("1.20")] * 100),
        "bytes": pa.array([b"x"] * 100),
        "list": pa.array([[1]] * 100),
        "struct": pa.array([{"a": 1}] * 100),
        "time": pa.array([time(1)] * 100),
        "duration": pa.array([timedelta(1)] * 100),
        "date": pa.array([date(2020, 1, 1)] * 100),
        "unsigned": pa.array([2**63] * 100, pa.uint64()),
        "view": pa.array(["x"] * 100, pa.string_view()),
        "category": pa.array(["x", "y"] * 50).dictionary_encode(),
    }
    table = pa.table(kinds)
    feather.write_feather(table, "kinds.feather", compression="uncompressed")
    Path("kinds.yaml").write_text("columns: {view: {dtype: text}, category: {dtype: text}}")
    code, out, _ = run("kinds.feather", "--contract=kinds.yaml", "--max-missing-fraction=0.2")
    assert (code, out) == (0, "kinds.feather passed: 100 rows, 11 columns, 8 checks.\n")
    runs = pa.RunEndEncodedArray.from_arrays([100], [1])
    feather.write_feather(pa.table({"runs": runs}), "runs.feather", compression="uncompressed")
    code, _, err = run("runs.feather")
    assert code == 2
    assert err.startswith("pandas has no run_end_encoded<")
    assert "of which the column 'runs' is" in err


def test_type_in_csv_fits_all_rows(run: Run) -> None:
    """A column of CSV that is no number in its last row is text, however long the file is."""
    rows = "\n".join(map(str, range(400_000)))
    Path("long.csv").write_text(f"code\n{rows}\nA1\n")
    Path("long.yaml").write_text("columns: {code: {dtype: text}}")
    assert run("long.csv", "--contract=long.yaml")[0] == 0


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.parquet", None, "There is no file none.parquet."),
        ("data.xlsx", b"x", "data.xlsx is none of .parquet, .pq, .csv,"),
        ("broken.parquet", b"PAR1 but not really PAR1", "broken.parquet cannot be read: "),
        ("broken.feather", b"nothing", "broken.feather cannot be read: "),
        ("broken.csv.gz", b"nothing", "broken.csv.gz cannot be read: "),
        ("uneven.csv", b"a,b\n1,2\nsecret\n", "uneven.csv cannot be read as CSV: it needs a"),
        ("empty.csv", b"", "empty.csv cannot be read as CSV: it needs a header"),
        ("folder", "folder", "The folder folder holds no file *.parquet."),
        ("artifact:nothing", None, "There is no artifact 'artifact:nothing' in the active"),
        ("0b5e7a52-9d4b-4ee8-9d3c-7f6d2f0a5a11", None, "There is no artifact '0b5e7a52"),
    ],
    ids=str,
)
def test_data_that_cannot_be_read_is_one_line(
    run: Run, name: str, content: bytes | str | None, told: str
) -> None:
    """Data that is not there, or is broken, is one line on the standard error and code 2."""
    if content == "folder":
        Path(name).mkdir()
    elif isinstance(content, bytes):
        Path(name).write_bytes(content)
    code, out, err = run(name)
    assert (code, out) == (2, "")
    assert err.startswith(told)
    assert err.count("\n") == 1
    assert "secret" not in err


def test_page_that_cannot_be_read_is_one_line(run: Run) -> None:
    """A Parquet file with a whole footer and broken data is named, as data and as reference."""
    whole = written("whole.parquet", people(4_000))
    data = bytearray(Path(whole).read_bytes())
    data[4:200] = bytes(196)
    Path("half.parquet").write_bytes(data)
    Path("c.yaml").write_text("reference: {overlap: 0}")
    for arguments in (["half.parquet"], [whole, "--contract=c.yaml", "--reference=half.parquet"]):
        code, _, err = run(*arguments)
        assert (code, err.count("\n")) == (2, 1)
        assert err.startswith("half.parquet cannot be read: ")


def test_unreadable_file_is_named(run: Run) -> None:
    """What the operating system does not let through is told in its words."""
    Path("loop.csv").symlink_to("loop.csv")
    assert run("loop.csv")[2] == "There is no file loop.csv.\n"
    Path("folder.csv").mkdir()
    with pytest.raises(Exception, match=r"holds no file \*\.parquet"):
        read_source(Path("folder.csv"), lambda *_: None)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--min-rows=0"], "min_rows must be a whole number of rows, at least 1, found 0."),
        (["--max-missing-fraction=10"], "max_missing_fraction must be a number from 0 to 1"),
        (["--max-missing-fraction=nan"], "max_missing_fraction must be a number from 0 to 1"),
        (["--object=orders"], "--object is one of a contract's; name its file: --contract."),
        (["--contract=none.yaml"], "The contract none.yaml cannot be read: No such file"),
    ],
)
def test_wrong_question_is_code_2(run: Run, arguments: list[str], told: str) -> None:
    """A parameter or contract that cannot be is told before the data is read."""
    code, out, err = run("none.parquet", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(told)


def test_unknown_option_is_code_2(run: Run) -> None:
    """What the command does not know is answered with its usage."""
    with pytest.raises(SystemExit) as caught:
        run("a.parquet", "--min-row=3x")
    assert caught.value.code == 2


def test_artifact_is_judged(run: Run) -> None:
    """A ZenML artifact is found by name, by name and version, and by the version's id."""
    first = save_artifact(people(), "people", version="one", materializer=PandasMaterializer)
    save_artifact(people(20), "people", version="two", materializer=PandasMaterializer)
    assert run("artifact:people:one")[0] == run(str(first.id))[0] == 0
    code, out, _ = run("artifact:people")
    assert code == 1
    assert "min_rows  -       at least 100  20" in out


def test_artifact_of_another_type_is_code_2(run: Run) -> None:
    """An artifact that is no frame cannot be judged, and one whose files are gone neither."""
    save_artifact({"accuracy": 0.9}, "metrics")
    assert "a PySpark DataFrame, found dict" in run("artifact:metrics")[2]
    lost = save_artifact(people(), "lost", materializer=PandasMaterializer)
    for file in Path(lost.uri).iterdir():
        file.unlink()
    code, _, err = run("artifact:lost")
    assert (code, err.splitlines()[0][:30]) == (2, "artifact:lost cannot be loaded")


def test_pickle_is_not_read(run: Run) -> None:
    """An artifact that is stored as a pickle is refused, and not one byte of it is loaded."""
    save_artifact(pa.table({"a": [1]}), "pickled", materializer=CloudpickleMaterializer)
    code, _, err = run("artifact:pickled")
    assert (code, err.splitlines()[0][:37]) == (2, "artifact:pickled is stored as a pickl")


def test_progress_is_for_terminals_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar is shown on a terminal, not where output is collected, and not if it is quiet."""
    name = written("people.parquet", people())
    assert run(name)[2] == ""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert "checking" in run(name)[2]
    assert run(name, "--quiet")[2] == ""


def test_module_is_the_command(tmp_path: Path) -> None:
    """`python -m governance.steps` is the command, and says its version."""
    command: list[Any] = [sys.executable, "-m", "governance.steps", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "1.0.0\n"


def test_report_and_figures_are_written(run: Run) -> None:
    """A refused file has its page and its figures, with the file's name in both."""
    code, _, _ = run(
        written("a.parquet", people(40)), "--report", "report.html", "--json", "figures.json"
    )
    figures = json.loads(Path("figures.json").read_text("utf-8"))
    assert (code, figures["verdict"], figures["subject"]) == (1, "failed", "a.parquet")
    assert "Data quality of a.parquet" in Path("report.html").read_text("utf-8")
    assert sorted(map(str, Path().iterdir())) == ["a.parquet", "figures.json", "report.html"]


def test_report_hides_what_the_contract_calls_sensitive(run: Run) -> None:
    """A column that the contract calls sensitive has no chart in the command's page either."""
    Path("c.yaml").write_text("columns: {age: {sensitive: true}}")
    file = written("a.parquet", people())
    assert run(file, "--contract", "c.yaml", "--report", "report.html")[0] == 0
    page = Path("report.html").read_text("utf-8")
    assert "not shown, sensitive" in page
    assert "<svg" not in page


def test_report_that_cannot_be_written_is_code_2(run: Run) -> None:
    """A page that has no place is one line, after the verdict, and nothing is left half-written."""
    Path("taken").mkdir()
    for place in ("none/report.html", "taken"):
        code, out, err = run(written("a.parquet", people()), "--report", place)
        assert "a.parquet passed" in out
        assert (code, err.startswith(f"{place} cannot be written: ")) == (2, True)
    assert sorted(map(str, Path().iterdir())) == ["a.parquet", "taken"]


def test_reference_is_another_file(run: Run) -> None:
    """What a contract asks against a reference is judged beside the file that is named."""
    Path("c.yaml").write_text("{rows: {min: 1}, reference: {row_change: 0.1, overlap: 0}}")
    data, before = written("a.parquet", people()), written("b.csv", people(200))
    code, out, _ = run(data, "--contract", "c.yaml", "--reference", before)
    told = [line.split()[0] for line in out.splitlines() if line.startswith("  max_")]
    assert (code, told) == (1, ["max_row_change", "max_overlap"])
    for arguments in ((data, "--contract", "c.yaml"), (data, "--reference", before)):
        code, _, err = run(*arguments)
        assert (code, "reference" in err, len(err.splitlines())) == (2, True, 1)
