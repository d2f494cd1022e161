"""The data gate's rivals, asked the same of the same frame."""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Asked:
    """What every way has to check, beside the dtype and the missing cells of each column.

    Attributes:
        rows: Fewest rows.
        missing: Largest share of missing cells in each column.
        ranges: The least and the most of columns of numbers.
        sets: The values allowed in columns of text.
        key: Column of values that are all different.
        duplicates: Whether no two rows may be equal, on top.
    """

    rows: int
    missing: float
    ranges: Mapping[str, tuple[float, float]]
    sets: Mapping[str, Sequence[str]]
    key: str
    duplicates: bool


def pandera_gate(frame: pd.DataFrame, asked: Asked) -> Callable[[], Any]:
    """Prepare Pandera, which reports all failures at once as the gate does.

    Args:
        frame: What is checked.
        asked: For what.
    """
    import pandera.pandas as pandera  # noqa: PLC0415 (a rival need not be installed)

    def checks(name: str) -> list[Any]:
        share = pandera.Check(
            lambda column: column.isna().mean() <= asked.missing, ignore_na=False, name="missing"
        )
        found = [share]
        if name in asked.ranges:
            found.append(pandera.Check.in_range(*asked.ranges[name]))
        if name in asked.sets:
            found.append(pandera.Check.isin(list(asked.sets[name])))
        return found

    columns = {
        str(name): pandera.Column(
            str(dtype), checks(str(name)), nullable=True, unique=name == asked.key
        )
        for name, dtype in frame.dtypes.items()
    }
    rows = pandera.Check(lambda data: len(data) >= asked.rows, name="rows")
    unique = list(columns) if asked.duplicates else None
    schema = pandera.DataFrameSchema(columns, checks=rows, unique=unique)
    return lambda: schema.validate(frame, lazy=True)


def great_expectations_gate(frame: pd.DataFrame, asked: Asked) -> Callable[[], Any]:
    """Prepare Great Expectations 1.x, with one suite and a batch in memory.

    Args:
        frame: What is checked.
        asked: For what.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx  # noqa: PLC0415 (as above)

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    expect = gx.expectations
    suite = gx.ExpectationSuite(name="gate")
    suite.add_expectation(expect.ExpectTableRowCountToBeBetween(min_value=asked.rows))
    for name, dtype in frame.dtypes.items():
        share = 1 - asked.missing
        suite.add_expectation(expect.ExpectColumnValuesToNotBeNull(column=name, mostly=share))
        kind = str(dtype)
        suite.add_expectation(expect.ExpectColumnValuesToBeOfType(column=name, type_=kind))
    for name, (least, most) in asked.ranges.items():
        suite.add_expectation(
            expect.ExpectColumnValuesToBeBetween(column=name, min_value=least, max_value=most)
        )
    for name, values in asked.sets.items():
        suite.add_expectation(
            expect.ExpectColumnValuesToBeInSet(column=name, value_set=list(values))
        )
    suite.add_expectation(expect.ExpectColumnValuesToBeUnique(column=asked.key))
    if asked.duplicates:
        every = list(frame.columns)
        suite.add_expectation(expect.ExpectCompoundColumnsToBeUnique(column_list=every))
    source = context.data_sources.add_pandas("memory")
    batches = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    batch = batches.get_batch(batch_parameters={"dataframe": frame})
    return lambda: batch.validate(suite)
