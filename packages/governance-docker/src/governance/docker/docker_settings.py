"""The platform's Docker settings for ZenML, and the function that adapts them.

Importing a constant gives a copy of one's own: whoever changes its lists or dicts
changes nothing for anybody else.
"""

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from zenml.config import DockerSettings
from zenml.config.docker_settings import PythonPackageInstaller
from zenml.integrations.registry import integration_registry

from governance.docker import _syntax
from governance.docker._conflict import replaced
from governance.docker._images import IMAGES, REGISTRY, USER
from governance.docker._problem import (
    DockerConfigurationError,
    DockerConfigurationWarning,
    Problem,
)

CONSTANTS = {f"{base.upper()}_DOCKER_SETTINGS": base for base in IMAGES}

_REGISTRY_VARIABLE = "GOVERNANCE_DOCKER_REGISTRY"
_ENVIRONMENT = {"PYTHONUNBUFFERED": "1"}  # else the last log lines of a killed step are lost


def get_docker_settings(
    base: str = "standard",
    extra_apt_packages: Sequence[str] | None = None,
    extra_integrations: Sequence[str] | None = None,
    extra_requirements: Sequence[str] | None = None,
    extra_environment: Mapping[str, str] | None = None,
    parent_image: str | None = None,
) -> DockerSettings:
    """Return the Docker settings of a platform image with a team's additions.

    Args:
        base: What to start from: "base", "standard", "gpu" or "lightweight".
        extra_apt_packages: Debian packages to install.
        extra_integrations: ZenML integrations whose requirements to install.
        extra_requirements: Python requirements to install, as in PEP 508.
        extra_environment: Variables of the image. Whoever has the image can read them:
            secrets belong into ZenML's secret store.
        parent_image: Image to use in place of the platform's. It has to contain ZenML, a
            working pip and a virtual environment that `uv pip install` finds.

    Returns:
        Settings of the caller's own, for `settings={"docker": ...}`.

    Raises:
        DockerConfigurationError: If anything asked for is unknown, malformed or could
            break out of the generated Dockerfile; it names all of it.

    Warns:
        DockerConfigurationWarning: If an addition replaces what the platform promises.
    """
    problems: list[Problem] = []
    _syntax.base(base, IMAGES, problems)
    apt_packages = _syntax.apt_packages(extra_apt_packages, problems)
    known = integration_registry.list_integration_names if extra_integrations else []
    integrations = _syntax.integrations(extra_integrations, known, problems)
    requirements = _syntax.requirements(extra_requirements, problems)
    environment = _syntax.environment(extra_environment, problems)
    registry = os.environ.get(_REGISTRY_VARIABLE, "").rstrip("/") or REGISTRY
    if parent_image is None:
        _syntax.registry(_REGISTRY_VARIABLE, registry, problems)
    else:
        _syntax.image(parent_image, problems)
    if problems:
        raise DockerConfigurationError(problems)

    image = IMAGES[base]
    warned = _replaced_variables(environment)
    if parent_image is None:  # what another image promises is not known here
        parent_image = image.reference(registry)
        warned += _replaced_packages(parent_image, image.pins, integrations, requirements)
    for text in warned:
        warnings.warn(text, DockerConfigurationWarning, stacklevel=2)
    # All of the platform's settings set the same fields, also where a field is empty: a
    # step inherits from the pipeline what its own settings leave unset, and a GPU step
    # would get the packages of the standard pipeline around it.
    return DockerSettings(
        parent_image=parent_image,
        apt_packages=_once(apt_packages),
        required_integrations=_once([*image.integrations, *integrations]),
        requirements=_once(requirements),
        environment={**_ENVIRONMENT, **environment},
        user=USER,
        python_package_installer=PythonPackageInstaller.UV,
        install_stack_requirements=True,
        # A requirements.txt that happens to lie in the source root was not asked for.
        disable_automatic_requirements_detection=True,
    )


def _replaced_variables(environment: Mapping[str, str]) -> list[str]:
    return [
        f"extra_environment replaces {name}, which the platform sets to {value!r}. Leave it "
        "out to keep the platform's value."
        for name, value in _ENVIRONMENT.items()
        if environment.get(name, value) != value
    ]


def _replaced_packages(
    image: str, pins: Mapping[str, str], integrations: list[str], requirements: list[str]
) -> list[str]:
    sources = [
        (
            f"extra_integrations {name!r}",
            integration_registry.select_integration_requirements(name, target_os="linux"),
        )
        for name in integrations
    ]
    return [
        f"{source} asks for {wanted}, but {image} has {pinned}: the build replaces the "
        "platform's version. Accept that version, or name an image with yours as parent_image."
        for source, needed in [*sources, ("extra_requirements", requirements)]
        for wanted, pinned in replaced(needed, pins)
    ]


def _once(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


if TYPE_CHECKING:
    BASE_DOCKER_SETTINGS: DockerSettings
    """Python 3.11 and ZenML, for pipelines that bring the rest themselves."""
    STANDARD_DOCKER_SETTINGS: DockerSettings
    """Python 3.11, MLflow, scikit-learn and pandas."""
    GPU_DOCKER_SETTINGS: DockerSettings
    """Python 3.11, PyTorch with CUDA 11.8 and pandas; every GPU of the node is visible."""
    LIGHTWEIGHT_DOCKER_SETTINGS: DockerSettings
    """Python 3.11 and pandas, for preprocessing."""
else:

    def __getattr__(name: str) -> DockerSettings:
        if name in CONSTANTS:
            return get_docker_settings(CONSTANTS[name])
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *CONSTANTS})
