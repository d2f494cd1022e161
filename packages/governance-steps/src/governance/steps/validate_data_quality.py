"""The data gate as a ZenML step."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from zenml import step

from governance.steps._cache import CACHE_POLICY
from governance.steps._composition import contract_above_floors, parameter_above_floor
from governance.steps._contract import DataContract, contract_or_none
from governance.steps._data_rules import (
    DEFAULT_MAX_MISSING_FRACTION,
    DEFAULT_MIN_ROWS,
    DataRules,
)
from governance.steps._failure import DataQualityError
from governance.steps._frame import read_facts
from governance.steps._judgement import judge_frame
from governance.steps._parameter import column_names, fraction, optional_fraction, row_count
from governance.steps._plan import planned_above_floors
from governance.steps._record import conclude
from governance.steps._reference import expect_reference, read_reference

# ZenML runs these validators when the pipeline is composed, before any step has run.
_MinRows = Annotated[
    int,
    BeforeValidator(partial(row_count, "min_rows")),
    AfterValidator(partial(parameter_above_floor, "min_rows")),
]
_MaxMissing = Annotated[
    float,
    BeforeValidator(partial(fraction, "max_missing_fraction")),
    AfterValidator(partial(parameter_above_floor, "max_missing_fraction")),
]
_MaxColumnMissing = Annotated[
    float | None,
    BeforeValidator(partial(optional_fraction, "max_column_missing_fraction")),
    AfterValidator(partial(parameter_above_floor, "max_column_missing_fraction")),
]
_RequiredColumns = Annotated[
    list[str] | None, BeforeValidator(partial(column_names, "required_columns"))
]
_MaxDuplicates = Annotated[
    float | None,
    BeforeValidator(partial(optional_fraction, "max_duplicate_fraction")),
    AfterValidator(partial(parameter_above_floor, "max_duplicate_fraction")),
]
_Contract = Annotated[
    DataContract | None,
    BeforeValidator(contract_or_none),
    AfterValidator(contract_above_floors),
]


@step(cache_policy=CACHE_POLICY)
def validate_data_quality(
    dataset: Any,
    min_rows: _MinRows = DEFAULT_MIN_ROWS,
    max_missing_fraction: _MaxMissing = DEFAULT_MAX_MISSING_FRACTION,
    max_column_missing_fraction: _MaxColumnMissing = None,
    required_columns: _RequiredColumns = None,
    max_duplicate_fraction: _MaxDuplicates = None,
    contract: _Contract = None,
    reference: Any = None,
) -> Annotated[Any, "validated_data"]:
    """Let data through if it meets the rules, and stop the pipeline if not.

    None, NaN, NaT and pandas.NA are all missing; an empty string is not.

    Args:
        dataset: The data: a frame of pandas, polars (eager or lazy), pyarrow (Table or
            Dataset), DuckDB (relation), Dask or PySpark, which is neither copied nor
            collected.
        min_rows: Fewest rows, at least 1.
        max_missing_fraction: Largest share of missing cells in the whole frame, 0 to 1.
        max_column_missing_fraction: Largest share of missing cells in any one column, 0 to
            1; None to not check it.
        required_columns: Names of columns that must be there.
        max_duplicate_fraction: Largest share of rows that equal an earlier row (of three
            equal rows, two count), 0 to 1; None to not check it.
        contract: What else the data has to look like; None for nothing else. Where it says
            something about rows or missing cells, that replaces the defaults above.
        reference: What the contract's rules against a reference hold the data against, such as
            the data trained on; None if it has no such rule.

    Returns:
        The data, unchanged, as the artifact `validated_data`.

    Raises:
        DataQualityError: If a rule is missed; its `failures` hold every failed check.
        GateConfigurationError: If a parameter cannot be such a rule or is laxer than the
            platform allows, if data or reference are no frames of these engines, or if there is a
            reference without a rule or a rule without.
    """
    rules = DataRules(
        min_rows,
        max_missing_fraction,
        max_column_missing_fraction,
        required_columns,
        max_duplicate_fraction,
    )
    agreed = contract_or_none(contract)
    checks, clamped = planned_above_floors(rules, agreed)
    expect_reference(reference, checks)
    facts = read_facts(dataset, checks)
    against = read_reference(dataset, reference, checks)
    verdict = judge_frame(checks, replace(facts, against=against))
    sensitive = frozenset[str]() if agreed is None else agreed.sensitive_columns
    documents = partial(_documents, dataset, verdict, facts, sensitive)
    conclude("governance.data_quality", verdict, DataQualityError, clamped, documents)
    return dataset


def _documents(*facts: Any) -> dict[str, Any]:
    # Only a step has a report; who only composes a pipeline does not load what writes one.
    from governance.steps._data_documents import data_documents  # noqa: PLC0415

    return data_documents(*facts)
