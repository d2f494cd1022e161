"""What a platform team decides: environment variables, and one TOML file under them."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from governance.steps._failure import GateConfigurationError

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - Python 3.10
    import tomli as tomllib

PREFIX = "GOVERNANCE_STEPS_"
FILE_VARIABLE = f"{PREFIX}CONFIG"
DEFAULT_FILE = "/etc/governance/steps.toml"


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("expected a number")  # noqa: TRY004 (pydantic tells it with the others)
    return value


# The limits stand first, so that they are held against a number and not against None.
Share = Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False), BeforeValidator(_number)]


class Settings(BaseSettings):
    """The least that both gates ask for, whatever a pipeline says; None for nothing.

    Attributes:
        laxer: What happens where a pipeline asks for less: "error" stops it, "clamp" warns
            and lets the floor count.
        max_column_missing_fraction: Largest share of missing cells in any one column, 0 to 1.
        max_duplicate_fraction: Largest share of rows that equal an earlier row, 0 to 1.
        max_missing_fraction: Largest share of missing cells in the whole frame, 0 to 1.
        min_accuracy: Least accuracy of a model, 0 to 1.
        min_precision: Least precision of a model, 0 to 1.
        min_recall: Least recall of a model, 0 to 1.
        min_rows: Fewest rows, at least 1.
        required_columns: Names of columns that must be there.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    laxer: Literal["error", "clamp"] = "error"
    max_column_missing_fraction: Share = None
    max_duplicate_fraction: Share = None
    max_missing_fraction: Share = None
    min_accuracy: Share = None
    min_precision: Share = None
    min_recall: Share = None
    min_rows: Annotated[int | None, Field(ge=1, le=sys.maxsize), BeforeValidator(_number)] = None
    required_columns: tuple[str, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (pydantic passes all by name)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (as above)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (as above)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose content is passed to the class."""
        return env_settings, init_settings


def load() -> Settings:
    """Read the settings anew.

    Returns:
        The settings.

    Raises:
        GateConfigurationError: If the file cannot be read, or a name or value is not known;
            it lists all that is wrong.
    """
    known = {_variable(name) for name in Settings.model_fields} | {FILE_VARIABLE}
    unknown = [
        f"{name}: there is no such setting; known are {', '.join(sorted(known))}"
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX) and name.upper() not in known
    ]
    table = _file_table()
    try:
        settings = Settings(**table)
    except ValidationError as error:
        problems = [_problem(problem) for problem in error.errors()]
    except ValueError:  # the one variable that is read as JSON
        name = _variable("required_columns")
        found = next(value for key, value in os.environ.items() if key.upper() == name)
        problems = [f'{name}: expected a list as JSON such as ["id"], found {found!r}']
    else:
        problems = []
    if told := unknown + problems:
        count = f"{len(told)} setting{'s' if len(told) > 1 else ''} of the platform"
        raise GateConfigurationError("\n".join([f"{count} cannot be used:", *told]))
    return settings


def origin(name: str) -> str:
    """Return where a setting comes from: its variable, or its key in the file.

    Args:
        name: Name of a setting that is not the default.
    """
    variables = {variable.upper() for variable in os.environ}
    return _variable(name) if _variable(name) in variables else f"{name} in {_file()}"


def _variable(name: str) -> str:
    return f"{PREFIX}{name}".upper()


def _file() -> Path:
    return Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE)


def _file_table() -> dict[str, Any]:
    path = _file()
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if not os.environ.get(FILE_VARIABLE):
            return {}
        raise GateConfigurationError(f"{FILE_VARIABLE}: there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise GateConfigurationError(f"{path}: it cannot be read as TOML: {error}") from None
    return table


def _problem(problem: Any) -> str:
    name = str(problem["loc"][0])
    place = ".".join([origin(name), *map(str, problem["loc"][1:])])
    if problem["type"] == "extra_forbidden":
        return f"{place}: there is no such setting"
    return f"{place}: {problem['msg']}, found {problem['input']!r}"
