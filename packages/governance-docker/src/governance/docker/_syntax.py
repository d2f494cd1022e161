"""What may be asked for, and written into the Dockerfile that ZenML generates.

ZenML copies names and values as they are: `RUN apt-get install '<name>'`,
`ENV <NAME>='<value>'`, `FROM <reference>`, one requirement per line. Each rule accepts
what arrives there unchanged, and nothing that could become another instruction. What it
does not accept is added to the list of problems it is given.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches

from packaging.requirements import InvalidRequirement, Requirement

from governance.docker._problem import Problem, shown

_APT = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+](:[a-z0-9-]+)?(=[A-Za-z0-9.+:~-]+)?")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_HOST = r"(?:localhost|(?=[^/]*[.:])[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+)*)(?::[0-9]+)?"
_PATH = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_TAG = r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"@[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}"
_IMAGE = re.compile(rf"(?:{_HOST}/)?{_PATH}(?:/{_PATH})*(?:{_TAG})?(?:{_DIGEST})?")
_REGISTRY = re.compile(rf"{_HOST}(?:/{_PATH})*")
_UNWRITABLE = {"Cc", "Cs"}  # control characters; halves of a character, which no file can hold

_FIXED = {
    "PATH": "it leads to the image's Python, and $PATH would not be expanded in it",
    "PYTHONHOME": "it leads to the image's Python",
    "VIRTUAL_ENV": "it leads to the image's Python",
    "ZENML_CONFIG_PATH": "ZenML sets it afterwards",
    "ZENML_ENABLE_REPO_INIT_WARNINGS": "ZenML sets it afterwards",
}


def base(value: object, known: Collection[str], problems: list[Problem]) -> None:
    """Check the name of one of the platform's images."""
    if not isinstance(value, str) or value not in known:
        required = f"one of {', '.join(map(repr, known))}{_closest(value, known)}"
        problems.append(Problem("base", shown(value), required))


def apt_packages(value: object, problems: list[Problem]) -> list[str]:
    """Return the packages that apt would install."""
    required = (
        "a Debian package: lower-case letters, digits and + - . (no - at the end, it would "
        "remove the package), with :architecture or =version if need be"
    )
    return _list("extra_apt_packages", value, problems, lambda _: required, _APT.fullmatch)


def integrations(value: object, known: Collection[str], problems: list[Problem]) -> list[str]:
    """Return the integrations that are known."""

    def required(name: object) -> str:
        hint = _closest(name, known)
        return f"an integration of the installed ZenML, see `zenml integration list`{hint}"

    return _list("extra_integrations", value, problems, required, known.__contains__)


def requirements(value: object, problems: list[Problem]) -> list[str]:
    """Return the requirements that are well formed."""
    required = (
        "a requirement such as 'polars>=1.0' or 'name @ https://...' (options of pip and "
        "paths need an image of your own, see parent_image)"
    )
    return _list("extra_requirements", value, problems, lambda _: required, _is_requirement)


def environment(value: object, problems: list[Problem]) -> dict[str, str]:
    """Return the variables that arrive in the image as they are."""
    option = "extra_environment"
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        problems.append(Problem(option, shown(value), "a dict such as {'NAME': 'value'}"))
        return {}
    for name, content in value.items():
        if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
            required = "upper-case letters, digits and _, no digit first (ZenML writes upper case)"
            problems.append(Problem(option, f"the name {shown(name)}", required))
        elif name in _FIXED:
            required = f"another name: {_FIXED[name]} (or an image of your own, see parent_image)"
            problems.append(Problem(option, f"the name {shown(name)}", required))
        if not isinstance(content, str):
            found = f"a value of type {type(content).__name__}"
            problems.append(Problem(f"{option}[{shown(name)}]", found, "a str such as '1'"))
        elif "'" in content or not _is_one_line(content):
            found = "a value with a single quote, a line break or another control character"
            required = "a value without, because ZenML writes it between single quotes"
            problems.append(Problem(f"{option}[{shown(name)}]", found, required))
    return dict(value)


def image(value: object, problems: list[Problem]) -> None:
    """Check a reference to an image."""
    if not isinstance(value, str) or not _IMAGE.fullmatch(value):
        required = (
            "an image reference, [registry[:port]/]repository[:tag][@sha256:...], in lower "
            "case up to the tag, without https:// or spaces"
        )
        problems.append(Problem("parent_image", shown(value), required))


def registry(variable: str, value: str, problems: list[Problem]) -> None:
    """Check a registry; it has to name its host, or Docker Hub would be asked."""
    if not _REGISTRY.fullmatch(value):
        required = (
            "host[:port][/path] without https://, such as 'registry.example.com/platform' "
            "(for Docker Hub 'docker.io/...')"
        )
        problems.append(Problem(variable, shown(value), required))


def _is_requirement(text: str) -> bool:
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return _is_one_line(text)  # packaging 24 lets a line break at the end pass


def _is_one_line(text: str) -> bool:
    return not any(unicodedata.category(character) in _UNWRITABLE for character in text)


def _closest(name: object, known: Collection[str]) -> str:
    near = get_close_matches(name.lower(), known, n=1) if isinstance(name, str) else []
    return f" (did you mean {near[0]!r}?)" if near else ""


def _list(
    option: str,
    value: object,
    problems: list[Problem],
    required: Callable[[object], str],
    accepts: Callable[[str], object],
) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        example = f" such as [{shown(value)}]" if isinstance(value, str) else ""
        problems.append(Problem(option, shown(value), f"a list of str{example}"))
        return []
    for place, item in enumerate(value):
        if not isinstance(item, str) or not accepts(item):
            problems.append(Problem(f"{option}[{place}]", shown(item), required(item)))
    return list(value)
