"""When ZenML may reuse a gate's earlier verdict instead of judging again."""

from importlib.metadata import version

from zenml.config.cache_policy import CachePolicy


def rules_version() -> str:
    """Return the installed version of this component."""
    return version("governance-steps")


# By default the cache key covers the step function alone and not the rules it calls: data
# that an older version let through would never be held against the rules of a newer one.
# The function is named and not passed: to resolve it, ZenML would look for a repository on
# every import.
CACHE_POLICY = CachePolicy.model_validate({"cache_func": f"{__name__}.{rules_version.__name__}"})
