"""docker/images.toml decides; what repeats its figures has to follow."""

import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from zenml.integrations.registry import integration_registry

from governance.docker import _conflict, _images, get_docker_settings

DOCKER = Path(__file__).parents[3] / "docker"
LEAVES = ["base", "standard", "gpu", "lightweight"]
LOCKED = ["base", "standard", "lightweight"]  # the index of the GPU image's PyTorch is apart

pytestmark = pytest.mark.skipif(
    not (DOCKER / "images.toml").is_file(), reason="docker/ is in the repository only"
)


@pytest.fixture(scope="module")
def images() -> Any:
    tomllib = pytest.importorskip("tomllib", reason="TOML is read with Python 3.11 and later")
    return tomllib.loads((DOCKER / "images.toml").read_text())


def pins(images: Any, name: str) -> dict[str, str]:
    """Return all pins of an image, its own and those of what it extends."""
    image = images[name]
    inherited = pins(images, image["extends"]) if "extends" in image else {}
    return {**inherited, **image.get("pins", {})}


def reference(images: Any, name: str) -> str:
    tag = f"{images['version']}-py{images['python']}"
    return f"{images['registry']}/{images[name]['repository']}:{tag}"


def lines(file: str) -> list[str]:
    """Return what a file of requirements asks for, without comments and hashes."""
    text = (DOCKER / file).read_text()
    return [line.split(" \\")[0] for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]


def lock(name: str) -> dict[str, str]:
    """Return the versions that an image's locks install."""
    needed = {"base": ["base"], "standard": ["base", "standard"]}.get(name, ["base", "lightweight"])
    found = [line.split("==") for folder in needed for line in lines(f"{folder}/requirements.lock")]
    return {canonicalize_name(package): version for package, version in found}


def arguments(file: str) -> dict[str, str]:
    """Return the ARGs of a Dockerfile that have a default."""
    return dict(re.findall(r"^ARG (\w+)=(.+)$", (DOCKER / file).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LEAVES)
def test_the_package_follows(images: Any, name: str) -> None:
    """The settings name the image, and the package its promises, as decided."""
    image = _images.IMAGES[name]
    assert get_docker_settings(name).parent_image == reference(images, name)
    assert get_docker_settings(name).required_integrations == images[name]["integrations"]
    assert dict(image.pins) == pins(images, name)


def test_the_package_has_the_same_images(images: Any) -> None:
    """No image is in one place only."""
    tables = {name for name, value in images.items() if isinstance(value, dict)}
    assert tables == {*LEAVES, "runtime"}
    assert set(_images.IMAGES) == set(LEAVES)


def test_python_and_user_follow(images: Any) -> None:
    """Markers are judged for the images' Python, and steps run as the images' user."""
    assert images["python"] == _images.PYTHON == _conflict._TARGET["python_version"]
    assert images["user"] == _images.USER
    assert images["python_image"].split(":")[1].startswith(f"{images['python']}-")


def test_base_dockerfile_follows(images: Any) -> None:
    """Dockerfile.base starts from the Python decided on, and makes that user."""
    assert arguments("Dockerfile.base") == {
        "PYTHON_IMAGE": images["python_image"],
        "VERSION": images["version"],
        "REVISION": "unknown",
    }
    text = (DOCKER / "Dockerfile.base").read_text()
    assert f"useradd --uid {images['user']} " in text
    assert set(re.findall(r"^USER (.+)$", text, re.MULTILINE)) == {images["user"], "0"}


@pytest.mark.parametrize("name", [leaf for leaf in LEAVES if leaf != "base"])
def test_dockerfiles_follow(images: Any, name: str) -> None:
    """Each Dockerfile starts from the runtime image, has its title, and ends as root."""
    text = (DOCKER / name / "Dockerfile").read_text()
    given = arguments(f"{name}/Dockerfile")
    assert given.pop("RUNTIME_IMAGE") == reference(images, "runtime")
    assert given == ({"TORCH_INDEX": images["gpu"]["torch_index"]} if name == "gpu" else {})
    assert f'image.title="{images[name]["repository"]}"' in text
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == [images["user"], "0"]


@pytest.mark.parametrize(
    ("folder", "name"), [("base", "runtime"), *((leaf, leaf) for leaf in LEAVES[1:])]
)
def test_requirements_follow(images: Any, folder: str, name: str) -> None:
    """requirements.in asks for an image's own pins, exactly."""
    asked = [Requirement(line) for line in lines(f"{folder}/requirements.in")]
    assert {r.name: str(r.specifier) for r in asked} == {
        package: f"=={version}" for package, version in images[name]["pins"].items()
    }


@pytest.mark.parametrize("name", LOCKED)
def test_locks_follow(images: Any, name: str) -> None:
    """What is locked is what is promised, each version with its hashes."""
    locked = lock(name)
    assert {package: locked[package] for package in pins(images, name)} == pins(images, name)
    text = (DOCKER / name / "requirements.lock").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(entries) == len(lines(f"{name}/requirements.lock"))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


@pytest.mark.parametrize("upper", ["standard", "lightweight"])
def test_locks_on_top_move_nothing_below(upper: str) -> None:
    """Installing an image's lock changes no package of the runtime image."""
    below, above = (
        lock("base"),
        dict(line.split("==") for line in lines(f"{upper}/requirements.lock")),
    )
    assert {name: above[name] for name in below.keys() & above.keys()} == {
        name: below[name] for name in below.keys() & above.keys()
    }


@pytest.mark.parametrize("name", LEAVES)
def test_what_zenml_adds_is_there_already(images: Any, name: str) -> None:
    """The requirements that ZenML installs on top are satisfied, so nothing moves."""
    installed = {**lock(name), **pins(images, name)}
    for integration in images[name]["integrations"]:
        for text in integration_registry.select_integration_requirements(
            integration, target_os="linux"
        ):
            requirement = Requirement(text)
            assert requirement.specifier.contains(installed[requirement.name]), text


def test_the_commands_of_the_readme_build_these_images(images: Any) -> None:
    """The guide tags every image as the settings ask for it."""
    text = (DOCKER / "README.md").read_text()
    tagged = re.findall(r"^docker build .*-t (\S+)", text, re.MULTILINE)
    assert sorted(set(tagged)) == sorted(reference(images, name) for name in [*LEAVES, "runtime"])
    assert images["gpu"]["pins"]["torch"] in text
