"""The plan of a gate: what its parameters and its contract ask for together."""

from governance.steps._check import Check
from governance.steps._contract import DataContract
from governance.steps._data_rules import (
    DEFAULT_MAX_MISSING_FRACTION,
    DEFAULT_MIN_ROWS,
    DataRules,
)

_DEFAULTS = {
    "min_rows": DEFAULT_MIN_ROWS,
    "max_missing_fraction": DEFAULT_MAX_MISSING_FRACTION,
}


def planned(rules: DataRules, contract: DataContract | None) -> list[Check]:
    """Return all checks of one call of the data gate.

    Nobody chose a default: where the contract says something about it, the contract counts.
    What was chosen counts as well.

    Args:
        rules: The gate's parameters.
        contract: The data's contract, if there is one.
    """
    agreed = [] if contract is None else list(contract.checks())
    replaced = {check.kind for check in agreed if not check.columns}
    return [
        check
        for check in rules.checks()
        if check.kind not in replaced or check.limit != _DEFAULTS.get(check.kind)
    ] + agreed
