"""What would replace a version that the platform's image promises."""

from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from governance.docker._images import PYTHON

# Markers are judged for the image, not for the machine that composes the pipeline.
_TARGET = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "linux",
}


def replaced(requirements: Iterable[str], pins: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each requirement that the pins do not satisfy, with the pin.

    Args:
        requirements: PEP 508 requirements.
        pins: Version of each package by its canonical name.
    """
    for text in requirements:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if name not in pins or (requirement.marker and not requirement.marker.evaluate(_TARGET)):
            continue
        if requirement.url:
            yield f"{name} from a URL", f"{name} {pins[name]}"
        elif not requirement.specifier.contains(pins[name], prereleases=True):
            yield f"{name}{requirement.specifier}", f"{name} {pins[name]}"
