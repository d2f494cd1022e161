"""Secrets that a run knows: they are replaced by value, whatever they look like."""

import logging
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from zenml.client import Client
from zenml.utils.secret_utils import is_secret_reference, parse_secret_reference

from governance.hooks._secret_name import named_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from zenml.models import PipelineRunResponse, StepRunResponse

logger = logging.getLogger(__name__)


def secrets_of(run: "PipelineRunResponse", steps: "Iterable[StepRunResponse]") -> frozenset[str]:
    """Collect the secrets that a run could have put into its texts.

    Args:
        run: The run.
        steps: The steps whose texts are to be shown.

    Returns:
        Values of the ZenML secrets that pipeline, steps, stack and components name, of secrets
        in a component's own configuration, and of this process's environment variables whose
        names say that they hold one.
    """
    named = {str(name) for name in run.config.secrets}
    for step in steps:
        named.update(str(name) for name in step.config.secrets)
    found = {value for name, value in os.environ.items() if _is_named(name, value)}
    if run.stack is not None:
        of_stack, written = _of_stack(run.stack.id)
        named |= of_stack
        found |= written
    for name in named:
        found |= _values(name)
    return frozenset(found - {""})


@lru_cache(maxsize=32)
def _of_stack(stack_id: "UUID") -> tuple[frozenset[str], frozenset[str]]:
    """Find which secrets a stack names, and which are written into its configuration."""
    stack = Client().zen_store.get_stack(stack_id)
    components = [model for models in stack.components.values() for model in models]
    named = {str(secret) for secret in stack.secrets}
    written = set()
    for component in components:
        named.update(str(secret) for secret in component.secrets)
        for key, value in component.configuration.items():
            if is_secret_reference(value):
                named.add(parse_secret_reference(value).name)
            elif isinstance(value, str) and _is_named(key, value):
                written.add(value)
    return frozenset(named), frozenset(written)


@lru_cache(maxsize=256)
def _values(name: str) -> frozenset[str]:
    try:
        secret = Client().get_secret(
            name, allow_partial_name_match=False, allow_partial_id_match=False
        )
    except Exception as error:  # noqa: BLE001 who may not read a secret cannot have leaked it
        logger.debug("The secret %s could not be read: %s", name, type(error).__name__)
        return frozenset()
    return frozenset(secret.secret_values.values())


def _is_named(name: str, value: str) -> bool:
    """Tell whether a name says of its value that it is a secret."""
    return any(named_secrets(f"{name}={value!r}"))
