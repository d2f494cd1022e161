"""What is judged while a pipeline is composed, before any step has run."""

from typing import TypeVar

from zenml import get_step_context

from governance.steps._contract import DataContract
from governance.steps._floor import laxer_keys, laxer_parameters, laxer_thresholds, refused
from governance.steps._model_rules import ModelRules
from governance.steps._settings import load

Limit = TypeVar("Limit", int, float | None)


def parameter_above_floor(name: str, value: Limit) -> Limit:
    """Refuse a gate's parameter that is laxer than the platform allows.

    Args:
        name: The parameter's name.
        value: What the pipeline gives it.

    Raises:
        GateConfigurationError: If the platform refuses it, or its settings cannot be used.
    """
    if not _in_step():
        settings = load()
        refused(laxer_parameters({name: value}, settings), settings)
    return value


def contract_above_floors(contract: DataContract | None) -> DataContract | None:
    """Refuse a contract that is laxer than the platform allows.

    Args:
        contract: What the pipeline gives.

    Raises:
        GateConfigurationError: If the platform refuses it, or its settings cannot be used.
    """
    if contract is not None and not _in_step():
        settings = load()
        refused(laxer_keys(contract, settings), settings)
    return contract


def given_above_floors(
    thresholds: dict[str, dict[str, float]] | None,
) -> dict[str, dict[str, float]] | None:
    """Refuse thresholds of the model gate that are laxer than the platform allows.

    Args:
        thresholds: What the pipeline gives.

    Raises:
        GateConfigurationError: If the platform refuses them, or its settings cannot be used.
    """
    if thresholds and not _in_step():
        settings = load()
        refused(laxer_thresholds(ModelRules(thresholds=thresholds), settings), settings)
    return thresholds


def _in_step() -> bool:
    """Tell whether a step runs: then the gate itself tells all that is laxer at once."""
    try:
        get_step_context()
    except RuntimeError:
        return False
    return True
