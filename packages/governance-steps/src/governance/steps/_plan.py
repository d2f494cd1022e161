"""The plan of a gate: what its parameters and its contract ask for together."""

from governance.steps._check import Check
from governance.steps._contract import DataContract
from governance.steps._data_rules import DATA_DEFAULTS, DataRules
from governance.steps._floor import floored_checks, laxer_rules, refused
from governance.steps._settings import load


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
        if check.kind not in replaced or check.limit != DATA_DEFAULTS.get(check.kind)
    ] + agreed


def planned_above_floors(
    rules: DataRules, contract: DataContract | None
) -> tuple[list[Check], tuple[str, ...]]:
    """Return all checks of one call of the data gate, none laxer than the platform allows.

    Args:
        rules: The gate's parameters.
        contract: The data's contract, if there is one.

    Returns:
        The checks, and a line for each rule that the platform's floor replaces.

    Raises:
        GateConfigurationError: If the platform's settings cannot be used, or refuse a rule.
    """
    settings = load()
    clamped = refused(laxer_rules(rules, contract, settings), settings)
    return floored_checks(planned(rules, contract), settings), clamped
