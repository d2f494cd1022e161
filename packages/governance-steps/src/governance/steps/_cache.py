"""When ZenML may reuse a gate's earlier verdict instead of judging again."""

from importlib.metadata import version

from zenml.config.cache_policy import CachePolicy

from governance.steps._failure import GateConfigurationError
from governance.steps._settings import load


def rules_version() -> str:
    """Return what a verdict depends on beside its input: this component and its settings."""
    try:
        settings = load().model_dump_json()
    except GateConfigurationError as error:
        settings = str(error)  # with which no gate has passed anything
    return f"{version('governance-steps')} {settings}"


# By default the cache key covers the step function alone and not the rules it calls: data
# that an older version let through would never be held against the rules of a newer one, nor
# data that passed lower floors against the platform's new ones.
# The function is named and not passed: to resolve it, ZenML would look for a repository on
# every import.
CACHE_POLICY = CachePolicy.model_validate({"cache_func": f"{__name__}.{rules_version.__name__}"})
