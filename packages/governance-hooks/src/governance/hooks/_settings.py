"""What a platform team decides: environment variables, and one TOML file under them."""

import logging
import os
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from governance.hooks._endpoint import endpoint
from governance.hooks._event import Severity
from governance.hooks._head import ANCHOR

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - Python 3.10
    import tomli as tomllib

logger = logging.getLogger(__name__)

PREFIX = "GOVERNANCE_HOOKS_"
FILE_VARIABLE = f"{PREFIX}CONFIG"
DEFAULT_FILE = "/etc/governance/hooks.toml"

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")


class SettingsError(ValueError):
    """Settings that cannot be used; the message names each, what was found and expected."""


def seconds(text: object) -> float:
    """Read a duration.

    Args:
        text: A number of seconds, or a number with a unit: "90s", "15m", "24h" or "7d".

    Returns:
        The duration in seconds.

    Raises:
        ValueError: If it is neither.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    if isinstance(text, str) and (match := _DURATION.fullmatch(text.strip().lower())):
        return float(match[1]) * _UNITS[match[2] or "s"]
    raise ValueError(f'expected a duration such as "90s", "15m", "24h" or "7d", found {text!r}')


AnchorName = Annotated[str, Field(pattern=ANCHOR)]
Duration = Annotated[float, BeforeValidator(seconds)]


def _checked_url(url: str | None) -> str | None:
    if url is not None:
        endpoint(url)
    return url


# Shown without the credentials that it may hold. As `Url | None` an old pydantic-settings would
# read the variable as JSON.
Url = Annotated[
    str | None,
    AfterValidator(_checked_url),
    PlainSerializer(lambda url: url and endpoint(url).url),
    Field(repr=False),
]


class Destination(BaseModel):
    """Where a message goes.

    Attributes:
        alerter: Name of an alerter registered in ZenML.
        channel: Slack or Discord channel id; the alerter's own default if left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    alerter: str
    channel: str | None = None


class Route(BaseModel):
    """Which messages go where; what is left out matches everything.

    Attributes:
        severity: Any of "error" (failed or without an end), "warning" (stopped), "recovery"
            (completed after failures) and "info" (completed).
        environment: Patterns for the environment, such as "prod*".
        pipeline: Patterns for the pipeline's name.
        tag: Patterns for the run's tags: one that matches is enough.
        to: Where these messages go; an empty list sends them nowhere.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: tuple[Severity, ...] = ()
    environment: tuple[str, ...] = ()
    pipeline: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    to: tuple[Destination, ...]


class Settings(BaseSettings):
    """All settings, each with a default that needs no decision.

    Attributes:
        audit_anchors: Where the newest digest of the audit trail is noted outside its store:
            "zenml", "file:PATH" or "git:REPOSITORY", one or several.
        audit_required: Whether the step `require_audit_trail` stops a run that cannot be recorded.
        audit_spool: Folder on this machine where records wait that the trail's store did not
            take; below ZenML's configuration folder by default.
        audit_uri: Where the audit trail is: a local folder, or an address within an artifact
            store that is registered in ZenML; the artifact store of the run's stack by default.
        deadline: Seconds that one call of an alerter or store may take, and that all that is
            left may take together when the process ends.
        environment: Name of the environment that the process runs in, for routes and messages.
        log_lines: How many of the failed step's last log lines a message shows.
        metrics_run_identity: Whether metrics name the run they are of: one time series for each.
        pushgateway: URL of a Prometheus Pushgateway that metrics are sent to; it may hold
            `user:password@`.
        repeat_window: Seconds in which the same failure of a pipeline is counted instead of
            told again; 0 tells every run's failure.
        routes: The first route that matches a message decides where it goes; a message that
            none matches goes to every alerter of the run's stack.
        stale_after: Seconds after which a run without an end is reported by `reconcile`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    audit_anchors: Annotated[tuple[AnchorName, ...], Field(min_length=1)] = ("zenml",)
    audit_required: bool = False
    audit_spool: Path | None = None
    audit_uri: str | None = None
    deadline: Annotated[Duration, Field(gt=0, le=600)] = 10.0
    environment: str | None = None
    log_lines: Annotated[int, Field(ge=0, le=50)] = 10
    metrics_run_identity: bool = False
    pushgateway: Url = None
    repeat_window: Annotated[Duration, Field(ge=0)] = 0.0
    routes: tuple[Route, ...] = ()
    stale_after: Annotated[Duration, Field(gt=0)] = 86_400.0

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 pydantic passes all by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose content is passed to the class."""
        return env_settings, init_settings


def load() -> Settings:
    """Read the settings anew.

    Returns:
        The settings.

    Raises:
        SettingsError: If the file cannot be read, or a name or value is not known; it lists
            all that is wrong.
    """
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields} | {FILE_VARIABLE}
    unknown = [
        f"{name}: there is no such setting; known are {', '.join(sorted(known))}"
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX) and name.upper() not in known
    ]
    table = _file_table()
    try:
        settings = Settings(**table)
    except ValidationError as error:
        problems = [_problem(problem, table) for problem in error.errors()]
    except ValueError as error:  # a variable that is no JSON
        problems = [str(error)]
    else:
        problems = []
    if found := unknown + problems:
        raise SettingsError("\n".join([f"{len(found)} settings cannot be used:", *found]))
    return settings


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Give the settings to a hook, which no mistake in them may stop.

    Returns:
        The settings, read once per process; the defaults where they cannot be used, which is
        said in the log.
    """
    try:
        return load()
    except SettingsError as error:
        logger.error("%s\nThe hooks use their defaults.", error)  # noqa: TRY400 it says it all
        return Settings.model_construct()


def _file_table() -> dict[str, Any]:
    named = os.environ.get(FILE_VARIABLE)
    path = Path(named or DEFAULT_FILE)
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if named is None:
            return {}
        raise SettingsError(f"{FILE_VARIABLE}: there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: it cannot be read as TOML: {error}") from None
    return table


def _problem(problem: Any, table: dict[str, Any]) -> str:
    where = [str(part) for part in problem["loc"]]
    name = ".".join(where)
    if where[0] not in table:
        name = PREFIX + name.upper()
    if problem["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    if where[0] == "pushgateway":  # what was found may hold a password
        return f"{name}: {problem['msg']}"
    return f"{name}: {problem['msg']}, found {problem['input']!r}"
