"""What the platform's images are called and what they promise.

A copy of docker/images.toml, so that the installed package needs no file of the
repository; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

REGISTRY = "localhost/platform"
TAG = "1.0.0-py3.11"
PYTHON = "3.11"
USER = "1000"


@dataclass(frozen=True, slots=True)
class PlatformImage:
    """One image of the platform.

    Attributes:
        repository: Name of the image below the registry.
        integrations: ZenML integrations whose requirements the image satisfies.
        pins: Version of each package that the image promises.
    """

    repository: str
    integrations: tuple[str, ...]
    pins: Mapping[str, str]

    def reference(self, registry: str = REGISTRY) -> str:
        """Return the image's full name in a registry."""
        return f"{registry}/{self.repository}:{TAG}"


_RUNTIME = {"rfc8785": "0.1.4", "slack-sdk": "3.30.0", "uv": "0.13.9", "zenml": "0.98.0"}
_LIGHTWEIGHT = {**_RUNTIME, "pandas": "3.1.1", "pyarrow": "25.0.1"}
_STANDARD = {
    **_LIGHTWEIGHT,
    "mlflow": "3.17.2",
    "python-rapidjson": "1.14",
    "scikit-learn": "1.9.1",
}
_GPU = {**_LIGHTWEIGHT, "torch": "2.7.1+cu118"}

IMAGES: Mapping[str, PlatformImage] = MappingProxyType(
    {
        "base": PlatformImage("zenml-base", (), _RUNTIME),
        "standard": PlatformImage("zenml-standard", ("mlflow", "sklearn"), _STANDARD),
        "gpu": PlatformImage("zenml-gpu", ("pytorch",), _GPU),
        "lightweight": PlatformImage("zenml-lightweight", ("pandas",), _LIGHTWEIGHT),
    }
)
