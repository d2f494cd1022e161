"""A data contract as YAML text."""

from collections.abc import Hashable
from os import PathLike
from pathlib import Path
from typing import Any

import yaml

from governance.steps._failure import GateConfigurationError
from governance.steps._wording import column_label


class _Loader(yaml.SafeLoader):
    """Reads plain YAML, and refuses a key that is there twice: YAML would drop the first."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 (as PyYAML has it)
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {column_label(key)!r} is there twice",
                    problem_mark=node.value[place][0].start_mark,
                )
        return super().construct_mapping(node, deep)


def read_yaml(path: str | PathLike[str]) -> object:
    """Read a YAML file.

    Args:
        path: Where the file is.

    Returns:
        What it holds.

    Raises:
        GateConfigurationError: If it cannot be read, or is no YAML.
    """
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise GateConfigurationError(f"The contract {path} cannot be read: {reason}.") from error
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        told = " ".join(str(error).split())
        raise GateConfigurationError(f"The contract {path} is no YAML: {told}") from error
