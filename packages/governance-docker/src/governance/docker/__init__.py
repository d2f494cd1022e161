"""The platform's Docker settings for ZenML pipelines, as constants.

Give a pipeline the image it needs, and adapt it where the constant is not enough:

    from governance.docker import STANDARD_DOCKER_SETTINGS, get_docker_settings

    @pipeline(settings={"docker": STANDARD_DOCKER_SETTINGS})
    @step(settings={"docker": get_docker_settings("gpu", extra_requirements=["timm"])})
"""

from typing import TYPE_CHECKING

from governance.docker import docker_settings
from governance.docker._problem import (
    DockerConfigurationError,
    DockerConfigurationWarning,
    Problem,
)
from governance.docker.docker_settings import get_docker_settings

__all__ = [
    "BASE_DOCKER_SETTINGS",
    "GPU_DOCKER_SETTINGS",
    "LIGHTWEIGHT_DOCKER_SETTINGS",
    "STANDARD_DOCKER_SETTINGS",
    "DockerConfigurationError",
    "DockerConfigurationWarning",
    "Problem",
    "get_docker_settings",
]

if TYPE_CHECKING:
    from governance.docker.docker_settings import (
        BASE_DOCKER_SETTINGS,
        GPU_DOCKER_SETTINGS,
        LIGHTWEIGHT_DOCKER_SETTINGS,
        STANDARD_DOCKER_SETTINGS,
    )
else:

    def __getattr__(name: str) -> object:
        # Imported above, a constant would be one object for all who import it from here.
        if name in docker_settings.CONSTANTS:
            return getattr(docker_settings, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
