"""Notes the newest digest as metadata in ZenML, whose rights are others than the store's."""

import hashlib
from typing import TYPE_CHECKING, Any

from zenml.client import Client
from zenml.enums import MetadataResourceTypes
from zenml.exceptions import EntityExistsError
from zenml.models import RunMetadataResource

from governance.hooks._head import AnchorError, Head, head_of, head_text
from governance.hooks._redaction import redact

if TYPE_CHECKING:
    from zenml.models import ModelVersionResponse

MODEL = "governance-audit"
KEY = "head"


class ZenMLAnchor:
    """Metadata of a version of the model `governance-audit` in the active project.

    A model version lives until somebody deletes it, and no run does. Of each metadata key ZenML
    shows the newest value, so each month has a key of its own and its last head stays readable.

    Args:
        name: How it is named in the settings.
        uri: The trail's address.
    """

    def __init__(self, name: str, uri: str) -> None:
        self.name = name
        self._uri = uri
        # Addresses are longer than what a version may be named, and hold slashes.
        self._version = f"trail-{hashlib.sha256(uri.encode()).hexdigest()[:16]}"

    def heads(self) -> list[Head]:
        """Read the last head of each month."""
        try:
            metadata = self._found().run_metadata
        except KeyError:
            return []
        except Exception as error:
            raise self._unreachable(error) from error
        return [
            head_of(str(text), f"{self.name}, {key}")
            for key, text in metadata.items()
            if key.startswith(f"{KEY}-")
        ]

    def add(self, head: Head) -> None:
        """Write the month's head."""
        try:
            resource = RunMetadataResource(
                id=self._made().id, type=MetadataResourceTypes.MODEL_VERSION
            )
            Client().create_run_metadata(
                {f"{KEY}-{head.time:%Y-%m}": head_text(head)}, resources=[resource]
            )
        except Exception as error:
            raise self._unreachable(error) from error

    def _found(self) -> "ModelVersionResponse":
        return Client().get_model_version(MODEL, self._version)

    def _made(self) -> "ModelVersionResponse":
        try:
            return self._found()
        except KeyError:
            pass
        client = Client()
        about = "Newest digests of audit trails, for governance-hooks audit verify. Do not delete."
        _once(client.create_model, name=MODEL, description=about)
        description = f"The audit trail at {redact(self._uri)}"
        _once(client.create_model_version, MODEL, name=self._version, description=description)
        return self._found()

    def _unreachable(self, error: Exception) -> AnchorError:
        return AnchorError(f"{self.name}: ZenML did not answer as it should: {redact(f'{error}')}")


def _once(create: Any, *arguments: Any, **options: Any) -> None:
    try:
        create(*arguments, **options)
    except EntityExistsError:  # another sealer was faster
        return
