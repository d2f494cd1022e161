"""The champion in ZenML: the version of the pipeline's model that is in a stage."""

from collections.abc import Mapping
from typing import Any

from zenml import get_step_context
from zenml.client import Client

from governance.steps._comparison import Champion
from governance.steps._failure import GateConfigurationError
from governance.steps._model_record import KEY, recorded_metrics


def champion_of(given: Mapping[str, Any] | str | None) -> Champion | None:
    """Find the model to compare with.

    Args:
        given: Its metrics, or the stage it is in; None for none.

    Returns:
        The champion, with the metrics that the gate left on its model version.

    Raises:
        GateConfigurationError: If a stage is given, and the step runs in no pipeline that names
            its model.
    """
    if given is None:
        return None
    if not isinstance(given, str):
        return Champion(given)
    model = _model(given)
    try:
        version = Client().get_model_version(model, given)
    except KeyError:
        return Champion(origin=f"{model} in stage {given}", exists=False)
    metrics = recorded_metrics(version.run_metadata.get(KEY))
    origin = f"version {version.name} of {model}"
    if metrics is None:
        origin += f", which has no metadata {KEY}"
    return Champion(metrics or {}, origin, version=version.name)


def _model(stage: str) -> str:
    try:
        version = get_step_context().model_version
    except RuntimeError:
        version = None
    if version is None:
        raise GateConfigurationError(
            f"champion={stage!r} is a stage of the pipeline's model, and there is none. Name one "
            'by @pipeline(model=Model(name="...")), or give the champion\'s metrics.'
        )
    return version.model.name
