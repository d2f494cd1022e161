"""What semantic versioning protects: a change here is a change of the major version."""

import inspect
from dataclasses import fields

import pytest
from syrupy.assertion import SnapshotAssertion

import governance.docker
from governance.docker import (
    DockerConfigurationError,
    DockerConfigurationWarning,
    Problem,
    get_docker_settings,
)

CONSTANTS = [name for name in governance.docker.__all__ if name.endswith("_SETTINGS")]


def test_public_names() -> None:
    """These names, no more and no fewer, are public."""
    assert sorted(governance.docker.__all__) == [
        "BASE_DOCKER_SETTINGS",
        "DockerConfigurationError",
        "DockerConfigurationWarning",
        "GPU_DOCKER_SETTINGS",
        "LIGHTWEIGHT_DOCKER_SETTINGS",
        "Problem",
        "STANDARD_DOCKER_SETTINGS",
        "get_docker_settings",
    ]
    assert all(hasattr(governance.docker, name) for name in governance.docker.__all__)


def test_the_module_named_in_the_guides_has_the_constants() -> None:
    """The constants are importable from docker_settings as well."""
    from governance.docker.docker_settings import STANDARD_DOCKER_SETTINGS

    assert governance.docker.STANDARD_DOCKER_SETTINGS == STANDARD_DOCKER_SETTINGS


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants(name: str, snapshot: SnapshotAssertion) -> None:
    """Every field that a constant sets keeps its value."""
    settings = getattr(governance.docker, name)
    assert settings.model_dump(mode="json", exclude_unset=True) == snapshot


def test_all_constants_set_the_same_fields() -> None:
    """No constant leaves a field unset that another one sets, so none leaks into a step."""
    assert len({frozenset(getattr(governance.docker, n).model_fields_set) for n in CONSTANTS}) == 1


def test_parameters_and_defaults(snapshot: SnapshotAssertion) -> None:
    """Parameters keep name, order, type and default."""
    assert str(inspect.signature(get_docker_settings)) == snapshot


def test_exceptions() -> None:
    """Errors are ValueErrors with their problems as data; warnings are UserWarnings."""
    assert issubclass(DockerConfigurationError, ValueError)
    assert issubclass(DockerConfigurationWarning, UserWarning)
    assert [field.name for field in fields(Problem)] == ["option", "found", "required"]
    assert DockerConfigurationError([Problem("a", "b", "c")]).problems == (Problem("a", "b", "c"),)
    assert str(DockerConfigurationError([Problem("a", "b", "c")])) == (
        "Docker settings: 1 problem.\n  a: found b; required: c."
    )
