"""See that what is installed is the lowest that a component allows: COMPONENT LOWEST_TXT."""

import sys
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

from tools.component import Component


def main(name: str, lowest: str) -> int:
    """Print the direct dependencies' versions, and fail where one is not the lowest."""
    pins = {}
    for line in Path(lowest).read_text("utf-8").splitlines():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            pins[requirement.name.lower()] = str(requirement.specifier).removeprefix("==")
    wrong = 0
    project = Component(name).project
    extras = project.get("optional-dependencies", {}).values()
    for line in chain(project["dependencies"], *extras):
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        dependency = requirement.name.lower()
        installed = version(dependency)
        print(f"{dependency} {installed} (lowest allowed: {pins[dependency]})")
        wrong += installed != pins[dependency]
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
